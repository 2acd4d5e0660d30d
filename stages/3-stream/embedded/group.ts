/**
 * Consumer groups: members share the partitions evenly. A partition changes hands when its holder asks for more (or closes), having
 * finished what it was given before; the new holder starts from its sink's watermark or the group's committed position.
 */
import type { ConsumeOptions, Position, StoredRecord, StreamConsumer } from '@netsentinel/contracts/stream';
import type { Logger } from '@netsentinel/contracts/log';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { Cursor, type CursorOptions } from './cursor.ts';
import type { GroupPositions } from './positions.ts';

const DEFAULT_MAX_RECORDS = 1000;

export class Group {
  readonly name: string;
  readonly positions: GroupPositions;
  readonly members: Member[] = [];
  readonly holders: (Member | undefined)[];

  constructor(name: string, positions: GroupPositions, partitions: number) {
    this.name = name;
    this.positions = positions;
    this.holders = Array.from({ length: partitions });
  }

  join(options: ConsumeOptions, cursor: CursorOptions, log: Logger): Member {
    const member = new Member(this, options, cursor, log);
    this.members.push(member);
    this.wake();
    return member;
  }

  /** Who should hold the partition now. */
  rightful(partition: number): Member | undefined {
    return this.members[partition % this.members.length];
  }

  /** Lets every waiting member look again. */
  wake(): void {
    for (const member of this.members) member.wake();
  }
}

export class Member implements StreamConsumer {
  readonly #group: Group;
  readonly #options: ConsumeOptions;
  readonly #source: CursorOptions;
  readonly #log: Logger;
  readonly #cursor: Cursor;
  /** The next offset by partition held; -1 for the others. */
  readonly #next: Float64Array;
  #waiting: (() => void) | undefined;
  #news = 0;
  #reading: Promise<readonly StoredRecord[]> | undefined;
  #closed = false;

  constructor(group: Group, options: ConsumeOptions, source: CursorOptions, log: Logger) {
    this.#group = group;
    this.#options = options;
    this.#source = source;
    this.#log = log;
    this.#cursor = new Cursor(source);
    this.#next = new Float64Array(group.holders.length).fill(-1);
  }

  wake(): void {
    this.#news++;
    this.#waiting?.();
  }

  async next(signal?: AbortSignal): Promise<readonly StoredRecord[]> {
    if (this.#reading !== undefined) {
      throw new NetSentinelError(
        'STREAM_CONSUMER_BUSY',
        'bug',
        'next() was called before the one before had answered.',
      );
    }
    this.#reading = this.#read(signal);
    try {
      return await this.#reading;
    } finally {
      this.#reading = undefined;
    }
  }

  async commit(next: readonly Position[]): Promise<void> {
    for (const { partition, offset } of next) {
      const known = partition >= 0 && partition < this.#next.length && Number.isInteger(partition);
      if (known && offset >= 0n && offset <= BigInt(this.#source.writer.nextOffset(partition))) continue;
      const message = `Position ${String(partition)}:${String(offset)} is not in the stream.`;
      throw new NetSentinelError('STREAM_POSITION_INVALID', 'bug', message);
    }
    await this.#group.positions.advance(next);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting?.();
    await this.#reading?.catch(() => undefined);
    const { members, holders } = this.#group;
    members.splice(members.indexOf(this), 1);
    for (const [partition, holder] of holders.entries()) if (holder === this) holders[partition] = undefined;
    await this.#cursor.close();
    this.#group.wake();
  }

  async #read(signal: AbortSignal | undefined): Promise<readonly StoredRecord[]> {
    const maxRecords = Math.max(1, this.#options.maxRecords ?? DEFAULT_MAX_RECORDS);
    for (;;) {
      if (this.#closed || signal?.aborted === true) return [];
      const seen = this.#news;
      await this.#settle();
      const records = await this.#cursor.read(this.#next, maxRecords);
      if (records.length > 0) return records;
      if (this.#news === seen) await this.#wait(signal);
    }
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.#closed || signal?.aborted === true) return;
    await new Promise<void>((resolve) => {
      const end = (): void => {
        // One signal outlives very many waits.
        signal?.removeEventListener('abort', end);
        resolve();
      };
      this.#waiting = end;
      signal?.addEventListener('abort', end);
    });
    this.#waiting = undefined;
  }

  /** Gives up the partitions that are another's now and takes the free ones that are ours. */
  async #settle(): Promise<void> {
    const { holders } = this.#group;
    const taken: number[] = [];
    let released = false;
    for (const partition of holders.keys()) {
      const rightful = this.#group.rightful(partition) === this;
      if (holders[partition] === this && !rightful) {
        holders[partition] = undefined;
        this.#next[partition] = -1;
        released = true;
      } else if (holders[partition] === undefined && rightful) {
        holders[partition] = this;
        taken.push(partition);
      }
    }
    if (released) this.#group.wake();
    if (taken.length === 0) return;
    try {
      for (const partition of taken) this.#next[partition] = await this.#startOf(partition);
    } catch (error) {
      for (const partition of taken) {
        holders[partition] = undefined;
        this.#next[partition] = -1;
      }
      throw error;
    }
    await this.#cursor.seek(this.#next);
  }

  async #startOf(partition: number): Promise<number> {
    const { writer } = this.#source;
    const own = await this.#options.startAt?.(partition);
    const committed = this.#group.positions.get(partition);
    const wanted = own === undefined ? committed : Number(own);
    const oldest = writer.segments[0]?.base[partition] ?? 0;
    const next = writer.nextOffset(partition);
    const fields = { group: this.#group.name, partition, wanted, oldest, next };
    if (wanted > next) this.#log.error('a consumer is ahead of the stream: it goes on with the next record', fields);
    if (wanted >= 0 && wanted < oldest)
      this.#log.warn('records were dropped by retention before a consumer read them', fields);
    return Math.min(Math.max(wanted, oldest), next);
  }
}
