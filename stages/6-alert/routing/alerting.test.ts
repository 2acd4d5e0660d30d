/** Alerting over the real state store: what is decided is kept with the change, sent once, tried again, bounded, and survives a death anywhere. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Incident } from '@netsentinel/contracts/incident';
import type { Notification } from '@netsentinel/contracts/notification';
import type { SendOutcome } from '@netsentinel/contracts/notifier';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { incidentFixture } from '@netsentinel/testkit/contracts/state-store.suite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AlertConfig } from '../alert.config.ts';
import { acknowledgeIncident } from '../acknowledge.ts';
import { Alerting } from './alerting.ts';
import { createNotifiers } from './create-notifiers.ts';
import { markChanges } from './mark-changes.ts';
import { compileRouting } from './policy.ts';

const HOUR = 3_600_000;
const OK: SendOutcome = { ok: true, answer: 'fine' };
const BUSY: SendOutcome = { ok: false, answer: 'busy', retry: true };
const NEVER: SendOutcome = { ok: false, answer: 'never', retry: false };

let folder: string;
let clock: ManualClock;
let state: StateStore;
let alerting: Alerting;
let sent: { to: string; message: Notification }[];
let answer: (message: Notification) => SendOutcome | Promise<SendOutcome>;
let config: Record<string, unknown>;
let maxPerHour: number;

const open = async (): Promise<StateStore> =>
  markChanges(await openSqliteStateStore({ file: join(folder, 'state.db'), log: silentLogger, clock }), clock);

function start(): Alerting {
  const url = { url: { value: 'https://hooks.example.com/x' } };
  const parsed = AlertConfig.parse({
    notifiers: [
      { id: 'mail', type: 'slack', options: url },
      { id: 'pager', type: 'discord', options: url },
    ],
    groupWaitMs: 0,
    routes: [{ id: 'r', to: ['mail', 'pager'] }],
    ...config,
  });
  const notifier = (to: string) => ({
    send: async (message: Notification) => {
      sent.push({ to, message });
      return answer(message);
    },
    close: async () => {},
  });
  const notifiers = new Map(
    ['mail', 'pager'].map((name) => [name, { type: 'fake', notifier: notifier(name), maxPerHour }]),
  );
  const names = { tactics: {}, techniques: {} };
  return new Alerting({
    state,
    clock,
    log: silentLogger,
    policy: compileRouting(parsed, new Set(['pager'])),
    notifiers,
    context: { names },
  });
}

const put = (...incidents: readonly Incident[]): Promise<void> =>
  state.transaction(async (tx) => {
    for (const one of incidents) await tx.putIncident(one);
  });
/** Moves time on until it holds: timers start work that is not done when they return. */
const until = async (check: () => boolean | Promise<boolean>, stepMs = 250): Promise<void> => {
  for (let i = 0; !(await check()); i++) {
    if (i > 4000) throw new Error('it never came to that');
    clock.advance(stepMs);
    await new Promise((resolve) => setImmediate(resolve));
  }
};
const mails = () => sent.filter(({ to }) => to === 'mail').map(({ message }) => message);
const waiting = async (): Promise<number> => (await state.read.deliveries({ status: 'waiting' })).length;
const idle = () =>
  until(async () => (await waiting()) === 0 && ((await state.read.nextAlertAt()) ?? Infinity) > clock.now());

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'alerting-'));
  clock = new ManualClock();
  sent = [];
  answer = () => OK;
  config = {};
  maxPerHour = 30;
  state = await open();
  alerting = start();
  await alerting.start();
});
afterEach(async () => {
  await alerting.stop();
  await state.close();
  rmSync(folder, { recursive: true });
});

async function restart(): Promise<void> {
  await alerting.stop();
  await state.close();
  state = await open();
  alerting = start();
  await alerting.start();
}

describe('what is worth telling', () => {
  it('is told once to each, and what is not leaves no trace', async () => {
    await put(incidentFixture('i1'), incidentFixture('i2', { severity: 'low' }));
    alerting.changed();
    await until(() => sent.length === 2);
    await idle();
    await put(incidentFixture('i1', { version: 2 }));
    alerting.changed();
    await idle();
    expect(sent.map(({ to, message }) => [to, message.kind])).toEqual(
      expect.arrayContaining([
        ['mail', 'opened'],
        ['pager', 'opened'],
      ]),
    );
    expect(sent).toHaveLength(2);
    expect(await state.read.alert('i1')).toMatchObject({ told: ['mail', 'pager'] });
    expect(await state.read.alert('i2')).toBeUndefined();
    expect((await alerting.status())[0]).toMatchObject({
      id: 'mail',
      type: 'fake',
      sent: 1,
      waiting: 0,
      dead: 0,
      last: { ok: true, answer: 'fine' },
    });
  });

  it('is told after a death between the change and the decision, and between the decision and the message', async () => {
    await alerting.stop();
    await put(incidentFixture('i1'));
    answer = () => BUSY;
    await restart();
    await until(() => sent.length === 2);
    await alerting.stop();
    expect(await waiting()).toBe(2);
    const ids = sent.map(({ message }) => message.id);
    sent = [];
    answer = () => OK;
    await restart();
    await until(() => sent.length === 2);
    await idle();
    expect(sent.map(({ message }) => message.id).toSorted()).toEqual(ids.toSorted());
  });

  it('is forgotten with its incident, once those who follow it were told of its end', async () => {
    await put(incidentFixture('i1'));
    alerting.changed();
    await until(() => sent.length === 2);
    await put(incidentFixture('i1', { status: 'closed' }));
    alerting.changed();
    await until(() => sent.length === 3);
    await idle();
    expect(sent.at(-1)).toMatchObject({ to: 'pager', message: { kind: 'resolved' } });
    expect(await state.read.alert('i1')).toBeUndefined();
    await state.transaction((tx) => tx.alertDue('nobody', 0));
    alerting.changed();
    await until(async () => (await state.read.nextAlertAt()) === undefined);
  });
});

