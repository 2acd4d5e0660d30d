/** Changes to incidents that do not come from their attackers' moves: the enforcer's word, a person's word, and the end of those that went quiet. */
import type { Actor } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import { summaryOf, type Incident, type IncidentSummary } from '@netsentinel/contracts/incident';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { closeIncident, sayTime } from '@netsentinel/alert/close';
import type { Dossiers } from './dossiers.ts';

/** Old records that are being read in right now look quiet by their time: whose events still come is not. */
const SETTLED_MS = 10 * 60_000;

export interface ChangeContext {
  readonly state: StateStore;
  readonly clock: Clock;
  readonly dossiers: Dossiers;
  readonly onIncident: (summary: IncidentSummary) => void;
}

type ChangeIncident = (incident: Incident) => Incident;

export interface WantedChange {
  readonly id: string;
  /** Whose incident it is, where that is known: then it may be in memory. */
  readonly actor?: Actor;
  readonly change: ChangeIncident;
}

/** Puts a changed incident in place of the stored and the remembered one, with whatever else `write` does, and tells. */
export async function replaceIncident(
  context: ChangeContext,
  id: string,
  change: ChangeIncident,
  write?: (tx: StateTransaction) => Promise<void>,
): Promise<Incident | undefined> {
  return (await replaceIncidents(context, [{ id, change }], write)).get(id);
}

/** The same for several at once, in their order; an incident may be changed more than once. The incidents that there are, by their ids. */
export async function replaceIncidents(
  { state, dossiers, onIncident }: ChangeContext,
  changes: readonly WantedChange[],
  write?: (tx: StateTransaction) => Promise<void>,
): Promise<ReadonlyMap<string, Incident>> {
  const incidents = new Map<string, Incident>();
  const changed = new Map<string, Incident>();
  for (const { id, actor = '', change } of changes) {
    const before = incidents.get(id) ?? dossiers.openIncident(actor, id) ?? (await state.read.incident(id));
    if (before === undefined) continue;
    const next = change(before);
    incidents.set(id, next);
    if (next !== before) changed.set(id, next);
  }
  if (changed.size === 0 && write === undefined) return incidents;
  await state.transaction(async (tx) => {
    for (const incident of changed.values()) await tx.putIncident(incident);
    await write?.(tx);
  });
  for (const incident of changed.values()) {
    dossiers.replaceIncident(incident);
    onIncident(summaryOf(incident));
  }
  return incidents;
}

/** Closes incidents whose attackers have been quiet for `closeAfterMs`, at most `limit` of them; resolves with how many. */
export async function closeQuiet(
  { state, clock, dossiers, onIncident }: ChangeContext,
  closeAfterMs: number,
  limit: number,
): Promise<number> {
  const now = clock.now();
  const { incidents } = await state.read.incidents({
    status: ['open', 'contained'],
    lastSeenUntil: now - closeAfterMs,
    recorded: false,
    limit,
  });
  const quiet = incidents.filter(({ actor }) => {
    const touchedAt = dossiers.peek(actor)?.touchedAt;
    return touchedAt === undefined || clock.monotonicMs() - touchedAt >= Math.min(SETTLED_MS, closeAfterMs);
  });
  if (quiet.length === 0) return 0;
  const closed: Incident[] = [];
  await state.transaction(async (tx) => {
    for (const { id } of quiet) {
      const incident = await tx.incident(id);
      if (incident === undefined) continue;
      const next = closeIncident(incident, now, `Quiet for ${sayTime(closeAfterMs)}`);
      await tx.putIncident(next);
      closed.push(next);
    }
  });
  for (const incident of closed) {
    dossiers.replaceIncident(incident);
    onIncident(summaryOf(incident));
  }
  return closed.length;
}
