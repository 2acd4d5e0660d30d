/** What people order, over the real link to a real enforcer whose firewall is played. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ToEnforcerLink } from '@netsentinel/contracts/enforcer-question';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { answerQuestion } from '@netsentinel/enforcer/answer-question';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { createEnforcer } from '@netsentinel/enforcer/enforcer';
import type { Enforcer } from '@netsentinel/enforcer/enforcer.types';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { receiveMessages, sendMessage } from '@netsentinel/kernel/message-link';
import { socketPair } from '@netsentinel/kernel/socket-pair';
import { createDispatcher, type Dispatcher } from '@netsentinel/respond/dispatcher';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { FakeFirewall, FakeResponder } from '@netsentinel/testkit/fake-responder';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeState, FakeStream, startAnalysis, stopAnalysis } from './analysis.fixture.ts';
import { createEnforcerLink, type EnforcerLink } from './enforcer-link.ts';
import { createResponseOrders, type ResponseOrders } from './response-orders.ts';

const HOUR = 3_600_000;
const TARGET = '198.18.5.5';
/** Of sample incidents. */
const ATTACKER = '203.0.113.77';
const asked = { measure: 'block', target: TARGET, ttlMs: HOUR } as const;

let folder: string;
let state: StateStore;
let enforcer: Enforcer;
let firewall: FakeFirewall;
let link: EnforcerLink;
let orders: ResponseOrders;
let dispatcher: Dispatcher;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'response-orders-'));
  state = await openSqliteStateStore({ file: join(folder, 'state.db'), log: silentLogger });
  firewall = new FakeFirewall(systemClock);
});
afterEach(async () => {
  link.close();
  await stopAnalysis();
  await enforcer.close();
  await state.close();
  rmSync(folder, { recursive: true });
});

async function start(mode: 'enforce' | 'approve', more: Record<string, unknown> = {}): Promise<void> {
  const config = EnforcerConfig.parse({ mode, ipCommand: ['/nonexistent/ip'], resolvConf: '/nonexistent', ...more });
  const [near, far] = await socketPair(folder);
  enforcer = await createEnforcer({
    config,
    directory: join(folder, 'enforcer'),
    clock: systemClock,
    log: silentLogger,
    responders: [{ id: 'fake', mode, create: (ctx) => new FakeResponder(firewall, ctx) }],
    onReply: (reply) => sendMessage(far, reply),
  });
  receiveMessages(
    far,
    ToEnforcerLink,
    (word) => {
      if (word.kind !== 'ask') enforcer.handle(word);
      else void answerQuestion(enforcer, word).then((answer) => sendMessage(far, answer));
    },
    () => {},
  );
  const { analysis } = await startAnalysis(new FakeStream(), Object.assign(new FakeState(), { port: state }));
  link = createEnforcerLink({
    clock: systemClock,
    log: silentLogger,
    onReply: (reply) => void dispatcher.onReply(reply),
    onConnected: () => {},
  });
  dispatcher = createDispatcher({
    orders: link,
    state,
    clock: systemClock,
    log: silentLogger,
    commit: (actions, write) => analysis.actionsChanged(actions, write),
    onAction: (action) => orders.changed(action),
  });
  orders = createResponseOrders({
    state,
    clock: systemClock,
    policy: { responder: 'fake' },
    trafficDays: 14,
    enforcer: link,
    dispatcher,
    analysis,
    onPlanned: (action) => dispatcher.dispatch([action]),
  });
  link.link(near);
}

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as { code?: unknown }).code,
  );

