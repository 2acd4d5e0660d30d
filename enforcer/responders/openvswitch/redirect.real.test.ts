/** Redirecting in a real switch: an attacker, another client, two victims and a decoy, each connection a real one. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measure } from '@netsentinel/contracts/action';
import { parseNetwork } from '@netsentinel/kernel/address';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { namespacesUnavailable } from '@netsentinel/testkit/netns';
import { addOvsHosts, type OvsHost } from '@netsentinel/testkit/ovs-hosts';
import { createOvsLab, type OvsLab } from '@netsentinel/testkit/ovs-lab';
import { SERVICES_PROGRAM, servicesReady, ServiceTalk, type Conversation } from '@netsentinel/testkit/service-talk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEnforcerChild, type EnforcerChild } from '../../enforcer-child.fixture.ts';
import type { Entry, Responder } from '../../responder.types.ts';
import { OpenvswitchConfig } from './openvswitch.config.ts';
import { openvswitch } from './openvswitch.responder.ts';

const ATTACKER = '198.18.0.2';
const OTHER = '198.18.0.3';
const VICTIM = '198.18.0.10';
const DECOY = '198.18.0.13';
const [ATTACKER6, VICTIM6, DECOY6] = ['2001:db8::2', '2001:db8::10', '2001:db8::13'] as const;
/** A decoy of another bridge, reached through both. */
const FAR = '198.18.0.14';
const OURS = 'cookie=0x4e657453656e';
const PORTS = { tcp: { 22: 2222 }, udp: { 53: 5353, 69: 6969, 70: 7070 } };
const PATIENCE = { timeout: 30_000, interval: 50 };
const unavailable = namespacesUnavailable('ovs-vswitchd', 'ovsdb-server', 'ovs-ofctl', 'ethtool', 'nsenter', 'busybox');

/** Answers a datagram with more than fits into one packet. */
const LARGE = `const s = require('node:dgram').createSocket('udp4');
s.on('message', (_, { port, address }) => s.send(Buffer.alloc(4000), port, address));
s.bind(7070, () => console.log('ready'));`;
/** Says what comes back to a socket that hears its one peer alone: the length of an answer, or an error. */
const ASK = `const [port, host] = process.argv.slice(1);
const s = require('node:dgram').createSocket('udp4');
const end = (what) => { console.log(what); process.exit(); };
s.on('error', ({ code }) => end(code));
s.on('message', (answer) => end(answer.length));
s.connect(Number(port), host, () => setInterval(() => s.send('?'), 200));
setTimeout(() => end('silence'), 30_000);`;