describe('an outbox', () => {
  beforeEach(() => {
    config = { routes: [{ id: 'r', to: ['mail'] }] };
    return restart();
  });

  it('tries again, later each time, and gives up after a day; what is dead can be sent again', async () => {
    answer = () => BUSY;
    await put(incidentFixture('i1'));
    alerting.changed();
    const times: number[] = [];
    await until(() => {
      while (times.length < sent.length) times.push(clock.now());
      return times.length === 6;
    });
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    expect(gaps.every((gap, i) => i === 0 || gap > gaps[i - 1]!)).toBe(true);
    await until(async () => (await state.read.deliveries({ status: 'dead' })).length === 1, HOUR / 2);
    const [dead] = await state.read.deliveries({ status: 'dead' });
    expect(dead).toMatchObject({ answer: 'busy', notifier: 'mail' });
    expect(dead!.attempts).toBeGreaterThan(20);
    answer = () => OK;
    expect(await alerting.resend(['nobody'])).toBe(0);
    expect(await alerting.resend()).toBe(1);
    await idle();
    expect(await state.read.deliveries({})).toEqual([]);
  });

  it('buries at once what would be refused again, and goes on with the rest', async () => {
    answer = ({ incident }) => (incident?.id === 'bad' ? NEVER : OK);
    await put(incidentFixture('bad'), incidentFixture('good'));
    alerting.changed();
    await until(() => mails().some(({ incident }) => incident?.id === 'good'));
    await idle();
    expect(await state.read.deliveries({})).toMatchObject([{ status: 'dead', attempts: 1, answer: 'never' }]);
  });

  it('waits as long as the other side asks, and survives a notifier that throws', async () => {
    let first = true;
    answer = () => {
      if (!first) return OK;
      first = false;
      return { ok: false, answer: 'slow down', retry: true, retryAfterMs: 10 * 60_000 };
    };
    await put(incidentFixture('i1'));
    alerting.changed();
    await until(() => sent.length === 1);
    const at = clock.now();
    await until(() => sent.length === 2, 5000);
    expect(clock.now() - at).toBeGreaterThanOrEqual(10 * 60_000);
    let thrown = 0;
    answer = () => (thrown++ === 0 ? Promise.reject(new Error('broken')) : OK);
    await put(incidentFixture('i2'));
    alerting.changed();
    await until(() => sent.length === 4);
    await idle();
  });

  it('makes one summary of a storm, counted, and keeps what waits bounded', async () => {
    answer = () => BUSY;
    await put(
      ...Array.from({ length: 620 }, (_, i) => incidentFixture(`s${i}`, { severity: i === 520 ? 'critical' : 'high' })),
    );
    alerting.changed();
    await until(async () => ((await state.read.nextAlertAt()) ?? Infinity) > clock.now());
    expect((await state.read.deliveries({ limit: 10_000 })).length).toBeLessThanOrEqual(501);
    sent = [];
    answer = () => OK;
    await until(async () => (await waiting()) === 0, 5000);
    const told = mails();
    expect(told.length).toBeLessThanOrEqual(8);
    const count = told.reduce((sum, { digest }) => sum + (digest?.count ?? 1), 0);
    expect(count).toBe(620);
    expect(told.some(({ digest }) => digest?.listed[0]?.severity === 'critical')).toBe(true);
  });

  it('says no more in an hour than it may, and loses none', async () => {
    maxPerHour = 4;
    await restart();
    const begin = clock.now();
    for (let i = 0; i < 12; i++) {
      await put(incidentFixture(`i${i}`));
      alerting.changed();
      await until(async () => ((await state.read.nextAlertAt()) ?? Infinity) > clock.now());
      clock.advance(60_000);
    }
    await until(async () => (await waiting()) === 0, 5000);
    const hours = (clock.now() - begin) / HOUR;
    expect(mails().length).toBeLessThanOrEqual(4 + Math.ceil(hours * 4));
    expect(mails().reduce((sum, { digest }) => sum + (digest?.count ?? 1), 0)).toBe(12);
  });

  it('tells a digest as one', async () => {
    config = { routes: [{ id: 'r', to: ['mail'], digest: 'hourly' }] };
    await restart();
    await put(incidentFixture('i1'), incidentFixture('i2'));
    alerting.changed();
    await until(async () => (await waiting()) === 2);
    expect(sent).toEqual([]);
    await until(() => sent.length === 1, 60_000);
    expect(mails()[0]).toMatchObject({ kind: 'digest', digest: { count: 2 } });
    await idle();
    await put(incidentFixture('i3'));
    alerting.changed();
    await until(() => sent.length === 2, 60_000);
    expect(mails()[1]!.kind).toBe('opened');
  });
});

