/**
 * One capture: takes packets from a source and writes them into a file of its own until it is ended or its bound is reached. Files of the same order that a writer
 * left behind who died are ended first, and what is in them counts: however often it begins anew, an order's files have one bound together.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureNews, WantedCapture } from '@netsentinel/contracts/capture';
import { isDiskFull } from '@netsentinel/kernel/errors';
import {
  captureName,
  isLeft,
  isNamedFor,
  listFiles,
  readRecords,
  recordPath,
  writeRecord,
  type CaptureRecord,
  type SeenRecord,
} from './capture-record.ts';
import { HEADER_BYTES, PcapFile, type Packet } from './pcap-file.ts';
import { repairPcap } from './pcap-repair.ts';

/** What a `PacketBatch` has. */
export interface PacketSource {
  receive(): number;
  bytes(i: number): Buffer;
  length(i: number): number;
  link(i: number): Buffer;
  seconds(i: number): number;
  nanoseconds(i: number): number;
}

export interface CaptureOptions {
  readonly folder: string;
  readonly wanted: WantedCapture;
  readonly maxBytes: number;
  readonly snapLength: number;
  readonly keepFreeBytes: number;
  readonly source: PacketSource;
  /** Packets that there was no room for, since this was last asked. */
  readonly dropped: () => number;
  /** Bytes that are free on the folder's disk. */
  readonly freeBytes: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly tell: (news: CaptureNews) => void;
}

/** Batches of one turn: timers and the launcher get theirs in between. */
const MAX_BATCHES = 32;
/** Turns of the last reading: more packets than the socket's buffer holds of the smallest ones, yet an end where they never cease to come. */
const MAX_LAST_TURNS = 64;
/** So often the record is written where nothing came, so that it is seen that somebody writes. */
const HEARTBEAT_MS = 5000;

export class Capture {
  readonly #options: CaptureOptions;
  #file: PcapFile | undefined;
  #record: CaptureRecord;
  #recordedAt = 0;

  constructor(options: CaptureOptions) {
    this.#options = options;
    const { network, order, incident } = options.wanted;
    const startedAt = options.now();
    const file = captureName({ network, order, startedAt });
    const nothing = { packets: 0, bytes: 0, dropped: 0 };
    this.#record = { file, network, order, incident, state: 'capturing', startedAt, ...nothing };
  }

  /** Nothing more is written. */
  get isOver(): boolean {
    return this.#file === undefined;
  }

