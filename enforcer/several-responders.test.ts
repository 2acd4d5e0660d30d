import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { OrderReply, ResponseMode } from '@netsentinel/contracts/action';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnforcerConfig } from './enforcer.config.ts';
import { createEnforcer } from './enforcer.ts';
import type { Enforcer } from './enforcer.types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let directory: string;
let clock: ManualClock;
let left: FakeFirewall;
let right: FakeFirewall;
let replies: OrderReply[];
let enforcer: Enforcer;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'enforcer-'));
  clock = new ManualClock();
  left = new FakeFirewall(clock);
  right = new FakeFirewall(clock);
  replies = [];
});
afterEach(async () => {
  await enforcer.close();
  rmSync(directory, { recursive: true });
});

const start = async (modes: Record<string, ResponseMode>, config: object = {}): Promise<void> => {
  const firewalls: Record<string, FakeFirewall> = { left, right };
  enforcer = await createEnforcer({
    config: EnforcerConfig.parse({ ipCommand: ['/nonexistent/ip'], resolvConf: '/nonexistent', ...config }),
    directory,
    clock,
    log: silentLogger,
    responders: Object.entries(modes).map(([id, mode]) => ({
      id,
      mode,
      create: (ctx) => new FakeResponder(firewalls[id]!, ctx),
    })),
    retired: (id) => Promise.resolve((ctx) => new FakeResponder(firewalls[id]!, ctx)),
    onReply: (reply) => replies.push(reply),
    uptime: () => ({ boot: 'boot', ms: 5_000_000 + clock.monotonicMs() }),
  });
};
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};
const block = async (id: string, target: string, changes: object = {}): Promise<void> => {
  enforcer.handle({
    kind: 'block',
    id,
    target,
    expiresAt: clock.now() + HOUR,
    reason: 'brute force',
    incident: 'i1',
    sourceVerified: true,
    ...changes,
  });
  await settle();
};
const statuses = (id: string): string[] => replies.filter((reply) => reply.id === id).map(({ status }) => status);
const last = (id: string): OrderReply | undefined => replies.findLast((reply) => reply.id === id);
const partsOf = (id: string): Record<string, string> =>
  Object.fromEntries((last(id)?.parts ?? []).map(({ responder, status }) => [responder, status]));

