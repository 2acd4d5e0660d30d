/** An enricher adds what is known of the addresses and names in an event. Pure and quick: it is asked about every event. */
import type { Event } from './event.ts';

export interface Enricher {
  readonly id: string;
  /** The same event where nothing is known; never changes the one it is given. */
  readonly enrich: (event: Event) => Event;
}
