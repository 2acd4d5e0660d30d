import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrderReply } from '@netsentinel/contracts/action';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { createNetworkLab, namespacesUnavailable, type NetworkLab } from '@netsentinel/testkit/netns';
import { PacketProbe } from '@netsentinel/testkit/packet-probe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EnforcerConfig } from './enforcer.config.ts';
import { createEnforcer } from './enforcer.ts';
import type { Enforcer } from './enforcer.types.ts';
import { runEnforcerFault } from './fault.ts';
import { configuredResponders } from './responders/index.ts';

/** The command line of a process, or nothing where it has ended. */
function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

describe.skipIf(namespacesUnavailable() !== undefined)('blocking real packets', () => {
  let lab: NetworkLab;
  let probe: PacketProbe;
  let directory: string;
  let enforcer: Enforcer;
  let replies: OrderReply[];

  beforeAll(async () => {
    lab = createNetworkLab();
    probe = await PacketProbe.start(lab);
  });
  afterAll(() => lab.destroy());
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'enforcer-real-'));
    await start();
  });
  afterEach(async () => {
    await enforcer.revertAll('the test');
    await enforcer.close();
    rmSync(directory, { recursive: true });
  });

  const start = async (changes: object = {}): Promise<void> => {
    replies = [];
    const config = EnforcerConfig.parse({
      mode: 'enforce',
      limits: { ordersPerMinute: 1_000_000 },
      quorum: { oneKind: { networks: true } },
      ipCommand: [...lab.inDefender, 'ip'],
      nftables: { command: [...lab.inDefender, 'nft'] },
      ...changes,
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
  const order = (id: string, target: string, ttlMs = 60_000) => ({
    kind: 'block',
    id,
    target,
    expiresAt: Date.now() + ttlMs,
    reason: 'test',
    incident: 'i1',
    sourceVerified: true,
  });
  const told = (id: string, status: string): Promise<void> =>
    expect
      .poll(() => replies.some((reply) => reply.id === id && reply.status === status), { timeout: 30_000, interval: 5 })
      .toBe(true);
  const block = async (id: string, target: string, ttlMs?: number): Promise<void> => {
    enforcer.handle(order(id, target, ttlMs));
    await told(id, 'verified');
  };

  it.each([
    ['an IPv4 address', '198.18.0.2', '198.18.0.2'],
    ['an IPv6 address', '2001:db8::2', '2001:db8::2'],
    ['an IPv4 network', '198.18.44.5', '198.18.44.0/24'],
    ['an IPv6 network', '2001:db8:44::5', '2001:db8:44::/64'],
  ])('drops %s, and lets it in again when it is taken back', async (_, source, target) => {
    if (!['198.18.0.2', '2001:db8::2'].includes(source))
      lab.addAttackers([`${source}/${source.includes(':') ? 32 : 15}`]);
    expect(await probe.passes(source)).toBe(true);
    await block('a', target);
    expect(await probe.dropped(source)).toBe(true);
    expect((await enforcer.revert('a', 'test')).status).toBe('reverted');
    expect(await probe.passes(source)).toBe(true);
  });

  it('lets it in again when its time is over', async () => {
    await block('a', '198.18.0.2', 5000);
    expect(await probe.dropped('198.18.0.2')).toBe(true);
    await told('a', 'expired');
    expect(await probe.passes('198.18.0.2')).toBe(true);
  });

  it('cuts a connection that is established', async () => {
    expect(await probe.exchange('198.18.0.2', 10_000)).toBe(true);
    await block('a', '198.18.0.2');
    expect(await probe.exchange('198.18.0.2')).toBe(false);
  });

  it('refuses the defender’s own address', async () => {
    enforcer.handle(order('own', lab.defender4));
    enforcer.handle(order('own6', '2001:db8::/64'));
    await expect.poll(() => replies).toMatchObject([{ status: 'refused' }, { status: 'refused' }]);
  });

  it('takes back a block of an address that becomes its own', async () => {
    await block('a', '198.18.77.7');
    lab.run('defender', ['ip', 'address', 'add', '198.18.77.7/32', 'dev', 'lo']);
    // Host addresses of another namespace are read on the interval, so a restart reads them here.
    await enforcer.close();
    await start();
    expect(replies).toMatchObject([{ id: 'a', status: 'reverted' }]);
    lab.run('defender', ['ip', 'address', 'del', '198.18.77.7/32', 'dev', 'lo']);
  });

  it.each([
    ['the whole ruleset is flushed', ['flush', 'ruleset']],
    ['our table is deleted', ['delete', 'table', 'inet', 'netsentinel']],
    ['our chain is flushed', ['flush', 'chain', 'inet', 'netsentinel', 'prerouting']],
    ['our set is flushed', ['flush', 'set', 'inet', 'netsentinel', 'v4_32']],
    ['our element is deleted', ['delete', 'element', 'inet', 'netsentinel', 'v4_32', '{ 198.18.0.2 }']],
  ])('mends it when %s', async (_, command) => {
    await block('a', '198.18.0.2');
    lab.run('defender', ['nft', ...command]);
    expect(await probe.dropped('198.18.0.2')).toBe(true);
  });

  it('removes an element that somebody else put in', async () => {
    lab.run('defender', ['nft', 'add', 'element', 'inet', 'netsentinel', 'v4_32', '{ 198.18.0.2 }']);
    expect(await probe.passes('198.18.0.2')).toBe(true);
  });

  it('goes on verifying after its monitor was killed', async () => {
    const pids = lab.run('defender', ['ip', 'netns', 'pids', lab.defender]).split('\n').filter(Boolean);
    const monitors = pids.filter((pid) => commandOf(pid).includes('monitor'));
    expect(monitors).toHaveLength(1);
    process.kill(Number(monitors[0]), 'SIGKILL');
    await block('a', '198.18.0.2');
    expect(await probe.dropped('198.18.0.2')).toBe(true);
  });

  it('works with 100,000 blocks in force, and starts with them in seconds', async () => {
    for (let i = 0; i < 100_000; i++) {
      enforcer.handle(
        order(
          `bulk${i}`,
          `${i < 65_536 ? '198.19' : '203.0'}.${(i >> 8) & 255}.${i & 255}`,
          // However long that takes on a busy machine.
          3_600_000,
        ),
      );
      if (i % 1000 === 999) await told(`bulk${i}`, 'applied');
    }
    expect(enforcer.describe().blocks).toBe(100_000);
    await block('a', '198.18.0.2');
    expect(await probe.dropped('198.18.0.2')).toBe(true);
    await enforcer.close();
    await start();
    // A listing that takes too long on a busy machine is tried again.
    const standing = { blocks: 100_001, responders: [{ available: true }] };
    await vi.waitFor(() => expect(enforcer.describe()).toMatchObject(standing), { timeout: 60_000, interval: 100 });
    expect(await probe.dropped('198.18.0.2')).toBe(true);
    expect(await enforcer.revertAll('test')).toBe(100_001);
    expect(await probe.passes('198.18.0.2')).toBe(true);
  }, 400_000);
});

describe.skipIf(namespacesUnavailable() !== undefined)('kill -9', () => {
  it('at random moments leaves neither orphans nor gaps', async () => {
    expect(await runEnforcerFault({ rounds: 12, seed: 7 })).toMatchObject({
      rounds: 12,
      orphans: 0,
      gaps: 0,
      overdue: 0,
      auditOk: true,
    });
  });
});