describe('a person', () => {
  it('reads a plan, orders it, and the incident’s story, the audit and the list know who it was', async () => {
    await start('enforce');
    await state.transaction((tx) => tx.putIncident(sampleIncident('i1', Date.now(), { status: 'open', actions: [] })));
    const theirs = { ...asked, target: ATTACKER };
    expect(await orders.plan(theirs)).toMatchObject({
      target: ATTACKER,
      measure: 'block',
      ask: [],
      responders: [{ responder: 'fake' }],
    });
    const noEvents = { aggregate: async () => [], query: async () => ({ events: [] }) };
    expect(await orders.blastRadius(ATTACKER, noEvents)).toMatchObject({ target: ATTACKER, events: 0, days: 14 });
    expect(firewall.blocked()).toEqual([]);

    const action = await orders.order({ ...theirs, reason: 'seen it', incident: 'i1' }, 'console:ada');
    expect(action).toMatchObject({
      incident: 'i1',
      target: ATTACKER,
      by: 'console:ada',
      reason: 'seen it (console:ada)',
    });
    await expect.poll(() => firewall.blocked(), { timeout: 30_000 }).toEqual([ATTACKER]);
    expect(enforcer.list()).toMatchObject([{ id: action!.id, reason: 'seen it (console:ada)' }]);
    await expect.poll(async () => (await state.read.incident('i1'))?.status, { timeout: 30_000 }).toBe('contained');
    expect((await state.read.incident('i1'))?.actions).toContain(action!.id);
    expect(await orders.revert(action!.id, 'ada')).toBe(true);
    await expect.poll(() => firewall.blocked(), { timeout: 30_000 }).toEqual([]);
  });

  it('answers an incident only by what holds its attacker', async () => {
    await start('enforce');
    await state.transaction((tx) => tx.putIncident(sampleIncident('i1', Date.now(), { status: 'open', actions: [] })));
    const wrong = orders.order({ ...asked, reason: '', incident: 'i1' }, 'console:ada');
    await expect(wrong).rejects.toThrow(/attacker, 203\.0\.113\.77, lies outside of 198\.18\.5\.5: name a target/);
    expect(await codeOf(wrong)).toBe('RESPONSE_REFUSED');
    expect([firewall.blocked(), await state.read.actions()]).toEqual([[], []]);
    expect(await state.read.incident('i1')).toMatchObject({ status: 'open', actions: [] });
    const around = { ...asked, target: '203.0.113.64/27' };
    expect(await orders.order({ ...around, reason: '', incident: 'i1' }, 'console:ada')).toMatchObject({
      incident: 'i1',
    });
  });

  it('orders without an incident; an unknown one is none, and what the enforcer refuses leaves nothing behind', async () => {
    await start('enforce', { allow: ['198.18.9.0/24'] });
    expect(await orders.order({ ...asked, measure: 'block', reason: '' }, 'console:ada')).toMatchObject({
      incident: '',
      reason: 'ordered by console:ada',
    });
    expect(await orders.order({ ...asked, reason: '', incident: 'nothing' }, 'console:ada')).toBeUndefined();
    const refused = orders.order({ ...asked, target: '198.18.9.9', reason: '' }, 'console:ada');
    await expect(refused).rejects.toThrow(/protected/);
    expect(await codeOf(refused)).toBe('RESPONSE_REFUSED');
    const wide = { ...asked, target: '198.18.5.5/24' };
    expect((await orders.plan(wide)).refused).toMatch(/zero host bits/);
    await expect(orders.order({ ...wide, reason: '' }, 'console:ada')).rejects.toThrow(/zero host bits/);
    expect(await state.read.actions()).toHaveLength(1);
  });

  it('approves what waits, once, and whoever comes second is told so and changes nothing', async () => {
    await start('approve');
    const action = (await orders.order({ ...asked, reason: 'x' }, 'console:ada'))!;
    expect(action.status).toBe('awaiting-approval');
    expect(firewall.blocked()).toEqual([]);
    expect(await orders.decide('unknown', 'approve', '', 'console:eve')).toBeUndefined();
    expect(await orders.decide(action.id, 'approve', 'right', 'console:eve')).not.toMatchObject({ status: 'refused' });
    expect(firewall.blocked()).toEqual([TARGET]);
    // The platform may not have heard of it yet: the enforcer decides.
    expect(await codeOf(orders.decide(action.id, 'deny', '', 'console:bob'))).toBe('RESPONSE_NOT_DECIDED');
    await expect.poll(async () => (await state.read.action(action.id))?.status, { timeout: 30_000 }).toBe('verified');
    expect(firewall.blocked()).toEqual([TARGET]);
  });

  it('is told that it is approved where it fails at first, and it is made later', async () => {
    await start('approve');
    const { id } = (await orders.order({ ...asked, reason: 'x' }, 'console:ada'))!;
    firewall.failure = 'nft is busy';
    const told = await orders.decide(id, 'approve', 'yes', 'console:eve');
    expect(told).toEqual({ status: 'failed', detail: 'nft is busy' });
    firewall.failure = undefined;
    await expect.poll(() => firewall.blocked(), { timeout: 30_000 }).toEqual([TARGET]);
    await expect.poll(async () => (await state.read.action(id))?.status, { timeout: 30_000 }).toBe('applied');
  });

  it('is told that nothing was decided where the enforcer takes no word', async () => {
    await start('approve');
    const { id } = (await orders.order({ ...asked, reason: 'x' }, 'console:ada'))!;
    await enforcer.close();
    await expect(orders.decide(id, 'approve', '', 'console:eve')).rejects.toThrow(
      'Nothing was decided: the enforcer is busy or closed.',
    );
  });

  it('refuses what waits', async () => {
    await start('approve');
    const { id } = (await orders.order({ ...asked, reason: 'x' }, 'console:ada'))!;
    expect(await orders.decide(id, 'deny', 'a customer', 'console:eve')).toEqual({
      status: 'refused',
      detail: 'console:eve denied it: a customer',
    });
    await expect.poll(async () => (await state.read.action(id))?.status, { timeout: 30_000 }).toBe('refused');
    expect(firewall.blocked()).toEqual([]);
  });

  it('is told where the enforcer is away, and nothing is planned', async () => {
    await start('enforce');
    link.close();
    expect(await codeOf(orders.plan(asked))).toBe('ENFORCER_AWAY');
    expect(await codeOf(orders.order({ ...asked, reason: '' }, 'console:ada'))).toBe('ENFORCER_AWAY');
    expect(await state.read.actions()).toEqual([]);
  });
});
