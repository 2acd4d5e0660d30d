import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Measure, OrderReply } from '@netsentinel/contracts/action';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { FakeFlowSwitch } from '@netsentinel/testkit/fake-flow-switch';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EnforcerConfig } from './enforcer.config.ts';
import { createEnforcer } from './enforcer.ts';
import type { Enforcer } from './enforcer.types.ts';
import { PolledResponder } from './firewall/polled-responder.ts';
import { OpenflowFirewall } from './openflow/openflow-firewall.ts';

const MINUTE = 60_000;
const HOST = '198.18.5.5';
const MANAGEMENT = { family: 4, base: 0xc6120063n, prefix: 32 } as const;
const MEANS = {
  management: [MANAGEMENT],
  mirrorPort: 7,
  redirect: 'it knows no decoys',
  onward: { kind: 'normal' },
} as const;

const ISOLATED = ['drop dst', 'drop src', 'normal src 198.18.0.99 dst', `normal src ${HOST} dst 198.18.0.99`].map(
  (text) => (text.endsWith('99') ? text : `${text} ${HOST}`),
);
const BLOCKED = [`drop dst ${HOST}`, `drop src ${HOST}`];
const MIRRORED = [`output normal dst ${HOST}`, `output normal src ${HOST}`];

let directory: string;
let clock: ManualClock;
let place: FakeFlowSwitch;
let other: FakeFirewall;
let replies: OrderReply[];
let enforcer: Enforcer;

const settle = async (): Promise<void> => {
  for (let i = 0; i < 60; i++) await new Promise((resolve) => setImmediate(resolve));
};
const pass = async (ms: number): Promise<void> => {
  for (let i = 0; i < ms; i += 500) {
    clock.advance(500);
    await settle();
  }
};
const start = async (responders: readonly ('flows' | 'map')[], means: object = {}): Promise<void> => {
  enforcer = await createEnforcer({
    config: EnforcerConfig.parse({
      ipCommand: ['/nonexistent/ip'],
      resolvConf: '/nonexistent',
      management: ['198.18.0.99'],
    }),
    directory,
    clock,
    log: silentLogger,
    responders: responders.map((id) => ({
      id,
      mode: 'enforce',
      create: (ctx) =>
        id === 'map'
          ? new FakeResponder(other, ctx)
          : new PolledResponder(
              id,
              ctx,
              new OpenflowFirewall({ clock, switches: [place], priority: 9, means: { ...MEANS, ...means } }),
              { checkMs: 1500, compareMs: 300_000 },
            ),
    })),
    onReply: (reply) => replies.push(reply),
    uptime: () => ({ boot: 'boot', ms: 5_000_000 + clock.monotonicMs() }),
  });
};
const order = (measure: Measure, minutes = 60, target = HOST): Promise<OrderReply> =>
  enforcer.do({ measure, target, ttlMs: minutes * MINUTE }, 'alice', 'a test');
const flows = (): string[] =>
  [...place.flows].flatMap(([key, end]) => (end > clock.monotonicMs() ? [key] : [])).toSorted();

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'measures-'));
  clock = new ManualClock();
  place = new FakeFlowSwitch('br0', clock);
  other = new FakeFirewall(clock);
  replies = [];
});
afterEach(async () => {
  await enforcer.close();
  rmSync(directory, { recursive: true });
});

