/** What is worth telling of an incident that has changed: an attacker who goes on as before is not. Pure. */
import type { Action } from '@netsentinel/contracts/action';
import type { AlertState } from '@netsentinel/contracts/alert-book';
import type { Incident } from '@netsentinel/contracts/incident';
import { SEVERITY_WEIGHT } from '../score.ts';

export interface News {
  readonly reasons: readonly string[];
  /** Does not wait for `updateWaitMs`. */
  readonly urgent: boolean;
}

/** Undefined where there is none. `tacticName`: a tactic in words. */
export function newsOf(
  incident: Incident,
  state: AlertState | undefined,
  actions: readonly Action[],
  tacticName: (id: string) => string,
): News | undefined {
  if (state?.toldAt === undefined) return { reasons: ['New incident'], urgent: true };
  const rose = state.severity !== undefined && SEVERITY_WEIGHT[incident.severity] > SEVERITY_WEIGHT[state.severity];
  const failed = actions.some(({ id, status }) => status === 'failed' && !state.failed.includes(id));
  const asked = actions.some(({ id, status }) => status === 'awaiting-approval' && !state.asked.includes(id));
  const tactics = incident.tactics.filter((id) => !state.tactics.includes(id)).map(tacticName);
  const reasons = [
    ...(failed ? ['A response failed'] : []),
    ...(asked ? ['A response waits for your approval'] : []),
    ...(rose ? [`Severity rose from ${state.severity} to ${incident.severity}`] : []),
    ...(tactics.length > 0 ? [`New tactic: ${tactics.join(', ')}`] : []),
  ];
  return reasons.length === 0 ? undefined : { reasons, urgent: rose || failed || asked };
}
