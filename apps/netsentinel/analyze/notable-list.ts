/** What is notable of a piece, for who reads it in the thread that it was read in. */
import { briefEvent } from './brief-event.ts';
import type { Notable, NotableKeeper, Notables } from './piece.types.ts';

class NotableList implements Notables {
  readonly #places: number[] = [];
  readonly #notables: Notable[] = [];

  get length(): number {
    return this.#places.length;
  }

  add(place: number, notable: Notable): void {
    this.#places.push(place);
    this.#notables.push(notable);
  }

  placeOf(index: number): number {
    return this.#places[index]!;
  }

  get(index: number): Notable {
    return this.#notables[index]!;
  }
}

export class NotableLists implements NotableKeeper<Notables> {
  #list = new NotableList();

  /** Of what only behaviours look at, which may be every record, no more waits for its turn than they need. */
  add(place: number, notable: Notable): void {
    this.#list.add(place, notable.isBrief ? inBrief(notable) : notable);
  }

  take(): Notables {
    const list = this.#list;
    this.#list = new NotableList();
    return list;
  }
}

/** Who, when and which; its sighting with that event. */
export function inBrief(notable: Notable): Notable {
  const event = briefEvent(notable.event);
  return { ...notable, event, seen: notable.seen && { ...notable.seen, event } };
}
