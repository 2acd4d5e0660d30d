/**
 * What people order in the console or by REST: a plan, a measure of their own, a word on what waits for one, taking back. The enforcer decides by all
 * its rules, as it does for the command line; a person's measure is an action like any other, so that lists, stories and restarts know it.
 */
import { randomBytes } from 'node:crypto';
import type { MeasureAsked, MeasureOrdered, PersonsResponse } from '@netsentinel/api/api.types';
import type { Action } from '@netsentinel/contracts/action';
import type { BlockPlan } from '@netsentinel/contracts/block-plan';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Incident } from '@netsentinel/contracts/incident';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { coversActor } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Dispatcher } from '@netsentinel/respond/dispatcher';
import { isInForce, type Policy } from '@netsentinel/respond/engine';
import { blastRadius } from '@netsentinel/respond/usual-traffic';
import type { Analysis } from './analysis.types.ts';
import type { EnforcerLink } from './enforcer-link.ts';
import { isDecided } from './is-decided.ts';
import { refuseRecorded } from './refuse-recorded.ts';

/** How long whoever ordered waits for the enforcer's first word; the action goes its way without them. */
const FIRST_WORD_MS = 10_000;
const MAX_IN_FORCE = 200_000;

export interface ResponseOrders extends PersonsResponse {
  /** The action's new status is durable. */
  changed(action: Action): void;
}

export function createResponseOrders(options: {
  readonly state: StateStore;
  readonly clock: Clock;
  readonly policy: Pick<Policy, 'responder' | 'trafficOf'>;
  /** How far back usual traffic is looked for. */
  readonly trafficDays: number;
  readonly enforcer: Pick<EnforcerLink, 'ask' | 'send'>;
  readonly dispatcher: Pick<Dispatcher, 'revert'>;
  readonly analysis: Pick<Analysis, 'carryOut'>;
  /** Told of an action once it is durable: hands it to the dispatcher. */
  readonly onPlanned: (action: Action) => void;
}): ResponseOrders {
  const { state, clock, policy, trafficDays, enforcer, dispatcher, analysis, onPlanned } = options;
  const waiting = new Map<string, (action: Action) => void>();

  async function planOf({ measure, target, ttlMs }: MeasureAsked): Promise<BlockPlan> {
    const traffic = policy.trafficOf?.(target);
    const { plan } = await enforcer.ask({
      what: 'plan',
      target,
      ttlMs,
      measure,
      ...(traffic === undefined ? {} : { traffic }),
    });
    if (plan === undefined) throw new NetSentinelError('ENFORCER_FAILED', 'operational', 'the enforcer told no plan');
    return plan;
  }

  /** The action, durable before it is sent, and in the story of its incident; undefined where there is none of this id. */
  async function keep(ordered: MeasureOrdered, by: string): Promise<Action | undefined> {
    const of = (whose: Pick<Incident, 'id' | 'actor'>): Action => actionOf(ordered, whose, by, policy, clock.now());
    if (ordered.incident === undefined) {
      const action = of({ id: '', actor: '' });
      await state.transaction((tx) => tx.putAction(action));
      return action;
    }
    let action: Action | undefined;
    await analysis.carryOut(ordered.incident, async (incident) => {
      if (incident === undefined) return undefined;
      if (!coversActor(ordered.target, incident.actor)) throw notTheirs(ordered.target, incident.actor);
      action = of(incident);
      return { incident, planned: [action], write: async () => {} };
    });
    return action;
  }

  /** The action as the enforcer has answered it, or as it is when it does not in time. */
  function firstWord(action: Action): Promise<Action> {
    return new Promise((resolve) => {
      const settle = (latest: Action): void => {
        cancel();
        waiting.delete(action.id);
        resolve(latest);
      };
      const cancel = clock.after(FIRST_WORD_MS, () => settle(action));
      waiting.set(action.id, settle);
    });
  }

  return {
    changed: (action) => {
      if (action.status !== 'planned') waiting.get(action.id)?.(action);
    },
    plan: planOf,
    blastRadius: (target, events) => blastRadius(events, target, clock.now(), trafficDays),
    order: async (ordered, by) => {
      refuseRecorded(ordered.incident);
      const { refused, target } = await planOf(ordered);
      if (refused !== undefined) throw new NetSentinelError('RESPONSE_REFUSED', 'user', refused);
      const action = await keep({ ...ordered, target }, by);
      if (action === undefined) return undefined;
      // Listened for before it is sent.
      const word = firstWord(action);
      onPlanned(action);
      const latest = await word;
      if (latest.status === 'refused' || latest.status === 'failed')
        throw new NetSentinelError('RESPONSE_REFUSED', 'user', latest.detail ?? `it is ${latest.status}`);
      return latest;
    },
    decide: async (id, word, reason, by) => {
      const action = await state.read.action(id);
      if (action === undefined) return undefined;
      if (!isWaiting(action)) throw nothingWaits(`it is ${action.status}`);
      const { reply } = await enforcer.ask({ what: 'decide', word, id, by, reason });
      if (reply === undefined)
        throw new NetSentinelError('ENFORCER_FAILED', 'operational', 'the enforcer told nothing');
      const { status, detail } = reply;
      if (!isDecided(word, reply)) throw nothingWaits(detail ?? `it is ${status}`);
      return { status, ...(detail === undefined ? {} : { detail }) };
    },
    revert: async (id, by) => {
      const action = await state.read.action(id);
      return action !== undefined && isInForce(action) && dispatcher.revert(id, 'taken back in the console', by);
    },
    revertAll: async (by) => {
      const inForce = (await state.read.actions({ status: ['applied', 'verified'], limit: MAX_IN_FORCE })).length;
      return enforcer.send({ kind: 'revert-all', reason: 'taken back in the console', by }) ? inForce : 0;
    },
  };
}

function actionOf(
  { measure, target, ttlMs, reason }: MeasureOrdered,
  { id: incident, actor }: Pick<Incident, 'id' | 'actor'>,
  by: string,
  { responder, trafficOf }: Pick<Policy, 'responder' | 'trafficOf'>,
  now: number,
): Action {
  const traffic = trafficOf?.(target);
  return {
    id: `do-${randomBytes(8).toString('hex')}`,
    incident,
    actor,
    kind: 'block',
    ...(measure === 'block' ? {} : { measure }),
    target,
    responder,
    // As the command line words it: the name stands in the audit beside the reason.
    reason: (reason === '' ? `ordered by ${by}` : `${reason} (${by})`).slice(0, 1024),
    status: 'planned',
    by,
    ...(traffic === undefined ? {} : { traffic }),
    createdAt: now,
    expiresAt: now + ttlMs,
    updatedAt: now,
  };
}

/** One of several responders may wait where the others have done their part. */
function isWaiting({ status, parts = [] }: Action): boolean {
  return status === 'awaiting-approval' || parts.some((part) => part.status === 'awaiting-approval');
}

/** An incident's actions are what is done about its attacker: by them the policy and the story know who is held. */
function notTheirs(target: string, actor: string): NetSentinelError {
  return new NetSentinelError(
    'RESPONSE_REFUSED',
    'user',
    `This incident’s attacker, ${actor}, lies outside of ${target}: name a target that holds all of it, or order without the incident.`,
  );
}

function nothingWaits(why: string): NetSentinelError {
  return new NetSentinelError('RESPONSE_NOT_DECIDED', 'user', `Nothing was decided: ${why}.`);
}
