/** Measures beside the block in the host's own firewall, with real connections: an attacker's, another one's, and a host behind. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measure, OrderReply } from '@netsentinel/contracts/action';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { createNetworkLab, namespacesUnavailable, type NetworkLab } from '@netsentinel/testkit/netns';
import { SERVICES_PROGRAM, servicesReady, ServiceTalk, type Conversation } from '@netsentinel/testkit/service-talk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { EnforcerConfig } from './enforcer.config.ts';
import { createEnforcer } from './enforcer.ts';
import type { Enforcer } from './enforcer.types.ts';
import { startEnforcerChild, type EnforcerChild } from './enforcer-child.fixture.ts';
import { configuredResponders } from './responders/index.ts';

const ATTACKER = '198.18.0.2';
const ATTACKER6 = '2001:db8::2';
const OTHER = '198.18.0.3';
const INSIDE = '198.19.250.2';
const MINUTE = 60_000;
const REDIRECT = { tcp: { 22: 2222 }, udp: { 53: 5353 } };
const SETTINGS = {
  redirect: REDIRECT,
  tarpit: { port: 22_022 },
  rateLimit: { perSecond: 1, burst: 5 },
  management: [OTHER],
  mendDelayMs: 50,
};

describe.skipIf(namespacesUnavailable() !== undefined)('measures in the firewall of the host', () => {
  let lab: NetworkLab;
  let talk: ServiceTalk;
  let directory: string;
  let enforcer: Enforcer | undefined;
  let replies: OrderReply[];
  const children: ChildProcess[] = [];

  const tcp = (port = 22, source = ATTACKER, target = lab.defender4): Conversation =>
    talk.open('tcp', source, target, port);
  const udp = (port = 53, source = ATTACKER): Conversation => talk.open('udp', source, lab.defender4, port);
  const eventually = (ask: () => Promise<string | undefined>, expected: string): Promise<void> =>
    expect.poll(ask, { timeout: 30_000, interval: 50 }).toBe(expected);
  const start = async (settings: object = SETTINGS): Promise<void> => {
    replies = [];
    const config = EnforcerConfig.parse({
      mode: 'enforce',
      quorum: { oneKind: { networks: true } },
      ipCommand: [...lab.inDefender, 'ip'],
      nftables: { ...settings, command: [...lab.inDefender, 'nft'] },
    });
    enforcer = await createEnforcer({
      config,
      directory,
      clock: systemClock,
      log: silentLogger,
      responders: await configuredResponders(config),
      onReply: (reply) => replies.push(reply),
    });
  };
  const take = async (measure: Measure, target = ATTACKER, ttlMs = 10 * MINUTE): Promise<string> => {
    const reply = await enforcer?.do({ measure, target, ttlMs }, 'alice', 'a test');
    await expect
      .poll(() => replies.some(({ id, status }) => id === reply?.id && status === 'verified'), { timeout: 30_000 })
      .toBe(true);
    return reply?.id ?? '';
  };
  const nft = (...words: string[]): string => lab.run('defender', ['nft', ...words]);

  beforeAll(async () => {
    lab = createNetworkLab();
    lab.addAttackers([`${OTHER}/15`]);
    lab.addNeighbour();
    lab.run('attacker', ['ip', 'route', 'add', '198.19.250.0/30', 'via', lab.defender4]);
    lab.run('defender', ['sh', '-c', 'echo 1 > /proc/sys/net/ipv4/ip_forward']);
    const serving = (where: readonly string[], services: readonly string[]): Promise<void> => {
      const [program = '', ...args] = [...where, process.execPath, SERVICES_PROGRAM, 'serve', ...services];
      const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      children.push(child);
      return servicesReady(child);
    };
    const here = ['tcp:22=real', 'tcp:80=web', 'tcp:2222=decoy', 'tcp:22022=tarpit', 'udp:53=real', 'udp:5353=decoy'];
    await serving(lab.inDefender, here);
    await serving(lab.inNeighbour, ['tcp:22=inside', 'tcp:2222=elsewhere']);
    talk = await ServiceTalk.start(lab.start('attacker', [process.execPath, SERVICES_PROGRAM, 'talk']));
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    lab.destroy();
  });
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'measures-real-'));
  });
  afterEach(async () => {
    await enforcer?.close();
    enforcer = undefined;
    spawnSync('ip', ['netns', 'exec', lab.defender, 'nft', 'flush', 'ruleset']);
    rmSync(directory, { recursive: true });
  });

  it('redirect: what is new ends at the decoy, which sees who it is, and what was before is cut', async () => {
    await start();
    const [before, beforeUdp, beforeWeb] = [tcp(), udp(), tcp(80)];
    expect(await before.ask()).toBe(`real ${ATTACKER}`);
    expect(await beforeUdp.ask()).toBe(`real ${ATTACKER}`);
    expect(await beforeWeb.ask()).toBe(`web ${ATTACKER}`);
    const id = await take('redirect');
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
    expect(await udp().ask()).toBe(`decoy ${ATTACKER}`);
    expect(await tcp(22, ATTACKER, INSIDE).ask()).toBe(`decoy ${ATTACKER}`);
    expect(await before.isSilent()).toBe(true);
    // The kernel did not follow connections before, so this looks like a new one.
    expect(await beforeUdp.ask()).toBe(`decoy ${ATTACKER}`);
    // Ports that are not named, and others, are as before.
    expect(await beforeWeb.ask()).toBe(`web ${ATTACKER}`);
    expect(await tcp(80).ask()).toBe(`web ${ATTACKER}`);
    const [other, otherUdp] = [tcp(22, OTHER), udp(53, OTHER)];
    expect(await other.ask()).toBe(`real ${OTHER}`);
    expect(await otherUdp.ask()).toBe(`real ${OTHER}`);
    // The kernel follows connections by now: one that it knows is cut as well.
    await take('redirect', OTHER);
    expect(await other.isSilent()).toBe(true);
    expect(await otherUdp.isSilent()).toBe(true);
    expect(await tcp(22, OTHER).ask()).toBe(`decoy ${OTHER}`);
    const during = tcp();
    expect(await during.ask()).toBe(`decoy ${ATTACKER}`);
    expect((await enforcer?.revert(id, 'alice'))?.status).toBe('reverted');
    expect(await tcp().ask()).toBe(`real ${ATTACKER}`);
    expect(await during.ask()).toBe(`decoy ${ATTACKER}`);
    expect(await tcp(22, OTHER).ask()).toBe(`decoy ${OTHER}`);
  });

  it('redirect: IPv6 as well', async () => {
    await start();
    const before = talk.open('tcp', ATTACKER6, lab.defender6, 22);
    expect(await before.ask()).toBe(`real ${ATTACKER6}`);
    await take('redirect', ATTACKER6);
    expect(await talk.open('tcp', ATTACKER6, lab.defender6, 22).ask()).toBe(`decoy ${ATTACKER6}`);
    expect(await before.isSilent()).toBe(true);
  });

  it('redirect: to a decoy on another machine, and no port besides', async () => {
    await start({ redirect: { tcp: { 22: 2222 }, to: [INSIDE], others: 'drop' } });
    const web = tcp(80);
    expect(await web.ask()).toBe(`web ${ATTACKER}`);
    await take('redirect');
    expect(await tcp().ask()).toBe(`elsewhere ${ATTACKER}`);
    expect(await web.isSilent()).toBe(true);
    expect(await tcp(80).isSilent()).toBe(true);
  });

  it('tarpit: whatever port, it ends at the tarpit', async () => {
    await start();
    const before = tcp();
    expect(await before.ask()).toBe(`real ${ATTACKER}`);
    await take('redirect', `${ATTACKER}/31`);
    await take('tarpit');
    for (const port of [22, 80, 4444]) expect(await tcp(port).ask()).toBe(`tarpit ${ATTACKER}`);
    expect(await tcp(22, ATTACKER, INSIDE).ask()).toBe(`tarpit ${ATTACKER}`);
    expect(await before.isSilent()).toBe(true);
    expect(await udp().isSilent()).toBe(true);
    // In the same network, which is redirected as a whole.
    expect(await tcp(22, OTHER).ask()).toBe(`decoy ${OTHER}`);
  });

  it('rate-limit: what is faster than the rate is dropped, of this attacker alone', async () => {
    await start();
    await take('rate-limit');
    const began = performance.now();
    const [limited, free] = [udp(), udp(53, OTHER)];
    limited.say(100);
    free.say(100);
    const dropped = (): number =>
      Number(
        /@rate_limit_v4_32 counter packets (\d+)/.exec(nft('list', 'chain', 'inet', 'netsentinel', 'rate_limit'))?.[1],
      );
    await expect.poll(() => limited.heard.length + dropped(), { timeout: 30_000 }).toBeGreaterThanOrEqual(100);
    const seconds = (performance.now() - began) / 1000;
    expect(limited.heard.length).toBeGreaterThanOrEqual(1);
    expect(limited.heard.length).toBeLessThanOrEqual(5 + Math.ceil(seconds));
    await expect.poll(() => free.heard.length, { timeout: 30_000 }).toBe(100);
  });

  it('isolate: a host behind it speaks with management alone', async () => {
    await start();
    const before = tcp(22, ATTACKER, INSIDE);
    expect(await before.ask()).toBe(`inside ${ATTACKER}`);
    const id = await take('isolate', INSIDE);
    expect(await before.isSilent()).toBe(true);
    expect(await tcp(22, ATTACKER, INSIDE).isSilent()).toBe(true);
    expect(await tcp(22, OTHER, INSIDE).ask()).toBe(`inside ${OTHER}`);
    await enforcer?.revert(id, 'alice');
    expect(await tcp(22, ATTACKER, INSIDE).ask()).toBe(`inside ${ATTACKER}`);
  });

  it('the strongest holds, and what goes on is the weaker one', async () => {
    await start();
    await take('redirect');
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
    const held = await take('tarpit');
    const block = await take('block');
    expect(await tcp().isSilent()).toBe(true);
    await enforcer?.revert(block, 'alice');
    await eventually(() => tcp().ask(2000), `tarpit ${ATTACKER}`);
    await enforcer?.revert(held, 'alice');
    await eventually(() => tcp().ask(2000), `decoy ${ATTACKER}`);
  });

  it.each([
    ['the whole ruleset is flushed', ['flush', 'ruleset']],
    ['the chain that diverts is flushed', ['flush', 'chain', 'inet', 'netsentinel', 'divert']],
    ['its element is deleted', ['delete', 'element', 'inet', 'netsentinel', 'redirect_v4_32', `{ ${ATTACKER} }`]],
  ])('mends a redirect when %s', async (_, words) => {
    await start();
    await take('redirect');
    nft(...words);
    await eventually(() => tcp().ask(2000), `decoy ${ATTACKER}`);
    expect(nft('list', 'set', 'inet', 'netsentinel', 'redirect_v4_32')).toContain(ATTACKER);
  });

  it('nobody gets away by kill -9, and the kernel ends it by itself', async () => {
    const enforcing = async (): Promise<EnforcerChild> => {
      const child = await startEnforcerChild(directory, lab.defender, SETTINGS);
      children.push(child.process);
      return child;
    };
    const first = await enforcing();
    first.order('a', 'redirect', ATTACKER, 10 * MINUTE);
    await first.told('verified');
    await first.kill();
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
    // While nobody looks, what was made goes, and what was never ordered comes.
    nft('flush', 'set', 'inet', 'netsentinel', 'redirect_v4_32');
    nft('add', 'element', 'inet', 'netsentinel', 'redirect_v4_32', `{ ${OTHER} timeout 1h }`);
    expect(await tcp().ask()).toBe(`real ${ATTACKER}`);
    const second = await enforcing();
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
    expect(await tcp(22, OTHER).ask()).toBe(`real ${OTHER}`);
    second.order('b', 'redirect', OTHER, 20_000);
    await second.told('verified');
    await second.kill();
    expect(await tcp(22, OTHER).ask()).toBe(`decoy ${OTHER}`);
    await eventually(() => tcp(22, OTHER).ask(2000), `real ${OTHER}`);
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
  });

  it('what is configured no more is let go of at the next start', async () => {
    await start();
    await take('redirect');
    await enforcer?.close();
    await start({});
    expect(replies).toMatchObject([{ status: 'reverted', detail: expect.stringContaining('it knows no decoys') }]);
    expect(await tcp().ask()).toBe(`real ${ATTACKER}`);
    expect(nft('list', 'table', 'inet', 'netsentinel')).not.toMatch(/divert|redirect/);
  });
});
