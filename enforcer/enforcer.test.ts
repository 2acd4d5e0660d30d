import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnforcedBlock, type ActionStatus, type OrderReply } from '@netsentinel/contracts/action';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyAudit } from './audit.ts';
import { EnforcerConfig } from './enforcer.config.ts';
import { createEnforcer } from './enforcer.ts';
import type { Enforcer } from './enforcer.types.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;

let directory: string;
let clock: ManualClock;
let firewall: FakeFirewall;
let replies: OrderReply[];
let enforcer: Enforcer;
/** Time since boot; like the real one it goes on over restarts of the enforcer. */
let boot: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'enforcer-'));
  clock = new ManualClock();
  firewall = new FakeFirewall(clock);
  replies = [];
  boot = 'boot-1';
});
afterEach(async () => {
  await enforcer.close();
  rmSync(directory, { recursive: true });
});

const start = async (config: Record<string, unknown> = {}): Promise<void> => {
  const parsed = EnforcerConfig.parse({
    mode: 'enforce',
    ipCommand: ['/nonexistent/ip'],
    resolvConf: '/nonexistent',
    ...config,
  });
  enforcer = await createEnforcer({
    config: parsed,
    directory,
    clock,
    log: silentLogger,
    responders: [{ id: 'fake', mode: parsed.mode, create: (ctx) => new FakeResponder(firewall, ctx) }],
    onReply: (reply) => replies.push(reply),
    uptime: () => ({ boot, ms: 5_000_000 + clock.monotonicMs() }),
  });
};
const order = (id: string, target: string, changes: Record<string, unknown> = {}) => ({
  kind: 'block',
  id,
  target,
  expiresAt: clock.now() + HOUR,
  reason: 'brute force',
  incident: 'i1',
  sourceVerified: true,
  ...changes,
});
const statuses = (id: string): ActionStatus[] => replies.filter((reply) => reply.id === id).map(({ status }) => status);
const detail = (id: string): string | undefined => replies.findLast((reply) => reply.id === id)?.detail;
/** Lets everything that needs no time to pass happen. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};
const block = async (id: string, target: string, changes: Record<string, unknown> = {}): Promise<void> => {
  enforcer.handle(order(id, target, changes));
  await settle();
};
const auditLines = (): Record<string, unknown>[] =>
  readdirSync(join(directory, 'audit'))
    .toSorted()
    .flatMap((file) =>
      readFileSync(join(directory, 'audit', file), 'utf8')
        .trimEnd()
        .split('\n'),
    )
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a line of a playbook', () => {
  const line = (n: number, changes: Record<string, unknown> = {}) => ({
    kind: 'record',
    id: `run-1/${n}`,
    run: 'run-1',
    playbook: 'hold',
    version: 3,
    mode: 'run',
    incident: 'i1',
    step: 'hold',
    what: 'block',
    outcome: 'done',
    detail: 'by hand',
    by: 'cli:alice',
    ...changes,
  });

  it('is in the audit once, is answered once it is durable, and changes nothing', async () => {
    await start();
    for (const one of [line(1), line(2), line(1)]) enforcer.handle(one);
    await settle();
    expect([statuses('run-1/1'), statuses('run-1/2')]).toEqual([['applied', 'applied'], ['applied']]);
    expect([enforcer.list(), firewall.blocked()]).toEqual([[], []]);
    await enforcer.close();
    const written = auditLines().filter(({ kind }) => kind === 'playbook');
    expect(written.map(({ record, by, outcome }) => [record, by, outcome])).toEqual([
      ['run-1/1', 'cli:alice', 'done'],
      ['run-1/2', 'cli:alice', 'done'],
    ]);
    expect(await verifyAudit(join(directory, 'audit'))).toMatchObject({ ok: true });
  });

  it('cannot flood the audit, crowd out orders, or be malformed', async () => {
    await start({ limits: { ordersPerMinute: 3 } });
    for (let n = 1; n <= 5; n++) enforcer.handle(line(n));
    enforcer.handle(line(9, { detail: 'x'.repeat(513) }));
    await settle();
    expect([1, 2, 3, 4, 5].map((n) => statuses(`run-1/${n}`))).toEqual([
      ['applied'],
      ['applied'],
      ['applied'],
      ['refused'],
      ['refused'],
    ]);
    expect(detail('run-1/9')).toContain('malformed at detail');
    await block('a', '198.18.5.5');
    expect(statuses('a')).toContain('applied');
    clock.advance(MINUTE + 1000);
    enforcer.handle(line(4));
    await settle();
    expect(statuses('run-1/4')).toEqual(['refused', 'applied']);
  });
});

describe('an order', () => {
  it('is applied, then verified, listed, and expires at its time', async () => {
    await start();
    await block('a', '198.18.5.5');
    expect(statuses('a')).toEqual(['applied', 'verified']);
    expect(firewall.blocked()).toEqual(['198.18.5.5']);
    clock.advance(MINUTE);
    await settle();
    expect(enforcer.list().map((held) => EnforcedBlock.parse(held))).toMatchObject([
      { id: 'a', target: '198.18.5.5', status: 'verified', mode: 'enforce', responder: 'fake' },
    ]);
    clock.advance(HOUR - MINUTE + 1);
    await settle();
    expect(statuses('a')).toEqual(['applied', 'verified', 'expired']);
    expect(enforcer.list()).toEqual([]);
    expect(firewall.blocked()).toEqual([]);
  });

  it('is one block when it comes twice, and longer when its end is later', async () => {
    await start();
    await block('a', '198.18.5.5');
    await block('a', '198.18.5.5');
    expect(enforcer.list()).toHaveLength(1);
    expect(firewall.applied).toBe(1);
    await block('a', '198.18.5.5', { expiresAt: clock.now() + 2 * HOUR });
    clock.advance(HOUR + MINUTE);
    await settle();
    expect(firewall.blocked()).toEqual(['198.18.5.5']);
    expect(statuses('a')).not.toContain('expired');
    await block('a', '198.18.5.6', { expiresAt: clock.now() + 3 * HOUR });
    expect(detail('a')).toBe('this id blocks 198.18.5.5 already');
  });

  it('shares a target with another until the last of them ends', async () => {
    await start();
    enforcer.handle(order('a', '198.18.5.5', { expiresAt: clock.now() + MINUTE }));
    enforcer.handle(order('b', '::ffff:198.18.5.5'));
    await settle();
    expect(firewall.applied).toBe(1);
    await enforcer.revert('b', 'a test');
    expect(firewall.blocked()).toEqual(['198.18.5.5']);
    clock.advance(MINUTE + 1);
    await settle();
    expect(statuses('a')).toContain('expired');
    expect(firewall.blocked()).toEqual([]);
  });

  it('only says what it would do when simulating, and does nothing when off', async () => {
    await start({ mode: 'simulate' });
    await block('a', '198.18.5.5');
    expect(statuses('a')).toEqual(['simulated']);
    expect(detail('a')).toBe('would block 198.18.5.5 for 3600 s');
    expect(firewall.applied + firewall.syncs).toBe(0);
    expect(enforcer.list()).toMatchObject([{ mode: 'simulate', status: 'simulated' }]);
    expect((await enforcer.revert('a', 'a test')).status).toBe('reverted');
    await enforcer.close();
    await start({ mode: 'off' });
    await block('b', '198.18.5.5');
    expect(statuses('b')).toEqual(['refused']);
  });

  it('that comes after its time was over has failed, which rules out no further one', async () => {
    await start();
    await block('a', '198.18.5.5', { expiresAt: clock.now() });
    expect(replies).toMatchObject([{ id: 'a', status: 'failed', detail: 'the order came after its time was over' }]);
    expect(enforcer.list()).toEqual([]);
    await block('b', '198.18.5.5');
    await block('b', '198.18.5.5', { expiresAt: clock.now() - 1 });
    expect(statuses('b')).toEqual(['applied', 'verified', 'verified']);
  });

  it('that is malformed is refused with a reason', async () => {
    await start();
    for (const bad of [
      undefined,
      null,
      7,
      'x',
      [],
      {},
      { kind: 'block', id: 'm' },
      { ...order('m2', '198.18.5.5'), extra: 1 },
    ])
      enforcer.handle(bad);
    enforcer.handle(order('x'.repeat(100), '198.18.5.5'));
    await settle();
    expect(replies.every(({ status }) => status === 'refused')).toBe(true);
    expect(detail('m')).toMatch(/malformed at target/);
    expect(replies).toHaveLength(9);
  });

  it('beyond the limits is refused, and a minute later taken', async () => {
    await start({ limits: { ordersPerMinute: 2, maxEntries: 3 } });
    for (const n of [1, 2, 3]) await block(`a${n}`, `198.18.5.${n}`);
    expect(detail('a3')).toMatch(/more than 2 orders/);
    clock.advance(61_000);
    await settle();
    await block('a3', '198.18.5.3');
    expect(statuses('a3').at(-1)).toBe('verified');
    await block('a4', '198.18.5.4');
    expect(detail('a4')).toMatch(/3 blocks are in force/);
  });

  it('fails when the firewall does, and is made good when that is back', async () => {
    await start();
    firewall.failure = 'no rights';
    await block('a', '198.18.5.5');
    expect(statuses('a')).toEqual(['failed']);
    expect(detail('a')).toBe('no rights');
    expect(enforcer.describe().responders).toMatchObject([{ available: false, reason: 'no rights', blocks: 1 }]);
    firewall.failure = undefined;
    clock.advance(1000);
    await settle();
    expect(statuses('a')).toEqual(['failed', 'applied']);
    expect(firewall.blocked()).toEqual(['198.18.5.5']);
    expect(enforcer.list()).toMatchObject([{ status: 'applied', detail: '' }]);
  });

  it('that cannot be seen in force leads to one replacement of everything', async () => {
    await start();
    firewall.invisible = true;
    const before = firewall.syncs;
    for (let i = 0; i < 50; i++) enforcer.handle(order(`a${i}`, `198.18.5.${i}`));
    await settle();
    expect(firewall.syncs - before).toBe(1);
    expect(statuses('a7')).toEqual(['applied', 'verified']);
  });

  it('never waits behind more than 10,000 others', async () => {
    await start({ limits: { ordersPerMinute: 100_000 } });
    for (let i = 0; i < 10_001; i++) enforcer.handle({ kind: 'revert', id: `r${i}`, reason: '', by: 'test' });
    expect(detail('r10000')).toBe('too many orders are waiting');
    await expect.poll(() => replies.length).toBe(10_001);
  });
});

describe('taking back', () => {
  it('one, all, and what is not there', async () => {
    await start();
    for (const n of [1, 2, 3]) await block(`a${n}`, `198.18.5.${n}`);
    expect(await enforcer.revert('a1', 'a person')).toMatchObject({ id: 'a1', status: 'reverted' });
    expect(await enforcer.revert('nobody', 'a person')).toMatchObject({ status: 'refused' });
    expect(firewall.blocked()).toEqual(['198.18.5.2', '198.18.5.3']);
    expect(await enforcer.revertAll('a person')).toBe(2);
    expect(firewall.blocked()).toEqual([]);
    enforcer.handle({ kind: 'revert-all', reason: 'again', by: 'platform' });
    await settle();
    await enforcer.close();
    expect(auditLines().filter(({ kind }) => kind === 'reverted-all')).toHaveLength(2);
  });

  it('says when the firewall did not follow', async () => {
    await start();
    await block('a', '198.18.5.5');
    firewall.failure = 'gone';
    await expect(enforcer.revertAll('a person')).rejects.toMatchObject({ code: 'ENFORCER_REVERT' });
  });

  it('of very many replaces everything at once', async () => {
    await start({ limits: { ordersPerMinute: 100_000 } });
    for (let i = 0; i < 2500; i++) enforcer.handle(order(`a${i}`, `198.18.${i >> 8}.${i & 255}`));
    await expect.poll(() => firewall.blocked().length).toBe(2500);
    const { applied } = firewall;
    expect(await enforcer.revertAll('a person')).toBe(2500);
    expect(firewall.applied).toBe(applied);
    expect(firewall.blocked()).toEqual([]);
  });

  it('is refused once closed', async () => {
    await start();
    await enforcer.close();
    expect((await enforcer.revert('a', 'x')).status).toBe('failed');
    await expect(enforcer.revertAll('x')).rejects.toMatchObject({ code: 'ENFORCER_BUSY' });
    enforcer.handle(order('late', '198.18.5.5'));
    expect(statuses('late')).toEqual(['refused']);
  });
});

describe('restarting', () => {
  it('keeps blocks in force, with their remaining time, and removes orphans', async () => {
    await start();
    await block('a', '198.18.5.5');
    await block('b', '198.18.5.6', { expiresAt: clock.now() + MINUTE });
    await enforcer.close();
    expect(firewall.blocked()).toEqual(['198.18.5.5', '198.18.5.6']);
    firewall.entries.set('198.18.9.9', 1e12);
    clock.advance(2 * MINUTE);
    await start();
    expect(firewall.blocked()).toEqual(['198.18.5.5']);
    expect(statuses('b').at(-1)).toBe('expired');
    clock.advance(HOUR);
    await settle();
    expect(statuses('a').at(-1)).toBe('expired');
  });

  it('without enforcement takes everything back', async () => {
    await start();
    await block('a', '198.18.5.5');
    await enforcer.close();
    await start({ mode: 'simulate' });
    expect(firewall.blocked()).toEqual([]);
    expect(statuses('a').at(-1)).toBe('reverted');
    expect(enforcer.describe().responders).toMatchObject([{ available: false }]);
  });

  it('makes the blocks that were simulated once it enforces, as soon as they are asked for again', async () => {
    await start({ mode: 'simulate' });
    const expiresAt = clock.now() + 3_600_000;
    await block('a', '198.18.5.5', { expiresAt });
    await enforcer.close();
    await start();
    expect(firewall.blocked()).toEqual([]);
    await block('a', '198.18.5.5', { expiresAt });
    expect(firewall.blocked()).toEqual(['198.18.5.5']);
    expect(enforcer.list()).toMatchObject([{ id: 'a', mode: 'enforce' }]);
  });

  it('takes back what has been put on the allow list', async () => {
    await start();
    await block('a', '198.18.5.5');
    await block('b', '198.18.6.6');
    await block('c', '198.18.7.0/24');
    await enforcer.close();
    await start({ allow: ['198.18.5.0/24', '198.18.7.7'] });
    expect(firewall.blocked()).toEqual(['198.18.6.6']);
    expect(detail('a')).toBe('the target became protected');
    expect(statuses('c').at(-1)).toBe('reverted');
  });

  it('goes on where a crash cut the audit', async () => {
    await start();
    await block('a', '198.18.5.5');
    await enforcer.close();
    const file = readdirSync(join(directory, 'audit'))[0] ?? '';
    appendFileSync(join(directory, 'audit', file), '{"seq":99,"torn');
    await start();
    await enforcer.close();
    expect(await verifyAudit(join(directory, 'audit'))).toMatchObject({ ok: true });
    expect(auditLines().map(({ kind }) => kind)).toContain('audit-repaired');
  });

  it('notices that the end of the audit is missing', async () => {
    await start();
    await block('a', '198.18.5.5');
    await enforcer.close();
    rmSync(join(directory, 'audit'), { recursive: true });
    await start();
    await enforcer.close();
    expect(auditLines().map(({ kind }) => kind)).toContain('audit-shortened');
    expect(await verifyAudit(join(directory, 'audit'))).toMatchObject({ ok: false });
  });

  it('continues the audit when its own state is lost', async () => {
    await start();
    await block('a', '198.18.5.5');
    await enforcer.close();
    for (const file of readdirSync(directory)) if (file.startsWith('enforcer.db')) rmSync(join(directory, file));
    await start();
    await enforcer.close();
    expect(firewall.blocked()).toEqual([]);
    expect(await verifyAudit(join(directory, 'audit'))).toMatchObject({ ok: true });
  });

  it('needs a responder', async () => {
    await start();
    const options = { config: EnforcerConfig.parse({}), directory, clock, log: silentLogger, onReply: () => {} };
    await expect(createEnforcer({ ...options, responders: [] })).rejects.toMatchObject({ code: 'ENFORCER_RESPONDERS' });
  });
});

describe('the wall clock', () => {
  it.each([HOUR, -HOUR])('may jump by %d ms without moving an end', async (jump) => {
    await start();
    await block('a', '198.18.5.5');
    clock.setWall(clock.now() + jump);
    clock.advance(HOUR - 1000);
    await settle();
    expect(firewall.blocked()).toEqual(['198.18.5.5']);
    expect(statuses('a')).not.toContain('expired');
    clock.advance(1001);
    await settle();
    expect(statuses('a').at(-1)).toBe('expired');
  });

  it.each([HOUR, -HOUR])('may jump by %d ms while the enforcer is restarted', async (jump) => {
    await start();
    await block('a', '198.18.5.5');
    await enforcer.close();
    clock.setWall(clock.now() + jump);
    await start();
    clock.advance(HOUR - 1000);
    await settle();
    expect(firewall.blocked()).toEqual(['198.18.5.5']);
    clock.advance(1001);
    await settle();
    expect(statuses('a').at(-1)).toBe('expired');
  });

  it('is all there is after another boot, and never makes a block longer than ordered', async () => {
    await start();
    await block('a', '198.18.5.5');
    await block('b', '198.18.5.6', { expiresAt: clock.now() + MINUTE });
    await enforcer.close();
    boot = 'boot-2';
    clock.setWall(clock.now() - HOUR);
    await start();
    clock.advance(MINUTE + 1);
    await settle();
    expect(statuses('b').at(-1)).toBe('expired');
    clock.advance(HOUR);
    await settle();
    expect(statuses('a').at(-1)).toBe('expired');
  });
});

describe('the audit', () => {
  it('has a line for each step, chained', async () => {
    await start();
    await block('a', '198.18.5.5');
    await block('b', '127.0.0.1');
    await enforcer.revert('a', 'a person');
    firewall.entries.clear();
    await block('c', '198.18.5.7');
    firewall.entries.clear();
    clock.advance(200);
    await settle();
    await enforcer.close();
    const kinds = auditLines().map(({ kind }) => kind);
    for (const kind of ['started', 'ordered', 'applied', 'verified', 'refused', 'reverted', 'mended'])
      expect(kinds).toContain(kind);
    const lines = auditLines();
    expect(lines.map(({ seq }) => seq)).toEqual(lines.map((_, i) => i + 1));
    expect(await verifyAudit(join(directory, 'audit'))).toEqual({ entries: lines.length, ok: true });
  });

  it('is not flooded by refusals', async () => {
    await start({ limits: { ordersPerMinute: 5 } });
    for (let i = 0; i < 50; i++) enforcer.handle({ kind: 'block', id: `m${i}` });
    await settle();
    await enforcer.close();
    expect(replies).toHaveLength(50);
    expect(auditLines().filter(({ kind }) => kind === 'refused')).toHaveLength(5);
  });
});

describe('what is over', () => {
  it('stays over when its order comes again because its end was not heard', async () => {
    await start();
    await block('a', '198.18.5.5');
    await block('b', '198.18.5.6');
    clock.advance(HOUR + 1);
    await settle();
    // Set back, the clock says that the orders still have an hour to go.
    clock.setWall(clock.now() - HOUR);
    await block('a', '198.18.5.5', { expiresAt: clock.now() + HOUR });
    expect(statuses('a')).toEqual(['applied', 'verified', 'expired', 'expired']);
    await enforcer.close();
    await start();
    await block('b', '198.18.5.6', { expiresAt: clock.now() + HOUR });
    expect(statuses('b').at(-1)).toBe('expired');
    expect(firewall.blocked()).toEqual([]);
  });

  it('stays over when a person took it back while nobody listened', async () => {
    await start();
    await block('a', '198.18.5.5');
    await enforcer.revert('a', 'someone');
    await block('a', '198.18.5.5');
    expect(statuses('a').at(-1)).toBe('reverted');
    expect(firewall.blocked()).toEqual([]);
  });
});
