/** Folds what was decided and what the enforcer made of it into the incident's story. Pure, and harmless when done twice. */
import type { Action } from '@netsentinel/contracts/action';
import type { Incident } from '@netsentinel/contracts/incident';
import { wordsOfMeasure } from '@netsentinel/contracts/measure-words';
import { coversActor } from '@netsentinel/kernel/address';
import { Draft } from './draft.ts';

const MAX_ACTIONS = 64;

export function foldAction(incident: Incident, action: Action): Incident {
  const mark = `${action.id}:${action.status}`;
  if (action.incident !== incident.id || incident.timeline.some((entry) => entry.event === mark)) return incident;
  const draft = new Draft(incident);
  const next = draft.incident;
  next.version++;
  const isInForce = action.status === 'applied' || action.status === 'verified';
  // Whoever is only redirected, slowed or mirrored is not held, nor is anybody by what was done about another address.
  const holds = isInForce && wordsOfMeasure(action).contains && coversActor(action.target, incident.actor);
  const before = heldBy(incident);
  if (holds && !before.includes(action.id)) next.actions = [action.id, ...without(next.actions, action.id)];
  else if (!next.actions.includes(action.id)) next.actions = [...next.actions, action.id];
  next.actions = next.actions.slice(0, MAX_ACTIONS);
  // What is planned again, for longer, holds meanwhile as it did.
  const after: string[] =
    action.status === 'planned'
      ? [...before]
      : [...(holds ? [action.id] : []), ...without(before, action.id)].slice(0, MAX_ACTIONS);
  if (after.length > 0 || next.heldBy !== undefined) next.heldBy = after;
  if (next.status === 'open' && holds) next.status = 'contained';
  if (next.status === 'contained' && after.length === 0) next.status = 'open';
  draft.tell({
    time: action.updatedAt,
    kind: 'action',
    title: titleOf(action),
    detail: action.detail ?? action.reason,
    event: mark,
  });
  return next;
}

/** Blocks, and the like, that are in force; of an incident that an earlier release kept, the latest one is taken for it. */
function heldBy({ heldBy: known, status, actions }: Incident): readonly string[] {
  return known ?? (status === 'contained' ? actions.slice(0, 1) : []);
}

function without(ids: readonly string[], id: string): string[] {
  return ids.filter((one) => one !== id);
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
