/** Compares what attackers saw, what the platform said and what it kept: one attacker, one whole story. */
import type { Event } from '@netsentinel/contracts/event';
import { INCIDENT_LIMITS, type Incident } from '@netsentinel/contracts/incident';
import type { Aftermath } from './aftermath.ts';
import type { SeenSession } from './attack-load.types.ts';

/** What the platform said to the outside while it ran. */
export interface Told {
  readonly incidents: Set<string>;
  /** Targets by the action's id. */
  readonly actions: Map<string, string>;
}

export interface StoryFaults {
  /** Commands answered to a client by a decoy host that was not killed afterwards, and not kept. */
  readonly unheard: number;
  /** Answered commands missing although a later one of the same session was kept. */
  readonly holes: number;
  /** Incidents and actions that were told and are not there. */
  readonly told_unkept: number;
  /** Attackers in more than one incident, or sessions in none. */
  readonly torn_incidents: number;
  /** Incidents that counted an event twice or not at all. */
  readonly miscounted: number;
  /** Attackers that logged in, are not ignored, and were never blocked. */
  readonly unanswered: number;
  /** Blocked without a login that is kept. */
  readonly groundless: number;
}

/** Sessions that began after `lastDecoyHostGoneAt` met the last decoy host, which was stopped in peace. */
export function judgeStory(
  aftermath: Aftermath,
  seen: readonly SeenSession[],
  told: Told,
  lastDecoyHostGoneAt: number,
): { readonly faults: StoryFaults } {
  const { stream, incidents, actions } = aftermath;
  const kept = new Set(stream.events.flatMap(({ process }) => process?.command_line ?? []));
  let unheard = 0;
  let holes = 0;
  for (const { startedAt, answered } of seen) {
    const missing = answered.map((command) => !kept.has(command));
    if (startedAt > lastDecoyHostGoneAt) unheard += missing.filter(Boolean).length;
    const lastKept = missing.lastIndexOf(false);
    holes += missing.slice(0, Math.max(0, lastKept)).filter(Boolean).length;
  }

  const incidentIds = new Set(incidents.map(({ id }) => id));
  const actionIds = new Set(actions.map(({ id }) => id));
  const told_unkept =
    [...told.incidents].filter((id) => !incidentIds.has(id)).length +
    [...told.actions.keys()].filter((id) => !actionIds.has(id)).length;

  const byActor = Map.groupBy(incidents, ({ actor }) => actor);
  const eventsOf = Map.groupBy(stream.events, ({ netsentinel }) => netsentinel.actor);
  let torn_incidents = 0;
  let miscounted = 0;
  let unanswered = 0;
  const blocked = new Set(actions.map(({ actor }) => actor));
  const loggedIn = new Set<string>();
  for (const [actor, events] of eventsOf) {
    const logins = events.filter(isLogin);
    if (logins.length === 0) continue;
    loggedIn.add(actor);
    const mine = byActor.get(actor) ?? [];
    if (mine.length !== 1 || !holdsSessions(mine[0]!, events)) torn_incidents++;
    const commands = events.filter(({ event }) => event.action === 'ssh-command').length;
    if (mine.length === 1 && (mine[0]!.counts.logins !== logins.length || mine[0]!.counts.commands !== commands))
      miscounted++;
    if (!actor.startsWith('198.18.1.') && !blocked.has(actor)) unanswered++;
  }
  const groundless = [...blocked].filter((actor) => !loggedIn.has(actor)).length;
  return { faults: { unheard, holes, told_unkept, torn_incidents, miscounted, unanswered, groundless } };
}

function isLogin({ event }: Event): boolean {
  return event.action === 'ssh-login' && event.outcome === 'success';
}

/** Every session that ran a command is in the story, as far as the bound goes. */
function holdsSessions(incident: Incident, events: readonly Event[]): boolean {
  const sessions = new Set(
    events
      .filter(isLogin)
      .flatMap(({ netsentinel }) => (netsentinel.session === undefined ? [] : netsentinel.session.id)),
  );
  if (sessions.size >= INCIDENT_LIMITS.sessions) return incident.sessions.length === INCIDENT_LIMITS.sessions;
  const told = new Set(incident.sessions.map(({ id }) => id));
  return [...sessions].every((id) => told.has(id));
}