describe('several responders', () => {
  it('each carry the block, tell what they did, and let go of it at its end', async () => {
    await start({ left: 'enforce', right: 'enforce' });
    await block('a', '198.18.5.5');
    expect([left.blocked(), right.blocked()]).toEqual([['198.18.5.5'], ['198.18.5.5']]);
    expect(last('a')).toMatchObject({ status: 'verified' });
    expect(partsOf('a')).toEqual({ left: 'verified', right: 'verified' });
    expect(replies.flatMap(({ parts }) => parts ?? []).filter(({ plan }) => plan !== undefined)).toMatchObject([
      { responder: 'left', plan: ['block 198.18.5.5'] },
      { responder: 'right', plan: ['block 198.18.5.5'] },
    ]);
    expect(enforcer.describe()).toMatchObject({
      mode: 'enforce',
      blocks: 1,
      responders: [{ blocks: 1 }, { blocks: 1 }],
    });
    clock.advance(HOUR + 1);
    await settle();
    expect(statuses('a').filter((status) => status === 'expired')).toHaveLength(1);
    expect([left.blocked(), right.blocked()]).toEqual([[], []]);
  });

  it('each have their own mode, and an order may name some of them', async () => {
    await start({ left: 'enforce', right: 'simulate' });
    await block('a', '198.18.5.5');
    expect(partsOf('a')).toEqual({ left: 'verified', right: 'simulated' });
    expect([left.blocked(), right.blocked()]).toEqual([['198.18.5.5'], []]);
    await block('b', '198.18.5.6', { responders: ['right'] });
    expect(last('b')).toMatchObject({ status: 'simulated' });
    await block('c', '198.18.5.7', { responders: ['middle'] });
    expect(last('c')).toMatchObject({ status: 'refused', detail: expect.stringContaining('none of the responders') });
  });

  it('are not held up by one that hangs', async () => {
    await start({ left: 'enforce', right: 'enforce' });
    let release = (): void => {};
    right.hangs = new Promise((resolve) => (release = resolve));
    await block('a', '198.18.5.5');
    await block('b', '198.18.5.6');
    expect(left.blocked()).toEqual(['198.18.5.5', '198.18.5.6']);
    expect(partsOf('b')).toEqual({ left: 'verified', right: 'planned' });
    clock.advance(3000);
    expect(enforcer.describe().responders[1]).toMatchObject({ id: 'right', waiting: 1, busyMs: 3000 });
    release();
    await settle();
    expect(right.blocked()).toEqual(['198.18.5.5', '198.18.5.6']);
    expect(partsOf('b')).toEqual({ left: 'verified', right: 'verified' });
  });

  it('answer a revert although one hangs, and it follows later', async () => {
    await start({ left: 'enforce', right: 'enforce' });
    await block('a', '198.18.5.5');
    let release = (): void => {};
    right.hangs = new Promise((resolve) => (release = resolve));
    const reverted = enforcer.revert('a', 'a person');
    await settle();
    clock.advance(20_000);
    expect(await reverted).toMatchObject({
      status: 'failed',
      detail: expect.stringContaining('right: the responder takes long'),
    });
    expect([left.blocked(), right.blocked()]).toEqual([[], ['198.18.5.5']]);
    release();
    await settle();
    expect(right.blocked()).toEqual([]);
  });

  it('make good what one missed while it was down, reverts included', async () => {
    await start({ left: 'enforce', right: 'enforce' });
    await block('a', '198.18.5.5');
    right.failure = 'no connection';
    await block('b', '198.18.5.6');
    expect(last('b')).toMatchObject({ status: 'verified', detail: 'right: no connection' });
    await enforcer.revert('a', 'a person');
    expect(right.blocked()).toEqual(['198.18.5.5']);
    right.failure = undefined;
    clock.advance(2000);
    await settle();
    expect(right.blocked()).toEqual(['198.18.5.6']);
    expect(partsOf('b')).toEqual({ left: 'verified', right: 'applied' });
  });

  it('start although one is down, which joins when it comes up', async () => {
    right.failure = 'not there yet';
    await start({ left: 'enforce', right: 'enforce' });
    await block('a', '198.18.5.5');
    expect(left.blocked()).toEqual(['198.18.5.5']);
    right.failure = undefined;
    clock.advance(4000);
    await settle();
    expect(right.blocked()).toEqual(['198.18.5.5']);
  });

  it('may come and go with the configuration', async () => {
    await start({ left: 'enforce' });
    await block('a', '198.18.5.5');
    await enforcer.close();
    await start({ left: 'enforce', right: 'enforce' });
    // The platform sends what is in force again whenever it is connected.
    await block('a', '198.18.5.5');
    expect(right.blocked()).toEqual(['198.18.5.5']);
    await enforcer.close();
    await start({ right: 'enforce' });
    expect([left.blocked(), right.blocked()]).toEqual([[], ['198.18.5.5']]);
    expect(enforcer.list()).toMatchObject([{ id: 'a', responder: 'right' }]);
    await enforcer.close();
    await start({ right: 'simulate' });
    expect(right.blocked()).toEqual([]);
    expect(last('a')).toMatchObject({ status: 'reverted', detail: 'mode: simulate' });
  });
});

