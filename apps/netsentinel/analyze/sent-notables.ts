/**
 * What is notable of a piece, from thread to thread, as cells, read when its turn comes: thousands of small objects that wait for it would keep the garbage
 * collector busy. Of what only behaviours look at, which may be every record, each value; of others the event as one text.
 */
import type { Event } from '@netsentinel/contracts/event';
import type { Seen, Sighting } from '@netsentinel/detect/behaviour/sighting';
import { isoMs } from '@netsentinel/kernel/iso-time';
import { isoTime } from '@netsentinel/normalise/text/time';
import { CellReader, CellWriter, TEXT_CELLS, type Cells } from './cells.ts';
import { inBrief } from './notable-list.ts';
import type { Notable, NotableKeeper, Notables } from './piece.types.ts';
import { readSighting, writeSighting, type BriefEvents } from './sighting-cells.ts';

export interface SentNotables {
  /** Of each its place in the piece. */
  readonly places: Uint32Array<ArrayBuffer>;
  /** Of each where its cells begin, as the complement for one with a whole event: that is JSON, its sighting without the event, which stands beside it. */
  readonly begins: Int32Array<ArrayBuffer>;
  readonly cells: Cells;
  /** Undefined where all are whole. */
  readonly common: Common | undefined;
}

/** The same for all of a file. */
interface Common {
  readonly sensor: Event['netsentinel']['sensor'];
  readonly ingested: string;
  /** What stands before the number in their ids. */
  readonly idBegin: string;
}

const NONE: readonly never[] = [];
const ID_BASE = 36;
const ROOM = 512;
/** As `#writeBrief` writes them. */
const BRIEF_CELLS = 3 + 2 * TEXT_CELLS;

export class NotableSender implements NotableKeeper<SentNotables> {
  readonly #cells = new CellWriter();
  #places = new Uint32Array(ROOM);
  #begins = new Int32Array(ROOM);
  #length = 0;
  #common: Common | undefined;

  add(place: number, notable: Notable): void {
    const { event, seen } = notable;
    if (seen === undefined || !hasOnlyCells(notable)) {
      this.#note(place, ~this.#cells.length);
      this.#cells.text(JSON.stringify(seen === undefined ? notable : withoutTwice(notable)));
      return;
    }
    this.#note(place, this.#cells.length);
    this.#common ??= commonOf(event);
    this.#writeBrief(event);
    writeSighting(this.#cells, seen);
  }

  take(): SentNotables {
    const sent: SentNotables = {
      places: this.#places.slice(0, this.#length),
      begins: this.#begins.slice(0, this.#length),
      cells: this.#cells.take(),
      common: this.#common,
    };
    this.#length = 0;
    return sent;
  }

  #note(place: number, begin: number): void {
    if (this.#length === this.#places.length) {
      const [places, begins] = [this.#places, this.#begins];
      this.#places = new Uint32Array(2 * this.#length);
      this.#places.set(places);
      this.#begins = new Int32Array(2 * this.#length);
      this.#begins.set(begins);
    }
    this.#places[this.#length] = place;
    this.#begins[this.#length++] = begin;
  }

  #writeBrief({ '@timestamp': time, event, netsentinel }: Event): void {
    const cells = this.#cells;
    const ms = isoMs(time);
    cells.number(ms);
    cells.number(event.sequence!);
    cells.boolean(netsentinel.source_verified);
    cells.text(isoTime(ms) === time ? undefined : time);
    cells.text(event.dataset);
  }
}

/** The event stands beside its sighting. */
function withoutTwice(notable: Notable): Notable {
  const { seen, ...brief } = notable.isBrief ? inBrief(notable) : notable;
  return { ...brief, seen: { ...seen, event: undefined } as never };
}

/** To be handed over rather than copied. */
export function buffersOf({ places, begins, cells }: SentNotables): ArrayBuffer[] {
  return [places.buffer, begins.buffer, cells.numbers.buffer, cells.letters.buffer];
}

/** Of no more than cells tell. */
function hasOnlyCells({ event, isBrief }: Notable): boolean {
  const { scanner, claimed_crawler: crawler } = event.netsentinel;
  return (
    isBrief &&
    event.event.kind === 'event' &&
    event.event.sequence !== undefined &&
    scanner === undefined &&
    crawler === undefined
  );
}

function commonOf({ event, netsentinel }: Event): Common {
  return {
    sensor: netsentinel.sensor,
    ingested: event.ingested,
    idBegin: event.id.slice(0, event.id.lastIndexOf('~') + 1),
  };
}

/** Of what only behaviours look at. */
class BriefNotable implements Notable {
  readonly isBrief = true;
  readonly met = NONE;
  readonly isMove = false;
  readonly web = undefined;
  readonly subjects = NONE;
  readonly seen: Sighting;

  constructor(seen: Sighting) {
    this.seen = seen;
  }

  get event(): Event {
    return this.seen.event;
  }
}

/** As they were sent, each made when it is asked for. */
export class ReceivedNotables implements Notables, BriefEvents {
  readonly length: number;
  readonly #sent: SentNotables;
  readonly #cells: CellReader;

  constructor(sent: SentNotables) {
    this.length = sent.places.length;
    this.#sent = sent;
    this.#cells = new CellReader(sent.cells);
  }

  placeOf(index: number): number {
    return this.#sent.places[index]!;
  }

  get(index: number): Notable {
    const begin = this.#sent.begins[index]!;
    if (begin < 0) {
      const notable = JSON.parse(this.#cells.words(~begin)) as Notable;
      const { seen, event } = notable;
      return seen === undefined ? notable : { ...notable, seen: { ...seen, event } };
    }
    const at = begin + BRIEF_CELLS;
    return new BriefNotable(readSighting({ cells: this.#cells, events: this, eventAt: begin, at }));
  }

  idAt(begin: number): string {
    return `${this.#sent.common!.idBegin}${this.#cells.number(begin + 1).toString(ID_BASE)}`;
  }

  briefAt(begin: number, { source, actor }: Seen): Event {
    const { sensor, ingested } = this.#sent.common!;
    const cells = this.#cells;
    const timestamp = cells.text(begin + 3) ?? isoTime(cells.number(begin))!;
    const dataset = cells.words(begin + 3 + TEXT_CELLS);
    return {
      '@timestamp': timestamp,
      event: { id: this.idAt(begin), ingested, kind: 'event', dataset, sequence: cells.number(begin + 1) },
      source: { ip: source },
      netsentinel: { sensor, source_verified: cells.boolean(begin + 2), actor },
    };
  }
}
