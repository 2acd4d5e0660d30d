/** Folds what was decided and what the enforcer made of it into the incident's story. Pure, and harmless when done twice. */
import type { Action, ActionStatus } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import { wordsOfMeasure } from '@netsentinel/contracts/measure-words';
import { Draft } from './draft.ts';

const MAX_ACTIONS = 64;

export function foldAction(incident: Incident, action: Action): Incident {
  const mark = `${action.id}:${action.status}`;
  if (action.incident !== incident.id || incident.timeline.some((entry) => entry.event === mark)) return incident;
  const draft = new Draft(incident);
  const next = draft.incident;
  next.version++;
  const { contains } = wordsOfMeasure(action);
  if (!next.actions.includes(action.id))
    next.actions = (contains ? [action.id, ...next.actions] : [...next.actions, action.id]).slice(0, MAX_ACTIONS);
  // Only the latest block says whether the attacker is held: an older one may end under a renewal. Whoever is only redirected, slowed or mirrored is not.
  if (contains && next.actions[0] === action.id) next.status = statusAfter(next.status, action.status);
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
  const { noun, verb, done, where } = wordsOfMeasure(action);
  const what = `${noun} of ${action.target}`;
  const whom = `${action.target}${where} until ${new Date(action.expiresAt).toISOString()}`;
  switch (action.status) {
    case 'planned':
      return `Decided to ${verb} ${whom}`;
    case 'awaiting-approval':
      return `A person is asked to approve the ${what} until ${new Date(action.expiresAt).toISOString()}`;
    case 'simulated':
      return `Would have ${done} ${whom} (simulation)`;
    case 'applied':
      return capital(`${done} ${whom}`);
    case 'verified':
      return capital(`${what} verified`);
    case 'refused':
      return capital(`${what} refused`);
    case 'failed':
      return capital(`${what} failed`);
    case 'expired':
      return capital(`${what} ended`);
    case 'reverted':
      return capital(`${what} taken back`);
    default:
      return action.status satisfies never;
  }
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