describe('approval', () => {
  it('is waited for, given once, and then it is a block like any other', async () => {
    await start({ left: 'approve', right: 'enforce' });
    await block('a', '198.18.5.5');
    expect(last('a')).toMatchObject({ status: 'verified', detail: 'left: mode: approve' });
    expect([left.blocked(), right.blocked()]).toEqual([[], ['198.18.5.5']]);
    expect(enforcer.describe().awaitingApproval).toBe(1);
    expect(await enforcer.decide('approve', 'a', 'eve', 'seen it')).toMatchObject({ id: 'a', status: 'verified' });
    expect(left.blocked()).toEqual(['198.18.5.5']);
    expect(await enforcer.decide('approve', 'a', 'eve', '')).toMatchObject({ status: 'refused' });
    // That there was nothing to approve says nothing about the block, which is in force.
    expect(last('a')).toMatchObject({ status: 'verified' });
    expect(enforcer.describe().awaitingApproval).toBe(0);
    clock.advance(HOUR + 1);
    await settle();
    expect(last('a')).toMatchObject({ status: 'expired' });
    expect(left.blocked()).toEqual([]);
  });

  it('that is denied leaves in force what others hold, and is not asked for again', async () => {
    await start({ left: 'approve', right: 'enforce' });
    await block('a', '198.18.5.5');
    expect(await enforcer.decide('deny', 'a', 'eve', 'a customer')).toMatchObject({
      status: 'verified',
      detail: 'left: eve denied it: a customer',
    });
    expect([left.blocked(), right.blocked()]).toEqual([[], ['198.18.5.5']]);
    await block('a', '198.18.5.5');
    expect(enforcer.describe().awaitingApproval).toBe(0);
    expect(last('a')).toMatchObject({ status: 'verified' });
    expect(await enforcer.decide('approve', 'a', 'eve', '')).toMatchObject({ status: 'refused' });
    expect(left.blocked()).toEqual([]);
    await enforcer.revert('a', 'eve');
    expect(right.blocked()).toEqual([]);
    expect(enforcer.list()).toEqual([]);
  });

  it('that is denied or does not come in time ends the matter', async () => {
    await start({ left: 'approve' }, { approval: { expiresAfterMs: MINUTE, maxWaiting: 2 } });
    await block('a', '198.18.5.5');
    await block('b', '198.18.5.6');
    await block('c', '198.18.5.7');
    expect(statuses('a')).toEqual(['awaiting-approval']);
    expect(last('c')).toMatchObject({ status: 'refused', detail: expect.stringContaining('too many') });
    expect(await enforcer.decide('deny', 'a', 'eve', 'a customer')).toMatchObject({
      status: 'refused',
      detail: 'eve denied it: a customer',
    });
    await block('a', '198.18.5.5');
    expect(last('a')).toMatchObject({ status: 'refused' });
    clock.advance(MINUTE + 1);
    await settle();
    expect(last('b')).toMatchObject({ status: 'expired', detail: 'nobody approved it in time' });
    expect(enforcer.list()).toEqual([]);
    expect(left.applied).toBe(0);
  });

  it('survives a restart, also of those who wait for it', async () => {
    await start({ left: 'approve' });
    await block('a', '198.18.5.5');
    await enforcer.close();
    await start({ left: 'approve' });
    expect(left.blocked()).toEqual([]);
    expect(await enforcer.decide('approve', 'a', 'eve', '')).toMatchObject({ status: 'verified' });
    await enforcer.close();
    await start({ left: 'approve' });
    expect(left.blocked()).toEqual(['198.18.5.5']);
  });
});

describe('taking back what fits a description', () => {
  it('by attacker, detection, incident or time, and nothing where none is given', async () => {
    await start({ left: 'enforce', right: 'enforce' });
    await block('a', '198.18.5.5', { actor: '198.18.5.5', rules: ['decoy-login'] });
    await block('b', '198.18.5.6', { actor: '198.18.5.6', rules: ['port-scan'], incident: 'i2' });
    clock.advance(MINUTE);
    await block('c', '198.18.5.7', { rules: ['port-scan', 'decoy-login'] });
    expect(await enforcer.revertWhere({}, 'eve')).toBe(0);
    expect(await enforcer.revertWhere({ actor: '::ffff:198.18.5.5' }, 'eve')).toBe(1);
    expect(left.blocked()).toEqual(['198.18.5.6', '198.18.5.7']);
    expect(await enforcer.revertWhere({ rule: 'port-scan', since: clock.now() }, 'eve')).toBe(1);
    expect(right.blocked()).toEqual(['198.18.5.6']);
    expect(await enforcer.revertWhere({ incident: 'i2' }, 'eve')).toBe(1);
    expect([left.blocked(), right.blocked()]).toEqual([[], []]);
  });
});