describe.skipIf(unavailable !== undefined)('redirecting in Open vSwitch', () => {
  let ovs: OvsLab;
  let talk: ServiceTalk;
  let decoy: OvsHost;
  let far: OvsHost;
  const placed: ReturnType<typeof addOvsHosts>[] = [];
  const children: ChildProcess[] = [];
  let responder: Responder | undefined;
  let held: Entry[];
  let mended: string[];

  const tcp = (source = ATTACKER, target = VICTIM, port = 22): Conversation => talk.open('tcp', source, target, port);
  const udp = (source = ATTACKER, target = VICTIM): Conversation => talk.open('udp', source, target, 53);
  const ofctl = (...args: string[]): string => ovs.run('ovs-ofctl', '-O', 'OpenFlow14', ...args);
  /** The datapath follows the flows a moment later: whoever connects meanwhile is cut, as what began before. The first round may have begun before. */
  const followed = (): void => {
    for (let round = 0; round < 2; round++) ovs.run('ovs-appctl', 'revalidator/wait');
  };
  const eventually = (ask: () => Promise<string | undefined>, expected: string): Promise<void> =>
    expect.poll(ask, PATIENCE).toBe(expected);
  const serve = async (host: OvsHost, ...command: string[]): Promise<void> => {
    const words = ['netns', 'exec', host.namespace, process.execPath, ...command];
    const child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    await servicesReady(child);
  };
  const settings = (redirect: object = {}, rest: object = {}): object => ({
    prefix: ovs.enter,
    checkMs: 500,
    redirect: { ...PORTS, to: [DECOY, DECOY6], mac: decoy.mac, ...redirect },
    ...rest,
  });
  const make = (options: object): Responder => {
    const intended = { remainingMs: () => 60_000, all: () => held, count: () => held.length };
    const ctx = { clock: systemClock, log: silentLogger, intended, onMended: (what: string) => mended.push(what) };
    return openvswitch.create(ctx, OpenvswitchConfig.parse(options));
  };
  const start = async (options = settings()): Promise<void> => {
    responder = make(options);
    expect(await responder.start()).toMatchObject({ available: true });
    expect(responder.refuses?.('redirect')).toBeUndefined();
  };
  const take = async (target = ATTACKER, measure: Measure = 'redirect'): Promise<void> => {
    const network = parseNetwork(target) ?? { family: 4, base: 0n, prefix: 32 };
    const entry = { network, remainingMs: 60_000, measure };
    held = [...held, entry];
    const [outcome] = (await responder?.apply([{ kind: 'block', renew: false, ...entry }])) ?? [];
    expect(outcome?.ok === true && (await outcome.verified)).toBe(true);
    followed();
  };
  const revert = async (): Promise<void> => {
    const [first, ...rest] = held;
    held = rest;
    if (first === undefined) return;
    const [outcome] = (await responder?.apply([{ kind: 'unblock', network: first.network }])) ?? [];
    expect(outcome?.ok === true && (await outcome.verified)).toBe(true);
    followed();
  };

  beforeAll(async () => {
    ovs = await createOvsLab();
    ovs.lab.addAttackers([`${OTHER}/15`]);
    const patch = (from: string, to: string): string[] =>
      `-- add-port ${from} to-${to} -- set interface to-${to} type=patch options:peer=to-${from}`.split(' ');
    const second = 'add-br br1 -- set bridge br1 datapath_type=netdev'.split(' ');
    ovs.run('ovs-vsctl', '--timeout=30', ...second, ...patch('br0', 'br1'), ...patch('br1', 'br0'));
    placed.push(addOvsHosts(ovs, [`${VICTIM}/15`, '198.18.0.11/15', `${DECOY}/15`]));
    placed.push(addOvsHosts(ovs, [`${FAR}/15`], 'br1'));
    const [victim, neighbour, near, away] = placed.flatMap(({ hosts }) => hosts);
    [decoy, far] = [near!, away!];
    for (const [host, address] of [
      [victim!, VICTIM6],
      [decoy, DECOY6],
    ] as const) {
      const link = /^\d+: (f\w+)/m.exec(
        execFileSync('ip', ['-netns', host.namespace, '-oneline', 'link'], { encoding: 'utf8' }),
      )?.[1];
      execFileSync('ip', ['-netns', host.namespace, 'address', 'add', `${address}/32`, 'dev', link ?? '', 'nodad']);
    }
    await serve(victim!, SERVICES_PROGRAM, 'serve', 'tcp:22=real', 'tcp:80=web', 'udp:53=real');
    await serve(neighbour!, SERVICES_PROGRAM, 'serve', 'tcp:22=neighbour');
    await serve(decoy, SERVICES_PROGRAM, 'serve', 'tcp:22=admin', 'tcp:2222=decoy', 'udp:5353=decoy');
    await serve(decoy, '-e', LARGE);
    await serve(far, SERVICES_PROGRAM, 'serve', 'tcp:22=far', 'tcp:2222=far');
    talk = await ServiceTalk.start(ovs.lab.start('attacker', [process.execPath, SERVICES_PROGRAM, 'talk']));
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    for (const hosts of placed) hosts.remove();
    ovs.destroy();
  });
  beforeEach(() => {
    [held, mended] = [[], []];
  });
  afterEach(async () => {
    await responder?.clear();
    await responder?.close();
    responder = undefined;
  });

  it('has what is new end at the decoy, which sees who it is, and cuts what was before', async () => {
    await start();
    const [before, beforeWeb, other] = [tcp(), tcp(ATTACKER, VICTIM, 80), tcp(OTHER)];
    expect(await before.ask()).toBe(`real ${ATTACKER}`);
    expect(await beforeWeb.ask()).toBe(`web ${ATTACKER}`);
    expect(await other.ask()).toBe(`real ${OTHER}`);
    await take();
    const during = tcp();
    expect(await during.ask()).toBe(`decoy ${ATTACKER}`);
    expect(await udp().ask()).toBe(`decoy ${ATTACKER}`);
    expect(await tcp(ATTACKER, '198.18.0.11').ask()).toBe(`decoy ${ATTACKER}`);
    // The decoy's own service at that port is none of the attacker's business either.
    expect(await tcp(ATTACKER, DECOY).ask()).toBe(`decoy ${ATTACKER}`);
    expect(await before.isSilent()).toBe(true);
    // Ports that are not named, and others, are as before.
    expect(await beforeWeb.ask()).toBe(`web ${ATTACKER}`);
    expect(await tcp(ATTACKER, VICTIM, 80).ask()).toBe(`web ${ATTACKER}`);
    expect(await other.ask()).toBe(`real ${OTHER}`);
    expect(await tcp(OTHER).ask()).toBe(`real ${OTHER}`);
    expect(await udp(OTHER).ask()).toBe(`real ${OTHER}`);
    expect(await during.ask()).toBe(`decoy ${ATTACKER}`);
    await revert();
    expect(ovs.flows().filter((flow) => flow.includes(OURS))).toEqual([]);
    expect(await tcp().ask()).toBe(`real ${ATTACKER}`);
    await eventually(() => udp().ask(2000), `real ${ATTACKER}`);
    // What the real service never began it does not go on with.
    during.say();
    await vi.waitUntil(() => during.ended, PATIENCE);
    expect(during.heard.filter((heard) => !heard.startsWith('decoy'))).toEqual([]);
  });

  it('takes IPv6, and a network', async () => {
    await start();
    const before = tcp(ATTACKER6, VICTIM6);
    expect(await before.ask()).toBe(`real ${ATTACKER6}`);
    await take('2001:db8::/126');
    expect(await tcp(ATTACKER6, VICTIM6).ask()).toBe(`decoy ${ATTACKER6}`);
    expect(await udp(ATTACKER6, VICTIM6).ask()).toBe(`decoy ${ATTACKER6}`);
    expect(await before.isSilent()).toBe(true);
    await take('198.18.0.2/31');
    expect(await tcp(OTHER).ask()).toBe(`decoy ${OTHER}`);
  });

  it('tells two victims apart that are asked from one port, as scanners do', async () => {
    await start();
    await take();
    const [one, two] = [VICTIM, '198.18.0.11'].map((target) => talk.open('tcp', ATTACKER, target, 22, 20_400));
    expect(await one?.ask()).toBe(`decoy ${ATTACKER}`);
    expect(await two?.ask()).toBe(`decoy ${ATTACKER}`);
    expect(await one?.ask()).toBe(`decoy ${ATTACKER}`);
  });

  it('gives answers in fragments, and errors, the address that was asked', async () => {
    await start();
    await take();
    const ask = (port: number): string =>
      ovs.lab.run('attacker', [process.execPath, '-e', ASK, String(port), VICTIM]).trim();
    expect(ask(70)).toBe('4000');
    expect(ask(69)).toBe('ECONNREFUSED');
  });

  it('drops what is not named where that is asked, and gives a family without a decoy no answer', async () => {
    await start(settings({ to: [DECOY], others: 'drop' }));
    const web = tcp(ATTACKER, VICTIM, 80);
    expect(await web.ask()).toBe(`web ${ATTACKER}`);
    await take();
    await take(ATTACKER6);
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
    expect(await web.isSilent()).toBe(true);
    expect(await tcp(ATTACKER, VICTIM, 80).isSilent()).toBe(true);
    expect(await tcp(ATTACKER6, VICTIM6).isSilent()).toBe(true);
    ovs.lab.run('attacker', ['busybox', 'ping', '-c', '1', '-W', '10', '-I', ATTACKER, VICTIM]);
  });

  it('sends packets on to the flows of a later table as they are after it', async () => {
    const [own, dropped] = ['cookie=0x77,table=7,priority=1,actions=NORMAL', 'cookie=0x77,table=7,priority=2'];
    ofctl('add-flow', 'br0', own);
    await start(settings({}, { onward: 7 }));
    await take();
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
    ofctl('add-flow', 'br0', `${dropped},tcp,nw_dst=${DECOY},tp_dst=2222,actions=drop`);
    followed();
    expect(await tcp().isSilent()).toBe(true);
    ofctl('del-flows', 'br0', 'cookie=0x77/-1');
  });

  it.each([
    ['to another port', 2222],
    ['to the same port', 22],
  ])('goes through two switches that both redirect, %s', async (_, port) => {
    const to = { to: [FAR], mac: far.mac, tcp: { 22: port } };
    await start(settings(to, { bridges: ['br0', 'br1'] }));
    await take();
    const conversation = tcp();
    expect(await conversation.ask()).toBe(`far ${ATTACKER}`);
    expect(await conversation.ask()).toBe(`far ${ATTACKER}`);
    expect(await tcp(OTHER).ask()).toBe(`real ${OTHER}`);
  });

  it.each([
    ['some of its flows are deleted', ['del-flows', 'br0', `udp,nw_src=${ATTACKER}`]],
    ['its flows let packets pass', ['mod-flows', 'br0', `tcp,nw_src=${ATTACKER},actions=NORMAL`]],
  ])('mends when %s', async (_, command) => {
    await start();
    await take();
    expect(await udp().ask()).toBe(`decoy ${ATTACKER}`);
    const conversation = tcp();
    expect(await conversation.ask()).toBe(`decoy ${ATTACKER}`);
    ofctl(...command);
    await vi.waitUntil(() => mended.length > 0, PATIENCE);
    followed();
    expect(await udp().ask()).toBe(`decoy ${ATTACKER}`);
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
  });

  it('is refused by a switch whose datapath does not translate, which blocks all the same', async () => {
    const translates = (yes: boolean): string =>
      ovs.run('ovs-appctl', 'dpif/set-dp-features', 'br0', 'ct_state_nat', String(yes));
    translates(false);
    responder = make(settings());
    expect(await responder.start()).toMatchObject({ available: true });
    expect(responder.refuses?.('redirect')).toBe(
      'br0 does not take such flows: the switch answers NXBAC_CT_DATAPATH_SUPPORT',
    );
    await take('198.18.0.4', 'block');
    translates(true);
    await vi.waitUntil(() => responder?.refuses?.('redirect') === undefined, PATIENCE);
    await take();
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
  });

  it('nobody gets away by kill -9, and the switch ends it by itself', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'redirect-real-'));
    const enforcing = async (): Promise<EnforcerChild> => {
      const child = await startEnforcerChild(directory, '', { responders: { openvswitch: settings() } });
      children.push(child.process);
      followed();
      return child;
    };
    const first = await enforcing();
    first.order('a', 'redirect', ATTACKER, 600_000);
    await first.told('verified');
    await first.kill();
    followed();
    const during = tcp();
    expect(await during.ask()).toBe(`decoy ${ATTACKER}`);
    // While nobody looks, what was made goes.
    ofctl('del-flows', 'br0', `ip,nw_src=${ATTACKER}`);
    const second = await enforcing();
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
    second.order('b', 'redirect', OTHER, 20_000);
    await second.told('verified');
    // Killed amid a change: all of a measure's flows are there, or none.
    second.order('c', 'redirect', '198.18.0.4', 600_000);
    await second.kill();
    const ours = ovs.flows().filter((flow) => flow.includes('198.18.0.4'));
    expect([0, ovs.flows().filter((flow) => flow.includes(ATTACKER)).length]).toContain(ours.length);
    followed();
    expect(await tcp(OTHER).ask()).toBe(`decoy ${OTHER}`);
    await eventually(() => tcp(OTHER).ask(2000), `real ${OTHER}`);
    expect(await tcp().ask()).toBe(`decoy ${ATTACKER}`);
    await start();
    rmSync(directory, { recursive: true });
  });
});
