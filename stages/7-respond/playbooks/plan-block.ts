/**
 * A playbook's block, or other measure, as an action, under the rules of the platform's own: a proven source, an attack that is not over, networks that are ignored, the
 * longest time. The enforcer checks everything again. Pure.
 */
import type { Action, UsualTraffic } from '@netsentinel/contracts/action';
import { durationMs } from '@netsentinel/contracts/duration';
import type { Incident } from '@netsentinel/contracts/incident';
import { isStronger, MEASURE_WORDS, measureOf } from '@netsentinel/contracts/measure-words';
import type { BlockStep } from '@netsentinel/contracts/playbook';
import { MAX_RULES, targetOf, type Policy } from '../engine.ts';
import { evidenceOf } from '../evidence.ts';

export type BlockPolicy = Pick<Policy, 'ignore' | 'maxTtlMs' | 'maxEvidenceAgeMs' | 'responder' | 'trafficOf'>;

export interface BlockAsked {
  readonly id: string;
  readonly step: BlockStep;
  /** For lists and the audit. */
  readonly reason: string;
  readonly playbook: { readonly id: string; readonly run: string };
  readonly incident: Incident;
  /** The incident's own. */
  readonly actions: readonly Pick<Action, 'status' | 'measure'>[];
  readonly now: number;
}

export type BlockPlanned =
  | { readonly ok: true; readonly action: Action }
  | { readonly ok: false; readonly why: string };

export function planBlock(asked: BlockAsked, policy: BlockPolicy): BlockPlanned {
  const { id, step, reason, playbook, incident, actions, now } = asked;
  if (incident.status === 'benign') return refused('a person said that it is no attack');
  if (!incident.sourceVerified) return refused('the source address is not proven, so it may be forged');
  if (now - incident.lastSeen > policy.maxEvidenceAgeMs)
    return refused('the attack was last seen too long ago: the address may be another person’s by now');
  // Whoever takes it back means it, and all that is weaker.
  const back = actions.find((one) => one.status === 'reverted' && !isStronger(measureOf(step), measureOf(one)));
  if (back !== undefined) return refused(`${MEASURE_WORDS[measureOf(back)].one} of this incident was taken back`);
  const target = targetOf(incident.actor, policy, step.scope);
  if (target === undefined) return refused('there is no address here about which anything may be done');
  const traffic: UsualTraffic | undefined = policy.trafficOf?.(target);
  return {
    ok: true,
    action: {
      id,
      incident: incident.id,
      actor: incident.actor,
      kind: 'block',
      ...(step.measure === undefined ? {} : { measure: step.measure }),
      target,
      responder: step.responders?.join(', ').slice(0, 64) ?? policy.responder,
      reason: reason.slice(0, 1024),
      status: 'planned',
      ...(step.responders === undefined ? {} : { responders: step.responders }),
      playbook,
      rules: incident.detections.slice(-MAX_RULES).map(({ rule }) => rule),
      evidence: evidenceOf(incident),
      ...(traffic === undefined ? {} : { traffic }),
      createdAt: now,
      expiresAt: now + Math.min(policy.maxTtlMs, durationMs(step.for) ?? 0),
      updatedAt: now,
    },
  };
}

function refused(why: string): BlockPlanned {
  return { ok: false, why };
}
