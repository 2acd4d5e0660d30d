/**
 * One capture: takes packets from a source and writes them into a file of its own until it is ended or its bound is reached. Files of the same order that a writer
 * left behind who died are ended first, and what is in them counts: however often it begins anew, an order's files have one bound together.
 */
import { join } from 'node:path';
import type { CaptureNews, WantedCapture } from '@netsentinel/contracts/capture';
import { captureName, isLeft, readRecords, writeRecord, type CaptureRecord } from './capture-record.ts';
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
    const left = maxBytes - this.#endLeft();
    if (left <= HEADER_BYTES || this.#isDiskFull()) return this.#tell('full');
    this.#file = new PcapFile(join(folder, this.#record.file), { snapLength, maxBytes: left });
    this.#save();
    return this.#tell('capturing');
  }

  /** Writes what has come. */
  read(): void {
    const { source } = this.#options;
    for (let turn = 0; turn < MAX_BATCHES && this.#file !== undefined; turn++) {
      const count = source.receive();
      if (count === 0 || !this.#write(count)) break;
    }
    this.#flush();
  }

  /** Once a second. */
  tick(): void {
    if (this.#file === undefined) return;
    if (this.#isDiskFull()) return this.end('full');
    this.#count();
    const { now } = this.#options;
    if (this.#record.bytes !== this.#file.bytes || now() - this.#recordedAt >= HEARTBEAT_MS) this.#save();
  }

  end(state: 'ended' | 'full'): void {
    const file = this.#file;
    if (file === undefined) return;
    this.#flush();
    if (this.#file === undefined) return;
    this.#file = undefined;
    this.#count();
    const { packets, bytes } = file;
    const sha256 = file.close();
    this.#record = { ...this.#record, packets, bytes, sha256, state, endedAt: this.#options.now() };
    writeRecord(this.#options.folder, this.#record);
    this.#tell(state);
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
      if (this.#file?.add(packet) === true) continue;
      this.end('full');
      return false;
    }
    return true;
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

  #save(): void {
    if (this.#file === undefined) return;
    const { packets, bytes } = this.#file;
    this.#record = { ...this.#record, packets, bytes };
    this.#recordedAt = this.#options.now();
    writeRecord(this.#options.folder, this.#record);
  }

  #tell(state: CaptureNews['state'], { file, network, order, packets, bytes, sha256 } = this.#record): void {
    const hash = sha256 === undefined ? {} : { sha256 };
    this.#options.tell({ file, network, order, state, packets, bytes, ...hash });
  }

  /** Ends what was left behind; answers how many bytes there are of this order. */
  #endLeft(): number {
    const { folder, now } = this.#options;
    const { network, order } = this.#record;
    let bytes = 0;
    for (const record of readRecords(folder)) {
      const isOurs = record.network === network && record.order === order;
      const { seenAt, ...left } = record;
      let known: CaptureRecord = left;
      if (record.state === 'capturing' && (isOurs || isLeft(record, now()))) {
        const repaired = repairPcap(join(folder, record.file));
        known = { ...left, ...repaired, state: 'interrupted', endedAt: Math.round(seenAt) };
        writeRecord(folder, known);
        this.#tell('interrupted', known);
      }
      if (isOurs) bytes += known.bytes;
    }
    return bytes;
  }
}
