/** Sightings as cells (`cells.ts`). The kinds that logs are full of value by value; of the others, what is their own as one text. */
import type { Event } from '@netsentinel/contracts/event';
import type { Contact, Greeting, Lookup, Seen, Sighting, Stranger } from '@netsentinel/detect/behaviour/sighting';
import { TEXT_CELLS, type CellReader, type CellWriter } from './cells.ts';

const CONTACT = 0;
const LOOKUP = 1;
const GREETING = 2;
const OTHER = 3;
const OUTCOMES: readonly Contact['outcome'][] = ['answered', 'failed', 'unknown'];
/** Asked for of nearly every contact: to make the same word again each time would cost more than all the rest. */
const TRANSPORTS: readonly string[] = ['tcp', 'udp', 'icmp', 'arp', 'ipv6-icmp', 'sctp'];

export function writeSighting(cells: CellWriter, seen: Sighting): void {
  switch (seen.kind) {
    case 'contact':
      cells.number(CONTACT);
      writeSeen(cells, seen);
      return writeContact(cells, seen);
    case 'lookup':
      cells.number(LOOKUP);
      writeSeen(cells, seen);
      return writeLookup(cells, seen);
    case 'greeting':
      cells.number(GREETING);
      writeSeen(cells, seen);
      return writeStranger(cells, seen.stranger);
    default: {
      const { event: _, ...told } = seen;
      cells.number(OTHER);
      cells.text(JSON.stringify(told));
    }
  }
}

/** What stands before a sighting's cells: the event, made when it is asked for. */
export interface BriefEvents {
  briefAt(begin: number, seen: Seen): Event;
  idAt(begin: number): string;
}

/** Where the sighting lies, and the event that it is about. */
export interface SightingPlace {
  readonly cells: CellReader;
  readonly events: BriefEvents;
  readonly eventAt: number;
  readonly at: number;
}

export function readSighting(place: SightingPlace): Sighting {
  const { cells, events, eventAt, at } = place;
  switch (cells.number(at)) {
    case CONTACT:
      return new CellContact(place);
    case LOOKUP:
      return new CellLookup(place);
    case GREETING:
      return new CellGreeting(place);
    default: {
      const seen = JSON.parse(cells.words(at + 1)) as Sighting;
      return { ...seen, event: events.briefAt(eventAt, seen) };
    }
  }
}

/** Of the kind, and what `writeSeen` writes. */
const SEEN_CELLS = 1 + 2 + 2 * TEXT_CELLS;

function writeSeen(cells: CellWriter, { timeMs, actorHash, source, actor }: Seen): void {
  cells.number(timeMs);
  cells.number(actorHash);
  cells.text(source);
  cells.text(actor);
}

/** By the million, and hardly ever does anybody want to know more of one than a few numbers: so each value is read when it is asked for. */
class CellSeen implements Seen {
  protected readonly cells: CellReader;
  protected readonly at: number;
  readonly #events: BriefEvents;
  readonly #eventAt: number;

  constructor({ cells, events, eventAt, at }: SightingPlace) {
    this.cells = cells;
    this.at = at;
    this.#events = events;
    this.#eventAt = eventAt;
  }

  get event(): Event {
    return this.#events.briefAt(this.#eventAt, this);
  }

  get eventId(): string {
    return this.#events.idAt(this.#eventAt);
  }

  get timeMs(): number {
    return this.cells.number(this.at + 1);
  }

  get actorHash(): number {
    return this.cells.number(this.at + 2);
  }

  get source(): string {
    return this.cells.words(this.at + 3);
  }

  get actor(): string {
    return this.cells.words(this.at + 3 + TEXT_CELLS);
  }
}

function writeContact(cells: CellWriter, seen: Contact): void {
  cells.number(seen.targetHash);
  cells.number(seen.port);
  cells.number(seen.sourcePort);
  cells.number(OUTCOMES.indexOf(seen.outcome));
  cells.boolean(seen.fromInside);
  cells.boolean(seen.toInside);
  cells.number(seen.bytesOut);
  cells.number(seen.bytesIn);
  cells.number(seen.durationMs);
  cells.text(seen.target);
  const transport = TRANSPORTS.indexOf(seen.transport);
  cells.number(transport);
  if (transport < 0) cells.text(seen.transport);
}

class CellContact extends CellSeen implements Contact {
  get kind(): 'contact' {
    return 'contact';
  }

  get targetHash(): number {
    return this.cells.number(this.at + SEEN_CELLS);
  }

  get port(): number {
    return this.cells.number(this.at + SEEN_CELLS + 1);
  }

  get sourcePort(): number {
    return this.cells.number(this.at + SEEN_CELLS + 2);
  }

  get outcome(): Contact['outcome'] {
    return OUTCOMES[this.cells.number(this.at + SEEN_CELLS + 3)]!;
  }

  get fromInside(): boolean {
    return this.cells.boolean(this.at + SEEN_CELLS + 4);
  }

  get toInside(): boolean {
    return this.cells.boolean(this.at + SEEN_CELLS + 5);
  }

  get bytesOut(): number {
    return this.cells.number(this.at + SEEN_CELLS + 6);
  }

  get bytesIn(): number {
    return this.cells.number(this.at + SEEN_CELLS + 7);
  }

  get durationMs(): number {
    return this.cells.number(this.at + SEEN_CELLS + 8);
  }

  get target(): string {
    return this.cells.words(this.at + SEEN_CELLS + 9);
  }

  get transport(): string {
    const at = this.at + SEEN_CELLS + 9 + TEXT_CELLS;
    return TRANSPORTS[this.cells.number(at)] ?? this.cells.words(at + 1);
  }
}

function writeLookup(cells: CellWriter, seen: Lookup): void {
  cells.text(seen.name);
  cells.text(seen.domain);
  cells.text(seen.below);
  cells.text(seen.type);
  cells.text(seen.code);
  cells.list(seen.texts);
  cells.list(seen.addresses);
}

/** Looked at by all who get it. */
class CellLookup extends CellSeen implements Lookup {
  readonly kind = 'lookup';
  readonly name: string;
  readonly domain: string;
  readonly below: string;
  readonly type: string;
  readonly code: string | undefined;
  readonly texts: readonly string[];
  readonly addresses: readonly string[];

  constructor(place: SightingPlace) {
    super(place);
    const { cells } = place;
    const at = place.at + SEEN_CELLS;
    this.name = cells.words(at);
    this.domain = cells.words(at + TEXT_CELLS);
    this.below = cells.words(at + 2 * TEXT_CELLS);
    this.type = cells.words(at + 3 * TEXT_CELLS);
    this.code = cells.text(at + 4 * TEXT_CELLS);
    const texts = at + 5 * TEXT_CELLS;
    this.texts = cells.list(texts);
    this.addresses = cells.list(cells.endOfList(texts));
  }
}

function writeStranger(cells: CellWriter, { target, port, host, size }: Stranger): void {
  cells.number(port);
  cells.number(size);
  cells.text(target);
  cells.text(host);
}

class CellGreeting extends CellSeen implements Greeting {
  readonly kind = 'greeting';
  readonly stranger: Stranger;

  constructor(place: SightingPlace) {
    super(place);
    const { cells } = place;
    const at = place.at + SEEN_CELLS;
    this.stranger = {
      port: cells.number(at),
      size: cells.number(at + 1),
      target: cells.words(at + 2),
      host: cells.words(at + 2 + TEXT_CELLS),
    };
  }
}
