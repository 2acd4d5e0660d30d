/**
 * A kept room that several platforms share: a Redis stream is the order in which all of them tell their clients, its ids `epoch-offset`. What is published
 * waits in a bounded queue until it is read back from the stream, so that a lost connection loses none and tells none twice. ADR 0041.
 */
import type { RedisConnection } from '@netsentinel/kernel/redis-connection';
import type { Reply } from '@netsentinel/kernel/resp';
import type { KeptRoom } from '@netsentinel/contracts/live-rooms';
import type { KeptMessage } from './kept-feed.ts';
import { macOf, MAX_ENTRY_BYTES, readEntry, readId, textOf, type SharedEntry } from './shared-entry.ts';

/** About so many entries stay in the stream, as many as in each platform's window. */
const STREAM_ENTRIES = 4096;
/** What may wait for Redis. Beyond it the oldest is let go, and everybody reads anew. */
const MAX_WAITING = 4096;
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** Such that an answer with as large entries as there may be is within a connection's bounds. */
const PAGE = 32;
const MAX_PAGES = 1024;
/** Platforms whose numbers are remembered: each start of one is another. */
const MAX_PLATFORMS = 256;

export interface SharedRoomOptions {
  readonly room: KeptRoom;
  readonly key: string;
  readonly secret: string;
  /** This start of this platform. */
  readonly from: string;
  readonly now: () => number;
  readonly deliver: (message: KeptMessage | null) => void;
  readonly renew: (epoch: string, last: number) => void;
  /** Hands a command to Redis and does not wait. */
  readonly send: (command: readonly string[]) => void;
  /** The stream is not what we took it for: link anew. */
  readonly relink: () => void;
  /** An entry was none of ours, or malformed. */
  readonly refused: () => void;
}

interface Waiting {
  readonly number: number;
  readonly json: string;
}

interface Read {
  readonly offset: number;
  readonly fields: unknown;
  readonly entry: SharedEntry | undefined;
}

export class SharedRoom {
  readonly #options: SharedRoomOptions;
  /** `waiting`: for a link that is expected at any moment; nobody is told anything meanwhile. `alone`: our clients are told by us, the others later. */
  #state: 'waiting' | 'linked' | 'alone' = 'waiting';
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #number = 0;
  /** Something was let go that others have not heard. */
  #lost = false;
  /** Up to where the stream was read. */
  #epoch: number | undefined;
  #last = 0;
  #lastFields: unknown;
  readonly #seen = new Map<string, number>();

  constructor(options: SharedRoomOptions) {
    this.#options = options;
  }

  /** The id of the entry that was read last. */
  get cursor(): string {
    return `${this.#epoch ?? 0}-${this.#last}`;
  }