  begin(): void {
    const { folder, snapLength, maxBytes } = this.#options;
    this.#endLeft();
    const left = maxBytes - this.#bytesOfOrder();
    if (left <= HEADER_BYTES || this.#wasFull() || this.#isDiskFull()) return this.#tell('full');
    try {
      this.#file = new PcapFile(join(folder, this.#record.file), { snapLength, maxBytes: left });
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return this.#tell('full');
    }
    if (!this.#save()) return this.end('full');
    return this.#tell('capturing');
  }

  /** Writes what has come; false where that was all. */
  read(): boolean {
    const { source } = this.#options;
    let count = 0;
    for (let turn = 0; turn < MAX_BATCHES && this.#file !== undefined; turn++) {
      count = source.receive();
      if (count === 0 || !this.#write(count)) break;
    }
    this.#flush();
    return count > 0 && this.#file !== undefined;
  }

  /** Writes all that waits, and ends it. */
  finish(): void {
    for (let turn = 0; turn < MAX_LAST_TURNS; turn++) if (!this.read()) break;
    this.end('ended');
  }

  /** Once a second. */
  tick(): void {
    if (this.#file === undefined) return;
    if (this.#isDiskFull()) return this.end('full');
    this.#count();
    const { now } = this.#options;
    const isNew = this.#record.bytes !== this.#file.bytes || now() - this.#recordedAt >= HEARTBEAT_MS;
    if (isNew && !this.#save()) this.end('full');
  }

  /** What became of it is told where the disk has no room for its record, too. */
  end(state: 'ended' | 'full'): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#file = undefined;
    let as = state;
    try {
      file.flush();
    } catch {
      // The file ends behind the last packet that there was room for.
      as = 'full';
    }
    this.#count();
    const { packets, bytes } = file;
    this.#record = { ...this.#record, packets, bytes, state: as, endedAt: this.#options.now() };
    let failure: unknown;
    try {
      this.#record = { ...this.#record, sha256: file.close() };
      writeRecord(this.#options.folder, this.#record);
    } catch (error) {
      failure = error;
    }
    this.#tell(as);
    if (failure !== undefined && !isDiskFull(failure)) throw failure;
  }

  /** False where the file is full. */
  #write(count: number): boolean {
    const { source } = this.#options;
    for (let i = 0; i < count; i++) {
      const packet: Packet = {
        seconds: source.seconds(i),
        nanoseconds: source.nanoseconds(i),
        link: source.link(i),
        bytes: source.bytes(i),
        length: source.length(i),
      };
      if (this.#add(packet)) continue;
      this.end('full');
      return false;
    }
    return true;
  }

  /** False where file or disk are full: a file hands on what waits before it takes more. */
  #add(packet: Packet): boolean {
    try {
      return this.#file?.add(packet) === true;
    } catch {
      return false;
    }
  }

  #flush(): void {
    try {
      this.#file?.flush();
    } catch {
      // The file ends behind the last packet that there was room for.
      this.end('full');
    }
  }

  #isDiskFull(): boolean {
    return this.#options.freeBytes() < this.#options.keepFreeBytes;
  }

  #count(): void {
    this.#record = { ...this.#record, dropped: this.#record.dropped + this.#options.dropped() };
  }

  /** False where the disk has no room for it. */
  #save(): boolean {
    if (this.#file === undefined) return true;
    const { packets, bytes } = this.#file;
    this.#record = { ...this.#record, packets, bytes };
    this.#recordedAt = this.#options.now();
    try {
      writeRecord(this.#options.folder, this.#record);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
      return false;
    }
    return true;
  }

  #tell(state: CaptureNews['state'], { file, network, order, packets, bytes, sha256 } = this.#record): void {
    const hash = sha256 === undefined ? {} : { sha256 };
    this.#options.tell({ file, network, order, state, packets, bytes, ...hash });
  }

  /** Ends what was left behind. What cannot be ended is left as it is: it is no reason not to capture. */
  #endLeft(): void {
    const { folder, now } = this.#options;
    for (const record of readRecords(folder))
      if (record.state === 'capturing' && (this.#isOurs(record) || isLeft(record, now())))
        try {
          this.#endOne(record);
        } catch (error) {
          // A record of what is gone says nothing.
          if ((error as NodeJS.ErrnoException).code === 'ENOENT')
            rmSync(recordPath(folder, record.file), { force: true });
        }
  }

  #endOne({ seenAt, ...left }: SeenRecord): void {
    const { folder } = this.#options;
    const repaired = repairPcap(join(folder, left.file));
    const known: CaptureRecord = { ...left, ...repaired, state: 'interrupted', endedAt: Math.round(seenAt) };
    writeRecord(folder, known);
    this.#tell('interrupted', known);
  }

  /** As they lie there: a record may be gone, or behind. */
  #bytesOfOrder(): number {
    let sum = 0;
    for (const { file, bytes } of listFiles(this.#options.folder)) if (isNamedFor(file, this.#record)) sum += bytes;
    return sum;
  }

  /** One that was full stays so until its order ends, over a restart as well. */
  #wasFull(): boolean {
    return readRecords(this.#options.folder).some((record) => record.state === 'full' && this.#isOurs(record));
  }

  #isOurs({ network, order }: CaptureRecord): boolean {
    return network === this.#record.network && order === this.#record.order;
  }
}
