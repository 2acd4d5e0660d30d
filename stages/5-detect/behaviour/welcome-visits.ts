/**
 * By far the most visits say that a web server answered somebody as usual. To behaviours that means something only of those who were refused before: for whoever
 * hands on what one log tells, the others need not go further.
 */
import type { Sighting } from './sighting.ts';
import { isPastCaches } from './web-flood.behaviour.ts';

/** Refused visitors that are remembered; where there are more, all visits are handed on for a while. */
const MAX_REFUSED = 10_000;

/** One for each log, shown its sightings in their order. */
export class WelcomeVisits {
  #refused = new Set<number>();
  #isFull = false;

  /** True of a visit that changes nothing for any behaviour. */
  isMoot(seen: Sighting): boolean {
    if (seen.kind !== 'visit') return false;
    if (seen.status >= 400) {
      this.#remember(seen.actorHash);
      return false;
    }
    if (seen.stranger !== undefined || isPastCaches(seen)) return false;
    return !this.#isFull && !this.#refused.delete(seen.actorHash);
  }

  #remember(actor: number): void {
    if (this.#refused.size >= MAX_REFUSED) {
      this.#isFull = !this.#isFull;
      this.#refused.clear();
    }
    this.#refused.add(actor);
  }
}
