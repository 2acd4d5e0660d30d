/** A responder over a list that a cloud holds. */
import { HeldListResponder } from '../held-list/held-list-responder.ts';
import type { Responder, ResponderContext } from '../responder.types.ts';
import { CloudHolder, type CloudHolderOptions } from './cloud-holder.ts';

/** After everything was tried that `attempts` allows; the enforcer asks again by itself, too. */
const RETRY_MS = 10_000;

export function cloudResponder(
  id: string,
  ctx: ResponderContext,
  options: Omit<CloudHolderOptions, 'clock'>,
): Responder {
  const holder = new CloudHolder({ ...options, clock: ctx.clock });
  return new HeldListResponder(id, ctx, holder, { checkMs: options.checkMs, retryMs: RETRY_MS });
}
