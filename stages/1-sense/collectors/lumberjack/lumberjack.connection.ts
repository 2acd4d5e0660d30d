/**
 * One sender's connection: what it sends becomes blocks of records, each block goes to the platform, and is acknowledged once it is on disk
 * there. While a sender waits for that it is told every few seconds that we live; when too much is under way it is not read.
 */
import type { Socket } from 'node:net';
import type { CollectorContext, Delivery } from '@netsentinel/contracts/collector';
import { describeError } from '@netsentinel/kernel/errors';
import { Acknowledgements } from './acknowledgements.ts';
import { BEATS } from './beat-record.ts';
import { LumberjackReader, type LumberjackLimits } from './lumberjack.protocol.ts';
import { RecordBlock } from './record-block.ts';
import type { RecentRecords } from './recent-records.ts';
import type { SourceReadings } from './source-readings.ts';

/** Blocks of one connection that may be on their way to the disk. */
const MAX_BLOCKS = 4;
/** Beats give up on a server that says nothing for 30 s. */
const KEEP_ALIVE_MS = 5_000;

export interface ConnectionOptions {
  readonly ctx: CollectorContext;
  readonly limits: LumberjackLimits;
  readonly idleMs: number;
  readonly trusted: boolean;
  readonly recent: RecentRecords;
  readonly readings: SourceReadings;
  /** Bytes that are held until they are on disk have grown or shrunk; false where all connections together hold too many. */
  readonly hold: (bytes: number) => boolean;
  /** The sender broke the protocol or a bound; the connection is closed. */
  readonly onBroken: (reason: string) => void;
  /** It is over, and everything that was complete has been put. */
  readonly onEnd: () => void;
}

export class LumberjackConnection {
  readonly #socket: Socket;
  readonly #options: ConnectionOptions;
  readonly #reader: LumberjackReader;
  readonly #acks = new Acknowledgements();
  /** Of records that tell no place: new with each connection. */
  readonly #own: Delivery;
  #ownSequence = 0;
  #block: RecordBlock | undefined;
  #held = 0;
  #heardAt: number;
  #underWay = 0;
  #underWayBytes = 0;
  /** Blocks are put one after another, since finding out a format takes a turn. */
  #putting: Promise<void> = Promise.resolve();
  #acknowledging: Promise<void> = Promise.resolve();
  #cancelKeepAlive: () => void;
  #closed = false;

  constructor(socket: Socket, options: ConnectionOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#reader = new LumberjackReader(options.limits);
    this.#own = options.ctx.open(options.ctx.newEpoch(), { trusted: options.trusted });
    this.#heardAt = options.ctx.clock.monotonicMs();
    this.#cancelKeepAlive = this.#keepAlive();
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('end', () => this.#finish());
    socket.on('close', () => this.#close());
    socket.resume();
  }

  /** Takes nothing more; resolves once all complete blocks are on disk and acknowledged, as far as the sender still listens. */
  async close(): Promise<void> {
    this.#socket.pause();
    await this.#putting;
    // The platform may be away: nobody waits for it here, the sender sends again what was not acknowledged.
    this.#socket.destroy();
  }

  #receive(chunk: Uint8Array): void {
    const { clock } = this.#options.ctx;
    this.#heardAt = clock.monotonicMs();
    const records = this.#reader.push(chunk);
    if (!records.ok) return this.#break(records.error);
    const now = clock.now();
    for (const record of records.value) {
      if (this.#block !== undefined && this.#block.window !== record.window) this.#put(this.#block);
      this.#acks.add(record);
      this.#block ??= new RecordBlock(record.window);
      this.#block.add(record, now);
      if (this.#block.isFull) this.#put(this.#block);
    }
    if (this.#reader.missing === 0 && this.#block !== undefined) this.#put(this.#block);
    if (!this.#hold()) return this.#break('too much is under way over all connections');
    this.#regulate();
    return undefined;
  }

  /** Tells how much is held here; false where that is too much, all connections taken together. */
  #hold(): boolean {
    const held = this.#closed ? 0 : this.#reader.buffered + (this.#block?.bytes ?? 0) + this.#underWayBytes;
    const grown = held - this.#held;
    this.#held = held;
    return this.#options.hold(grown);
  }

  #put(block: RecordBlock): void {
    this.#block = undefined;
    this.#underWay++;
    this.#underWayBytes += block.bytes;
    this.#putting = this.#putting.then(async () => {
      try {
        const { ctx } = this.#options;
        await this.#prepare(block);
        // Asked anew after each wait, and right before all is put at once: other connections wake up too.
        while (ctx.full) await ctx.drained();
        const kept = this.#deliver(block);
        this.#acknowledging = Promise.all([this.#acknowledging, kept]).then(() => this.#acknowledge(block));
      } catch (error) {
        this.#break(describeError(error));
      }
    });
  }

  async #prepare(block: RecordBlock): Promise<void> {
    const bySource = Map.groupBy(
      block.entries.filter((entry) => 'object' in entry),
      (entry) => entry.source,
    );
    for (const [source, entries] of bySource) await this.#options.readings.prepare(source, entries);
  }

  /** Hands on the block's records; resolves once they are on disk, and whatever else this collector put before them. */
  #deliver(block: RecordBlock): Promise<void> {
    const { ctx, readings, recent, trusted } = this.#options;
    const delivery = ctx.open(block.epoch, { trusted });
    for (const [i, entry] of block.entries.entries()) {
      if ('broken' in entry) {
        this.#own.refused(++this.#ownSequence, { reason: entry.reason, original: entry.broken }, BEATS);
        continue;
      }
      const { mark } = entry;
      if (mark !== undefined && !recent.add(mark)) continue;
      const document = readings.read(entry);
      if (document === undefined) continue;
      if (mark === undefined) this.#own.document(++this.#ownSequence, document);
      else delivery.document(i + 1, document);
    }
    return delivery.allKept();
  }

  #acknowledge(block: RecordBlock): void {
    const frames = this.#acks.kept(block.entries.length);
    this.#underWay--;
    this.#underWayBytes -= block.bytes;
    if (this.#closed) return;
    this.#hold();
    this.#socket.write(frames);
    this.#regulate();
  }

  #regulate(): void {
    if (this.#closed) return;
    const most = this.#options.ctx.full ? 1 : MAX_BLOCKS;
    if (this.#underWay >= most) this.#socket.pause();
    else if (this.#socket.isPaused()) this.#socket.resume();
  }

  #keepAlive(): () => void {
    const { ctx, idleMs } = this.#options;
    const { clock } = ctx;
    return clock.after(Math.min(KEEP_ALIVE_MS, idleMs), () => {
      const frame = this.#acks.keepAlive();
      // Who waits for our answer is not idle.
      if (frame === undefined && clock.monotonicMs() - this.#heardAt >= idleMs) {
        this.#socket.destroy();
        return;
      }
      // A sender that reads nothing is not filled up.
      if (frame !== undefined && this.#socket.writableLength === 0) this.#socket.write(frame);
      this.#cancelKeepAlive = this.#keepAlive();
    });
  }

  #break(reason: string): void {
    if (this.#closed) return;
    this.#options.onBroken(reason);
    this.#socket.destroy();
  }

  /** The sender has said all; it may still read what we answer. */
  #finish(): void {
    void this.#putting.then(() => this.#acknowledging).then(() => this.#socket.end());
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#cancelKeepAlive();
    this.#hold();
    void this.#putting.then(() => this.#options.onEnd());
  }
}