  /** False where our clients must be told without waiting for Redis. */
  take({ name, body }: KeptMessage): boolean {
    const json = textOf({ from: this.#options.from, number: ++this.#number, name, body });
    const bytes = Buffer.byteLength(json);
    if (bytes > MAX_ENTRY_BYTES) {
      this.#lose();
      return this.#state !== 'alone';
    }
    this.#waiting.push({ number: this.#number, json });
    this.#waitingBytes += bytes;
    while (this.#waiting.length > MAX_WAITING || this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#letGo();
      this.#lose();
    }
    if (this.#state === 'linked') this.#options.send(this.#add(this.#epoch!, json));
    return this.#state !== 'alone';
  }

  /** The connection is gone. */
  unlink(): void {
    if (this.#state === 'linked') this.#state = 'waiting';
  }

  /** Our clients have waited long enough. @param epoch as they shall know it */
  goAlone(epoch: string): void {
    this.#state = 'alone';
    this.#options.renew(epoch, 0);
  }

  /** Reads what it missed, adds what waits, and has clients go on, or read anew where that is not sure. Rejects as the connection does. */
  async link(redis: RedisConnection): Promise<void> {
    const { key } = this.#options;
    const tail = await page(redis, ['XREVRANGE', key, '+', '-', 'COUNT', '1']);
    const at = tail[0] === undefined ? undefined : readId(tail[0].id);
    if (tail[0] !== undefined && at === undefined) await redis.run([['DEL', key]]);
    const isHeld = at !== undefined && at.epoch === this.#epoch && (await this.#isWhereItWas(redis));
    const goesOn = isHeld && !this.#lost && this.#state === 'waiting';
    // Behind our back it was emptied, or set back to what it was earlier: the same offsets would mean other messages.
    const isAnother = this.#epoch !== undefined && !isHeld && at !== undefined && at.epoch <= this.#epoch;
    const epoch =
      at === undefined || this.#lost || isAnother
        ? await this.#begin(redis, Math.max(at?.epoch ?? 0, this.#epoch ?? 0))
        : at.epoch;
    const read = await this.#readOn(redis, epoch, goesOn ? this.#last : 0);
    const isThere = new Set(read.flatMap(({ entry }) => (this.#isOurs(entry) ? [entry.number] : [])));
    const unsent = this.#waiting.filter(({ number }) => !isThere.has(number));
    const added = unsent.at(-1)?.number ?? this.#number;
    if (unsent.length > 0) {
      const replies = await redis.run(unsent.map(({ json }) => this.#add(epoch, json)));
      if (replies.includes(null)) throw new Error('the stream was deleted');
      read.push(...(await this.#readOn(redis, epoch, read.at(-1)?.offset ?? (goesOn ? this.#last : 0))));
    }
    this.#epoch = epoch;
    // From here on nothing waits for anything: what is published meanwhile is behind what was read.
    if (!goesOn) {
      this.#seen.clear();
      this.#last = (read[0]?.offset ?? 1) - 1;
      this.#options.renew(nameOf(epoch), this.#last);
    }
    this.#state = 'linked';
    for (const one of read) this.#apply(one);
    for (const { number, json } of this.#waiting) if (number > added) this.#options.send(this.#add(epoch, json));
  }

  /** Of an answer of XREAD. */
  heard(id: unknown, fields: unknown): void {
    const at = readId(id);
    if (at === undefined || at.epoch !== this.#epoch) this.#options.relink();
    else this.#apply({ offset: at.offset, fields, entry: this.#entryOf(at.epoch, fields) });
  }

  #apply({ offset, fields, entry }: Read): void {
    const { deliver, renew, refused } = this.#options;
    if (offset <= this.#last) return;
    if (offset !== this.#last + 1) renew(nameOf(this.#epoch!), offset - 1);
    this.#last = offset;
    this.#lastFields = fields;
    if (entry === undefined) refused();
    const isNew = entry !== undefined && entry.name !== 'begin' && entry.number > (this.#seen.get(entry.from) ?? 0);
    if (!isNew) {
      deliver(null);
      return;
    }
    this.#remember(entry);
    if (this.#isOurs(entry)) while ((this.#waiting[0]?.number ?? Infinity) <= entry.number) this.#letGo();
    // Which body a name has was checked as it was read.
    deliver({ name: entry.name, body: entry.body } as KeptMessage);
  }

  #remember({ from, number }: SharedEntry): void {
    this.#seen.delete(from);
    this.#seen.set(from, number);
    const [longestSilent] = this.#seen.keys();
    if (this.#seen.size > MAX_PLATFORMS) this.#seen.delete(longestSilent!);
  }

  #letGo(): void {
    this.#waitingBytes -= Buffer.byteLength(this.#waiting.shift()?.json ?? '');
  }

  #lose(): void {
    this.#lost = true;
    if (this.#state === 'linked') this.#options.relink();
  }

  async #isWhereItWas(redis: RedisConnection): Promise<boolean> {
    const [there] = await page(redis, ['XRANGE', this.#options.key, this.cursor, this.cursor]);
    return there !== undefined && JSON.stringify(there.fields) === JSON.stringify(this.#lastFields);
  }

  async #begin(redis: RedisConnection, after: number): Promise<number> {
    const { key, from, now } = this.#options;
    const epoch = Math.max(now(), after + 1);
    const json = textOf({ from, number: 1, name: 'begin', body: null });
    await redis.run([['XADD', key, `${epoch}-1`, ...this.#signed(epoch, json)]]);
    this.#lost = false;
    return epoch;
  }

  async #readOn(redis: RedisConnection, epoch: number, after: number): Promise<Read[]> {
    const read: Read[] = [];
    let from = after;
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const { key } = this.#options;
      const rows = await page(redis, ['XRANGE', key, `(${epoch}-${from}`, `${epoch}`, 'COUNT', String(PAGE)]);
      for (const { id, fields } of rows) {
        const at = readId(id);
        if (at === undefined) throw new Error('the stream has an id that none of ours has');
        read.push({ offset: at.offset, fields, entry: this.#entryOf(epoch, fields) });
        from = at.offset;
      }
      if (rows.length < PAGE) return read;
    }
    throw new Error('the stream is longer than ours are');
  }

  /** Whether it is a message that we published. */
  #isOurs(entry: SharedEntry | undefined): entry is SharedEntry {
    return entry !== undefined && entry.name !== 'begin' && entry.from === this.#options.from;
  }

  #entryOf(epoch: number, fields: unknown): SharedEntry | undefined {
    return readEntry(this.#options.secret, this.#options.room, epoch, fields);
  }

  /** To no stream but the one that there was: another one would begin with other offsets. */
  #add(epoch: number, json: string): string[] {
    const { key } = this.#options;
    const bounds = ['NOMKSTREAM', 'MAXLEN', '~', String(STREAM_ENTRIES)];
    return ['XADD', key, ...bounds, `${epoch}-*`, ...this.#signed(epoch, json)];
  }

  #signed(epoch: number, json: string): string[] {
    return ['v', json, 'm', macOf(this.#options.secret, this.#options.room, epoch, json)];
  }
}

/** As clients know it: no start of a platform is called so. */
function nameOf(epoch: number): string {
  return `redis-${epoch.toString(36)}`;
}

async function page(redis: RedisConnection, command: readonly string[]): Promise<{ id: unknown; fields: unknown }[]> {
  const [rows] = await redis.run([command]);
  return rowsOf(rows);
}

/** Of what Redis answers for entries: `[id, fields]` each. */
export function rowsOf(rows: Reply | undefined): { id: unknown; fields: unknown }[] {
  if (!Array.isArray(rows)) return [];
  return (rows as readonly Reply[]).map((row) => {
    const [id, fields] = Array.isArray(row) ? (row as readonly Reply[]) : [];
    return { id, fields };
  });
}
