/** Folds what was decided and what the enforcer made of it into the incident's story. Pure, and harmless when done twice. */
import type { Action, ActionStatus } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import { Draft } from './draft.ts';

const MAX_ACTIONS = 64;

export function foldAction(incident: Incident, action: Action): Incident {
  const mark = `${action.id}:${action.status}`;
  if (action.incident !== incident.id || incident.timeline.some((entry) => entry.event === mark)) return incident;
  const draft = new Draft(incident);
  const next = draft.incident;
  next.version++;
  if (!next.actions.includes(action.id)) next.actions = [action.id, ...next.actions].slice(0, MAX_ACTIONS);
  // Only the latest block says whether the attacker is held: an older one may end under a renewal.
  if (next.actions[0] === action.id) next.status = statusAfter(next.status, action.status);
  draft.tell({
    time: action.updatedAt,
    kind: 'action',
    title: titleOf(action),
    detail: action.detail ?? action.reason,
    event: mark,
  });
  return next;
}

function statusAfter(status: Incident['status'], action: ActionStatus): Incident['status'] {
  if (status === 'open' && (action === 'applied' || action === 'verified')) return 'contained';
  if (status === 'contained' && (action === 'expired' || action === 'reverted' || action === 'failed')) return 'open';
  return status;
}

function titleOf(action: Action): string {
  const until = new Date(action.expiresAt).toISOString();
  switch (action.status) {
    case 'planned':
      return `Decided to block ${action.target} until ${until}`;
    case 'awaiting-approval':
      return `A person is asked to approve the block of ${action.target} until ${until}`;
    case 'simulated':
      return `Would have blocked ${action.target} until ${until} (simulation)`;
    case 'applied':
      return `Blocked ${action.target} until ${until}`;
    case 'verified':
      return `Block of ${action.target} verified`;
    case 'refused':
      return `Block of ${action.target} refused`;
    case 'failed':
      return `Block of ${action.target} failed`;
    case 'expired':
      return `Block of ${action.target} ended`;
    case 'reverted':
      return `Block of ${action.target} taken back`;
    default:
      return action.status satisfies never;
  }
}
