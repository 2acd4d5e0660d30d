/**
 * The tour: attacks on decoys of ours that were recorded (`content/tour`), brought into an install so that a newcomer sees the console alive. All of it is
 * marked by its names, is nobody's attack on this install, and goes at one word. Apart from the schemas, which the console has no use for.
 */

/** What the ids of all that is recorded begin with: incidents, events, sessions and their recordings. No origin of ours is called so. */
export const TOUR_PREFIX = 'tour~';
/** `event.dataset` of recorded events. */
export const TOUR_DATASET = 'netsentinel.tour';

/** Whether this incident, event, session or recording is one of the tour. */
export function isRecorded(id: string): boolean {
  return id.startsWith(TOUR_PREFIX);
}
