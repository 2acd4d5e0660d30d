/**
 * People's work on incidents. It stands in a table of its own, so that what analysis writes of an attacker's move and what people write never meet;
 * only the end of the work closes the attacker's story too, in analysis's turn and in one transaction with the work.
 */
import type { PersonsCasework } from '@netsentinel/api/api.types';
import { assignWork, mergeWork, moveWork, noteWork, type Made } from '@netsentinel/alert/casework';
import { closeIncident } from '@netsentinel/alert/close';
import { noWork, type IncidentWork, type WorkNews } from '@netsentinel/contracts/casework';
import type { Clock } from '@netsentinel/contracts/clock';
import type { StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Analysis } from './analysis.types.ts';
import { refuseRecorded } from './refuse-recorded.ts';

type Change = (tx: StateTransaction) => Promise<readonly IncidentWork[]>;

export function createCasework(options: {
  readonly state: StateStore;
  readonly clock: Clock;
  readonly analysis: Pick<Analysis, 'changeIncident'>;
  /** Told once it is durable. */
  readonly onWork: (work: WorkNews) => void;
}): PersonsCasework {
  const { state, clock, analysis, onWork } = options;

  /** Stores what `change` makes of works, the one that was asked for first, and tells; `closing`: why the attacker's story ends with it. */
  async function store(incident: string, change: Change, closing?: string): Promise<IncidentWork> {
    let works: readonly IncidentWork[] = [];
    const write = async (tx: StateTransaction): Promise<void> => {
      works = await change(tx);
      for (const work of works) await tx.putWork(work);
    };
    if (closing === undefined) await state.transaction(write);
    else await analysis.changeIncident(incident, (one) => closeIncident(one, clock.now(), closing), write);
    for (const { incident: id, status, assignee, version } of works)
      onWork({ incident: id, status, ...(assignee === undefined ? {} : { assignee }), version });
    return works[0]!;
  }

  const madeBy = (by: string): Made => ({ at: clock.now(), by });

  return {
    change: (incident, { version, assignee, status, reason = '' }, by) =>
      store(
        incident,
        async (tx) => {
          let work = await workOf(tx, incident, version);
          const made = madeBy(by);
          if (assignee !== undefined) {
            await needAccount(tx, assignee);
            work = assignWork(work, assignee ?? undefined, made);
          }
          return [status === undefined ? work : moveWork(work, status, reason, made)];
        },
        status === 'closed' ? `${by}: ${reason}` : undefined,
      ),
    note: (incident, text, by) =>
      store(incident, async (tx) => [noteWork(await workOf(tx, incident), text, madeBy(by))]),
    merge: (incident, { version, into, reason = '' }, by) =>
      store(
        incident,
        async (tx) => {
          const [part, whole] = [await workOf(tx, incident, version), await workOf(tx, into)];
          const merged = mergeWork(part, whole, reason, madeBy(by));
          return [merged.part, merged.whole];
        },
        `${by}: a part of ${into}${reason === '' ? '' : `, ${reason}`}`,
      ),
  };
}

async function workOf(tx: StateTransaction, incident: string, version?: number): Promise<IncidentWork> {
  refuseRecorded(incident);
  if ((await tx.incident(incident)) === undefined)
    throw new NetSentinelError('WORK_NO_INCIDENT', 'user', 'There is no incident of this id.');
  const work = (await tx.work(incident)) ?? noWork(incident);
  if (version !== undefined && work.version !== version)
    throw new NetSentinelError('WORK_CHANGED', 'user', 'Somebody has changed it meanwhile: look at it again first.');
  return work;
}

async function needAccount(tx: StateTransaction, name: string | null): Promise<void> {
  if (name !== null && (await tx.account(name)) === undefined)
    throw new NetSentinelError('WORK_NO_ACCOUNT', 'user', 'There is no account of this name.');
}