describe('what a person orders', () => {
  it('is done by those who can, and let go of when it is taken back', async () => {
    await start(['flows', 'map']);
    const reply = await order('isolate');
    expect(reply.status).toMatch(/^(?:applied|verified)$/);
    await settle();
    // Whoever waits for the attacker to be kept away hears where they are not.
    expect(replies.at(-1)).toMatchObject({
      status: 'verified',
      parts: [
        { responder: 'flows', status: 'verified' },
        { responder: 'map', status: 'refused', detail: 'it can only block' },
      ],
    });
    expect(replies.at(-1)).not.toHaveProperty('detail');
    expect(flows()).toEqual(ISOLATED);
    expect(other.blocked()).toEqual([]);
    expect(enforcer.list()).toMatchObject([{ measure: 'isolate', target: HOST, reason: 'a test (alice)' }]);
    await enforcer.revert(reply.id, 'alice');
    expect(flows()).toEqual([]);
  });

  it('is refused where nobody can, with what each of them lacks', async () => {
    await start(['flows', 'map'], { management: [], mirrorPort: undefined });
    expect(await order('isolate')).toMatchObject({
      status: 'refused',
      detail:
        'no responder can isolate: flows: it knows nobody whom an isolated host may speak with: name `management`; map: it can only block',
    });
    expect(await order('mirror')).toMatchObject({ detail: expect.stringContaining('name `mirrorPort`') });
    expect(await order('redirect')).toMatchObject({ detail: expect.stringContaining('it knows no decoys') });
    for (const measure of ['tarpit', 'rate-limit'] as const)
      expect(await order(measure)).toMatchObject({
        detail: expect.stringContaining(`flows of ours cannot ${measure}`),
      });
    expect(await order('block')).toMatchObject({ status: expect.stringMatching(/applied|verified/) });
    expect([flows(), other.blocked()]).toEqual([BLOCKED, [HOST]]);
  });

  it('is held to the same limits as any order', async () => {
    await start(['flows']);
    expect(await order('mirror', 1, '198.18.0.99')).toMatchObject({
      status: 'refused',
      detail: expect.stringContaining('protected'),
    });
    expect(await order('isolate', 1, '198.18.0.0/16')).toMatchObject({ detail: expect.stringContaining('too wide') });
    expect(await order('isolate', 1, '198.18.7.0/24')).toMatchObject({ status: 'awaiting-approval' });
  });

  it('is planned in the switch’s own words', async () => {
    await start(['flows', 'map']);
    expect(enforcer.plan(HOST, MINUTE, undefined, 'mirror')).toMatchObject({
      measure: 'mirror',
      responders: [
        { responder: 'flows', block: [`add output normal src ${HOST}`, `add output normal dst ${HOST}`] },
        { responder: 'map', refuses: 'it can only block', block: [], unblock: [] },
      ],
    });
    expect(flows()).toEqual([]);
  });
});

describe('of several measures for one network', () => {
  it('the strongest is in force, and the weaker goes on where that ends', async () => {
    await start(['flows']);
    await order('mirror', 60);
    expect(flows()).toEqual(MIRRORED);
    await order('isolate', 30);
    expect(flows()).toEqual(ISOLATED);
    const { id } = await order('block', 20);
    await order('block', 10);
    expect(flows()).toEqual(BLOCKED);
    await enforcer.revert(id, 'alice');
    expect(flows()).toEqual(BLOCKED);
    await pass(10 * MINUTE + 1000);
    expect(flows()).toEqual(ISOLATED);
    await pass(20 * MINUTE);
    expect(flows()).toEqual(MIRRORED);
    await pass(31 * MINUTE);
    expect(flows()).toEqual([]);
    expect(enforcer.list()).toEqual([]);
  });

  it.each([
    ['ends', () => pass(10 * MINUTE + 1000)],
    ['is taken back', (id: string) => enforcer.revert(id, 'alice')],
  ])('a weaker one that cannot be made when the stronger %s is told as failed', async (_, end) => {
    other.takes.add('redirect');
    await start(['map']);
    const weaker = await order('redirect', 60);
    const { id } = await order('block', 10);
    await settle();
    expect(replies.findLast((reply) => reply.id === weaker.id)?.status).toBe('verified');
    other.rejects.set('redirect', 'the kernel says no');
    await end(id);
    await settle();
    expect(replies.findLast((reply) => reply.id === weaker.id)).toMatchObject({
      status: 'failed',
      detail: 'the kernel says no',
    });
    expect(enforcer.list()).toEqual([]);
  });

  it('the weaker is made again where the stronger could not be made in its place', async () => {
    other.takes.add('redirect');
    await start(['map']);
    await order('redirect', 60);
    await settle();
    other.rejects.set('block', 'the kernel says no');
    expect(await order('block', 10)).toMatchObject({ status: 'failed' });
    await settle();
    expect(other.measured()).toEqual([`redirect ${HOST}`]);
    expect(enforcer.list()).toMatchObject([{ measure: 'redirect', status: 'verified' }]);
  });

  it('what a responder can no more is taken back at its next start, and the weaker goes on', async () => {
    await start(['flows']);
    await order('mirror');
    const { id } = await order('isolate');
    await enforcer.close();
    replies = [];
    await start(['flows'], { management: [] });
    expect(flows()).toEqual(MIRRORED);
    expect(replies).toMatchObject([{ id, status: 'reverted', detail: expect.stringContaining('name `management`') }]);
  });

  it('the strongest is made again after a restart, and where flows were lost', async () => {
    await start(['flows']);
    await order('mirror');
    await order('isolate');
    await enforcer.close();
    place.flows.clear();
    await start(['flows']);
    expect(flows()).toEqual(ISOLATED);
    place.flows.delete(`drop src ${HOST}`);
    await pass(3000);
    expect(flows()).toEqual(ISOLATED);
  });
});
