/**
 * What is to be told of an incident now, to whom, and when to look again: from the incident, what people know of it already, and the policy.
 * Pure, so that it can be asked as often as the incident changes, and after every crash.
 */
import type { Action } from '@netsentinel/contracts/action';
import type { AlertState, Delivery, Silence } from '@netsentinel/contracts/alert-book';
import type { Incident } from '@netsentinel/contracts/incident';
import type { NotificationKind } from '@netsentinel/contracts/notification';
import { SEVERITY_WEIGHT } from '../score.ts';
import { assetsOf, isSilenced, routeFits, teamsOf } from './about.ts';
import { endOf, nextAt } from './hours.ts';
import { messageOf, type MessageContext } from './message.ts';
import { newsOf } from './news.ts';
import type { Policy } from './policy.ts';
import type { Route } from './routing.config.ts';

const HOUR = 3_600_000;
const MAX_TOLD = 64;

export interface Asked {
  readonly incident: Incident;
  readonly actions: readonly Action[];
  readonly state: AlertState | undefined;
  readonly silences: readonly Silence[];
  readonly policy: Policy;
  readonly context: MessageContext;
  readonly now: number;
  /** A new id for each message. */
  readonly newId: () => string;
}

export interface Decision {
  /** Undefined: nothing need be known of it any more. */
  readonly state: AlertState | undefined;
  readonly dueAt: number | undefined;
  readonly deliveries: readonly Delivery[];
}

export const NOBODY_TOLD: AlertState = { tactics: [], failed: [], asked: [], told: [], escalated: [] };
const NOTHING: Decision = { state: undefined, dueAt: undefined, deliveries: [] };

export function decide(asked: Asked): Decision {
  const { incident, state } = asked;
  if (incident.status === 'closed' || incident.status === 'benign')
    return state === undefined
      ? NOTHING
      : { ...NOTHING, deliveries: toFollowers(asked, state, 'resolved', over(incident)) };
  const routes = asked.policy.routes.filter((route) => routeFits(route, incident, asked.policy.teams, asked.now));
  const news = tellNews(asked, routes);
  return escalate(asked, routes, news);
}

/** Messages to those notifiers that were told of the incident and follow it to its end. */
export function toFollowers(asked: Asked, state: AlertState, kind: NotificationKind, reason: string): Delivery[] {
  return state.told
    .filter((name) => asked.policy.follows.has(name))
    .map((name) => delivery(asked, name, kind, reason, asked.now, false));
}

function tellNews(asked: Asked, routes: readonly Route[]): Decision {
  const { incident, actions, state, silences, policy, context, now } = asked;
  const keep: Decision = { state, dueAt: undefined, deliveries: [] };
  const news = newsOf(incident, state, actions, (id) => context.names.tactics[id] ?? id);
  if (news === undefined || routes.length === 0 || isSilenced(incident, silences, now))
    return state === undefined || (state.toldAt === undefined && state.told.length === 0) ? NOTHING : keep;
  const { pendingSince: since = now, ...known } = state ?? NOBODY_TOLD;
  const settled = since + policy.groupWaitMs;
  const dueAt =
    news.urgent || known.toldAt === undefined ? settled : Math.max(settled, known.toldAt + policy.updateWaitMs);
  if (dueAt > now) return { state: { ...known, pendingSince: since }, dueAt, deliveries: [] };

  const kind = known.toldAt === undefined ? 'opened' : 'changed';
  const whom = recipients(asked, routes);
  const deliveries = [...whom].map(([name, { at, held }]) =>
    delivery(asked, name, kind, news.reasons.join('; '), at, held),
  );
  const idsOf = (wanted: Action['status']): string[] =>
    actions.filter(({ status }) => status === wanted).map(({ id }) => id);
  return {
    state: {
      ...known,
      firstToldAt: known.firstToldAt ?? now,
      toldAt: now,
      severity: worse(incident.severity, known.severity),
      tactics: incident.tactics,
      failed: idsOf('failed'),
      asked: idsOf('awaiting-approval'),
      told: [...new Set([...known.told, ...whom.keys()])].slice(0, MAX_TOLD),
    },
    dueAt: undefined,
    deliveries,
  };
}