describe('what people say', () => {
  it('an acknowledgement ends the escalation and is told to those who follow', async () => {
    config = { routes: [{ id: 'r', to: ['pager'], escalate: [{ afterMs: 600_000, to: ['mail'] }] }] };
    await restart();
    await put(incidentFixture('i1'), incidentFixture('i2'));
    alerting.changed();
    await until(() => sent.length === 2);
    expect(await alerting.acknowledge('i1', 'cli:ada')).toEqual({ acknowledged: 'i1', already: false });
    expect(await alerting.acknowledge('i1', 'cli:bob')).toEqual({ acknowledged: 'i1', already: true });
    await until(() => sent.length === 4, 10_000);
    await idle();
    expect(sent.slice(2).map(({ to, message }) => [to, message.kind, message.incident?.id])).toEqual([
      ['pager', 'acknowledged', 'i1'],
      ['mail', 'escalated', 'i2'],
    ]);
    expect((await state.read.alert('i1'))?.acknowledged?.by).toBe('cli:ada');
    await expect(alerting.acknowledge('nobody', 'me')).rejects.toMatchObject({ code: 'INCIDENT_NOT_FOUND' });
    const story = acknowledgeIncident(incidentFixture('i1'), 5000, 'cli:ada').timeline.at(-1);
    expect(story).toMatchObject({ title: 'Acknowledged', detail: 'By cli:ada' });
  });

  it('a silence holds until its end, over a restart too', async () => {
    const until0 = clock.now() + HOUR;
    const silence = await alerting.silence({ address: '203.0.113.7', reason: 'a test', by: 'me', until: until0 });
    await expect(alerting.silence({ reason: 'x', by: 'me', until: 1 })).rejects.toMatchObject({ code: 'SILENCE_OVER' });
    await restart();
    await put(incidentFixture('i1'));
    alerting.changed();
    await until(async () => (await state.read.nextAlertAt()) === undefined);
    expect(sent).toEqual([]);
    expect(await alerting.endSilence(silence.id, 'me')).toMatchObject({ id: silence.id });
    expect(await alerting.endSilence(silence.id, 'me')).toBeUndefined();
    await put(incidentFixture('i1', { version: 2 }));
    alerting.changed();
    await until(() => sent.length === 2);
  });

  it('a test goes past every queue, and names what there is where the name is wrong', async () => {
    expect(await alerting.test('mail')).toEqual(OK);
    expect(sent[0]!.message).toMatchObject({ kind: 'test' });
    await expect(alerting.test('nobody')).rejects.toMatchObject({
      code: 'NOTIFIER_NOT_FOUND',
      hint: 'Known: mail, pager.',
    });
  });
});

it('makes the configured notifiers, and knows who follows', async () => {
  const { notifiers } = AlertConfig.parse({
    notifiers: [
      { id: 'a', type: 'pagerduty', options: { routingKey: { value: 'k' } } },
      { id: 'b', type: 'slack', options: { url: { value: 'https://x.example' } }, maxPerHour: 5 },
    ],
  });
  const created = await createNotifiers(notifiers, { clock, log: silentLogger });
  expect([...created.notifiers].map(([id, { type, maxPerHour: max }]) => [id, type, max])).toEqual([
    ['a', 'pagerduty', 30],
    ['b', 'slack', 5],
  ]);
  expect([...created.follows]).toEqual(['a']);
});

describe('what a playbook asks for', () => {
  it('is told whatever the routes say, once, and its end to those who follow', async () => {
    await put(incidentFixture('i1', { severity: 'low' }));
    await idle();
    const tell = (): Promise<void> =>
      state.transaction(async (tx) => {
        const incident = (await tx.incident('i1'))!;
        await alerting.tell(tx, incident, [{ id: 'pbn-1', to: 'pager' }], 'Look at {{title}}', clock.now());
      });
    await tell();
    await tell();
    await restart();
    await until(() => sent.length > 0);
    await idle();
    expect(sent.map(({ to, message }) => [to, message.id, message.kind, message.reason])).toEqual([
      ['pager', 'pbn-1', 'changed', 'Look at {{title}}'],
    ]);
    // What the routes tell is told all the same.
    await put(incidentFixture('i1', { severity: 'high', version: 2 }));
    alerting.changed();
    await until(() => sent.length === 3);
    expect(sent.slice(1).map(({ message }) => message.kind)).toEqual(['opened', 'opened']);
    await put(incidentFixture('i1', { severity: 'high', status: 'closed', version: 3 }));
    alerting.changed();
    await until(() => sent.some(({ to, message }) => to === 'pager' && message.kind === 'resolved'));
    expect(alerting.names).toEqual(['mail', 'pager']);
  });
});
