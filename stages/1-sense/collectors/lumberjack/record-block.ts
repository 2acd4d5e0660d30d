/**
 * Some records of one window that become durable, and are acknowledged, together. Where each of them tells its place, the block's origin is made of
 * those places: a sender that missed our answer forms the same blocks again, for it goes on after what it knows to be acknowledged, and
 * the stream keeps them once, over a restart of ours too.
 */
import { hash } from 'node:crypto';
import type { JsonObject } from '@netsentinel/contracts/parser';
import { fromPairs, identityOf, runOf, sourceOf } from './beat-record.ts';
import type { LumberjackRecord } from './lumberjack.protocol.ts';
import type { RecordMark } from './recent-records.ts';

/** A block ends after so many records, or bytes; both are the same when it is sent again. */
const MAX_RECORDS = 512;
const MAX_BYTES = 1024 * 1024;

export interface KnownRecord {
  readonly object: JsonObject;
  /** As it came. */
  readonly text: string;
  readonly source: string;
  /** Undefined where the record tells no place that it was read from. */
  readonly mark: RecordMark | undefined;
}

export type BlockEntry = KnownRecord | { readonly broken: string; readonly reason: string };

export class RecordBlock {
  readonly window: number;
  readonly entries: BlockEntry[] = [];
  bytes = 0;
  /** What the records with a place are told apart by. */
  readonly #places: string[] = [];

  constructor(window: number) {
    this.window = window;
  }

  get isFull(): boolean {
    return this.entries.length >= MAX_RECORDS || this.bytes >= MAX_BYTES;
  }

  /** The same for the same records, whenever and over whichever connection they come. */
  get epoch(): string {
    return hash('sha256', this.#places.join('\n')).slice(0, 32);
  }

  add(record: LumberjackRecord, now: number): void {
    const entry = entryOf(record, now);
    this.bytes += record.body instanceof Uint8Array ? record.body.length : 512;
    this.entries.push(entry);
    if ('mark' in entry && entry.mark !== undefined) this.#places.push(`${entry.mark.key} ${entry.mark.time}`);
  }
}

function entryOf({ body, cut }: LumberjackRecord, now: number): BlockEntry {
  if (!(body instanceof Uint8Array)) return pairsEntry(fromPairs(body, now));
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8');
  if (cut) return { broken: text, reason: `the event is longer than ${body.length} bytes` };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      const object = value as JsonObject;
      return knownEntry(object, text, typeof object['@timestamp'] === 'string' ? object['@timestamp'] : '');
    }
  } catch {
    // Said below.
  }
  return { broken: text, reason: 'this is no JSON object' };
}

/** Version 1 tells no time: ours is another one when it is sent again. */
function pairsEntry(object: JsonObject): BlockEntry {
  return knownEntry(object, JSON.stringify(object), '');
}

function knownEntry(object: JsonObject, text: string, time: string): BlockEntry {
  const identity = identityOf(object);
  const source = sourceOf(object);
  if (identity === undefined) return { object, text, source, mark: undefined };
  const message = typeof object['message'] === 'string' ? object['message'] : '';
  const key = Number.parseInt(hash('sha1', `${identity}\0${message}`).slice(0, 13), 16);
  return { object, text, source, mark: { key, time, run: runOf(object) } };
}