/** Everybody once, as soon as any of the routes wants it. */
function recipients(
  { incident, policy, now }: Asked,
  routes: readonly Route[],
): Map<string, { at: number; held: boolean }> {
  const whom = new Map<string, { at: number; held: boolean }>();
  const owners = teamsOf(assetsOf(incident), policy.teams);
  for (const route of routes) {
    const when = whenFor(route, incident, policy, now);
    const names = [...route.to, ...(route.toTeams ? owners.flatMap(({ notifiers }) => notifiers) : [])];
    for (const name of names) if (when.at < (whom.get(name)?.at ?? Infinity)) whom.set(name, when);
  }
  return whom;
}

function whenFor(route: Route, incident: Incident, policy: Policy, now: number): { at: number; held: boolean } {
  const { quietHours, digestAt, digestZone } = policy;
  const digest =
    route.digest === 'off'
      ? now
      : route.digest === 'hourly'
        ? (Math.floor(now / HOUR) + 1) * HOUR
        : nextAt(digestAt, digestZone, now);
  const weight = SEVERITY_WEIGHT[incident.severity];
  const quiet = route.quietHours ? quietHours.filter(({ butFrom }) => weight < SEVERITY_WEIGHT[butFrom]) : [];
  let at = digest;
  // One night may follow on one weekend.
  for (let i = 0; i <= quiet.length; i++) for (const hours of quiet) at = endOf(hours, at);
  return { at, held: at > now };
}

/** Steps that are due while nobody has said that they have it; and when the next one is. */
function escalate(asked: Asked, routes: readonly Route[], decision: Decision): Decision {
  const { state, deliveries, dueAt } = decision;
  const { now } = asked;
  if (state?.firstToldAt === undefined || state.acknowledged !== undefined) return decision;
  const further: Delivery[] = [];
  const done: string[] = [];
  let next = dueAt;
  for (const route of routes)
    for (const [i, { afterMs, to }] of route.escalate.entries()) {
      const step = `${route.id}/${i}`;
      if (state.escalated.includes(step)) continue;
      const at = state.firstToldAt + afterMs;
      if (at > now) {
        next = Math.min(next ?? at, at);
        continue;
      }
      done.push(step);
      for (const name of to)
        if (!further.some(({ notifier }) => notifier === name))
          further.push(
            delivery(
              asked,
              name,
              'escalated',
              `Nobody has acknowledged it for ${minutes(now - state.firstToldAt)}`,
              now,
              false,
            ),
          );
    }
  if (done.length === 0) return { ...decision, dueAt: next };
  return {
    state: {
      ...state,
      escalated: [...state.escalated, ...done].slice(-64),
      told: [...new Set([...state.told, ...further.map(({ notifier }) => notifier)])].slice(0, MAX_TOLD),
    },
    dueAt: next,
    deliveries: [...deliveries, ...further],
  };
}

function delivery(
  { incident, actions, context, now, newId }: Asked,
  notifier: string,
  kind: NotificationKind,
  reason: string,
  dueAt: number,
  held: boolean,
): Delivery {
  const id = newId();
  const notification = messageOf(incident, actions, { id, kind, reason, at: now }, context);
  return { id, notifier, status: 'waiting', held, dueAt, createdAt: now, attempts: 0, notification };
}

function over({ status }: Incident): string {
  return status === 'benign' ? 'A person said that it is no attack' : 'The incident is closed';
}

function worse(one: Incident['severity'], other: Incident['severity'] | undefined): Incident['severity'] {
  return other !== undefined && SEVERITY_WEIGHT[other] > SEVERITY_WEIGHT[one] ? other : one;
}

function minutes(ms: number): string {
  const n = Math.max(1, Math.round(ms / 60_000));
  return n === 1 ? 'a minute' : `${n} minutes`;
}
