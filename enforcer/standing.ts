/** How a block stands as a whole, from how it stands at each of its responders. Pure. */
import type { ActionStatus } from '@netsentinel/contracts/action';

export interface PartStanding {
  readonly responder: string;
  readonly status: ActionStatus;
  readonly detail: string;
}

/** The strongest that any responder has done counts: one that is down does not make a block that another one holds a failure. */
const WEAKEST_FIRST: readonly ActionStatus[] = [
  'reverted',
  'expired',
  'refused',
  'failed',
  'planned',
  'simulated',
  'awaiting-approval',
  'applied',
  'verified',
];

export function standing(parts: readonly PartStanding[]): { readonly status: ActionStatus; readonly detail?: string } {
  let status: ActionStatus = 'reverted';
  for (const part of parts)
    if (WEAKEST_FIRST.indexOf(part.status) > WEAKEST_FIRST.indexOf(status)) status = part.status;
  const said = parts.filter(({ detail }) => detail !== '');
  // With one responder, or the same said of all, its name says nothing.
  const same = said.length === parts.length && said.every(({ detail }) => detail === said[0]?.detail);
  const detail = same ? said[0]?.detail : said.map((part) => `${part.responder}: ${part.detail}`).join('; ');
  return detail === undefined || detail === '' ? { status } : { status, detail: detail.slice(0, 1024) };
}
