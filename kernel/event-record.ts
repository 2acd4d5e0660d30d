/**
 * An event as the stream keeps it and as stores take it: JSON in UTF-8, made once at the door. It is also what a query answers, so nobody
 * on the way makes it anew; and a store can read what it needs straight from the bytes.
 */
import type { Event } from '@netsentinel/contracts/event';
import { unpack } from './pack.ts';
import { holdsSealed, openEvent, sealEvent } from './sealed-event.ts';
import type { SealedTexts } from './sealed-text.ts';

const BRACE = 0x7b;

/**
 * Compact, as `JSON.stringify` writes it. Never throws on what a decoded frame can hold. Halves of surrogate pairs, which not every parser
 * takes, become U+FFFD; whole numbers beyond what JSON can say become text.
 */
export function encodeEvent(event: Event): Uint8Array {
  let text: string;
  try {
    text = JSON.stringify(event);
    if (text.includes('\\ud')) text = JSON.stringify(event, portable);
  } catch {
    text = JSON.stringify(event, portable);
  }
  return Buffer.from(text, 'utf8');
}

/** Throws on bytes that are no event. What is sealed in it stays so. */
export function decodeEvent(record: Uint8Array): Event {
  if (!isEventText(record)) return unpack(record) as Event;
  return JSON.parse(Buffer.from(record.buffer, record.byteOffset, record.byteLength).toString('utf8')) as Event;
}

/** How events become records and records events. */
export interface EventCodec {
  encode(event: Event): Uint8Array;
  /** Throws on bytes that are no event. */
  decode(record: Uint8Array): Event;
}

/** As they are. */
export const PLAIN_RECORDS: EventCodec = { encode: encodeEvent, decode: decodeEvent };

/** With the credentials in them sealed; records from before are read as they are. */
export function sealedRecords(texts: SealedTexts): EventCodec {
  return {
    encode: (event) => encodeEvent(sealEvent(event, texts)),
    decode: (record) => {
      const event = decodeEvent(record);
      return holdsSealed(record) ? openEvent(event, texts) : event;
    },
  };
}

/** The record itself where it is JSON already. Older streams hold msgpack, in which no map starts with a brace. */
export function eventText(record: Uint8Array): Uint8Array {
  return isEventText(record) ? record : encodeEvent(unpack(record) as Event);
}

function isEventText(record: Uint8Array): boolean {
  return record[0] === BRACE;
}

function portable(_key: string, value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  return typeof value === 'bigint' ? String(value) : value;
}
