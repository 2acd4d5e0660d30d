/**
 * A person says that an incident is no attack: it is closed as benign, blocks of its attacker are lifted, and it teaches an exception, by which the same of the
 * same attacker is not found again for a time. Other kinds of attack by the same address are found as ever.
 */
import { randomUUID } from 'node:crypto';
import type { Action } from '@netsentinel/contracts/action';
import { hostOf, type Actor } from '@netsentinel/contracts/actor';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Exception } from '@netsentinel/contracts/exception';
import { isExceptionInForce } from '@netsentinel/contracts/exception-time';
import { summaryOf, type Incident } from '@netsentinel/contracts/incident';
import type { Dismissed, NotAnAttack } from '@netsentinel/contracts/not-an-attack';
import type { StateReader, StateStore } from '@netsentinel/contracts/state-store';
import { dismissIncident } from '@netsentinel/alert/close';
import { isInForce } from '@netsentinel/respond/engine';
import type { Analysis } from './analysis.types.ts';
import { refuseRecorded } from './refuse-recorded.ts';

const DAY_MS = 86_400_000;
const MAX_INCIDENTS = 10;
const MAX_ACTIONS = 64;

export interface NotAnAttackOptions {
  readonly state: StateStore;
  readonly clock: Clock;
  readonly analysis: Pick<Analysis, 'changeIncident'>;
  /** Has the exceptions that are kept come into force. */
  readonly reload: () => Promise<void>;
  readonly revert: (action: string, reason: string, by: string) => boolean | Promise<boolean>;
}

export interface Dismissals {
  /** Undefined where there is no such incident. Said again, the latest word counts. */
  dismiss(incident: string, word: NotAnAttack, by: string): Promise<Dismissed | undefined>;
  /** False where there is no such exception in force. */
  endException(id: string, by: string): Promise<boolean>;
}

export function createDismissals({ state, clock, analysis, reload, revert }: NotAnAttackOptions): Dismissals {
  async function exceptionFor(incident: Incident, word: NotAnAttack, by: string): Promise<Exception | undefined> {
    const rules = [...new Set(incident.detections.map(({ rule }) => rule))];
    if (rules.length === 0) return undefined;
    const now = clock.now();
    const known = (await state.read.exceptions()).find((one) => one.incident === incident.id);
    return {
      id: known?.id ?? randomUUID(),
      rules,
      where: eventsOf(incident.actor),
      reason: word.reason,
      until: new Date(now + word.days * DAY_MS).toISOString(),
      by,
      at: new Date(now).toISOString(),
      incident: incident.id,
    };
  }

  return {
    dismiss: async (id, word, by) => {
      refuseRecorded(id);
      const before = await state.read.incident(id);
      if (before === undefined) return undefined;
      const exception = await exceptionFor(before, word, by);
      // It is in force before the incident is over: what comes in between must not open another.
      if (exception !== undefined) {
        await state.transaction((tx) => tx.putException(exception));
        await reload();
      }
      const why = `${by}: ${word.reason}`;
      const incident = await analysis.changeIncident(id, (one) => dismissIncident(one, clock.now(), why));
      if (incident === undefined) return undefined;
      let lifted = 0;
      for (const action of await blocksOf(state.read, incident))
        if (await revert(action.id, `not an attack: ${word.reason}`, by)) lifted++;
      return { incident: summaryOf(incident), ...(exception === undefined ? {} : { exception }), lifted };
    },
    endException: async (id, by) => {
      const now = clock.now();
      const at = new Date(now).toISOString();
      const ended = await state.transaction(async (tx) => {
        const exception = (await tx.exceptions()).find((one) => one.id === id && isExceptionInForce(one, now));
        if (exception !== undefined) await tx.putException({ ...exception, ended: { by, at } });
        return exception !== undefined;
      });
      if (ended) await reload();
      return ended;
    },
  };
}

/** What an attacker's events have in common, whatever they are. */
function eventsOf(actor: Actor): Exception['where'] {
  if (hostOf(actor) !== undefined) return { 'netsentinel.actor': [actor] };
  return { [actor.includes('/') ? 'source.ip|cidr' : 'source.ip']: [actor] };
}

/** Of earlier incidents of the same attacker too: a block may outlive the one that it was for. */
async function blocksOf(read: StateReader, { id, actor }: Incident): Promise<readonly Action[]> {
  const { incidents } = await read.incidents({ actor, limit: MAX_INCIDENTS });
  const ids = new Set([id, ...incidents.map((one) => one.id)]);
  const lists = await Promise.all([...ids].map((incident) => read.actions({ incident, limit: MAX_ACTIONS })));
  return lists.flat().filter(isInForce);
}
