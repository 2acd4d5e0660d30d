/** What responders say of themselves in the same words. */
import type { Availability } from './responder.types.ts';

/** Before the first look at the world. */
export const NOT_STARTED: Availability = {
  available: false,
  reason: 'not started',
  hint: 'Start the enforcer.',
};
