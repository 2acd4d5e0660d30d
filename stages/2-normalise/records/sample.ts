/** The begin of a source, cut into what parsers look at to recognise it. */
import type { JsonObject, Sample } from '@netsentinel/contracts/parser';
import { JsonTexts } from '../json/json-texts.ts';
import { isObject } from '../text/document.ts';
import { lineEnvelopeOf, type OpenLine } from './line-envelope.ts';
import { unwrap } from './unwrap.ts';

/** As much of a source is looked at. */
export const SAMPLE_BYTES = 64 * 1024;
const MAX_LINES = 256;

/** @param whole whether `bytes` is the whole source, so that its last line is complete */
export function sampleOf(bytes: Uint8Array, whole: boolean, fileName?: string): Sample {
  const begin = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, SAMPLE_BYTES));
  const lines: string[] = [];
  const objects: JsonObject[] = [];
  if (looksLikeJson(begin)) {
    for (const object of jsonObjects(begin)) {
      const inner = unwrap(object);
      if (inner?.object !== undefined) objects.push(inner.object);
      else if (inner?.line !== undefined) lines.push(inner.line);
      else objects.push(object);
    }
  }
  if (objects.length === 0 && lines.length === 0) {
    const complete = completeLines(begin, whole && begin.length === bytes.length);
    const open = lineEnvelopeOf(complete);
    for (const line of complete) {
      const inner = open === undefined ? line : open(line);
      const object = open !== undefined && inner.startsWith('{') ? parsedObject(inner) : undefined;
      if (object === undefined) lines.push(inner);
      else objects.push(object);
    }
  }
  return { lines, objects, fileName };
}

/** Whether the first thing in it is a JSON object, or an array of some. Log lines may begin with `[` or `{` as well. */
export function looksLikeJson(bytes: Uint8Array): boolean {
  return jsonOrNot(bytes) ?? false;
}

/** Undefined while too little has been seen. */
export function jsonOrNot(bytes: Uint8Array): boolean | undefined {
  let at = bytes[0] === 0xef ? 3 : 0;
  const next = (): number | undefined => {
    while (at < bytes.length && bytes[at]! <= 0x20) at++;
    return bytes[at];
  };
  if (next() === 0x5b) at++;
  const open = next();
  if (open === undefined) return undefined;
  if (open !== 0x7b) return false;
  at++;
  const key = next();
  return key === undefined ? undefined : key === 0x22 || key === 0x7d;
}

function jsonObjects(bytes: Buffer): JsonObject[] {
  const found: JsonObject[] = [];
  const texts = new JsonTexts({
    onText: (text) => {
      if (found.length >= MAX_LINES) return;
      const value = parsedObject(text);
      if (value !== undefined) found.push(value);
    },
    onBad: () => undefined,
  });
  texts.push(bytes);
  texts.end();
  return found;
}

/** The text as a JSON object; undefined where it is none. */
export function parsedObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** How the lines of a source that begins so are to be opened; undefined where they stand for themselves. */
export function lineEnvelopeIn(begin: Buffer): OpenLine | undefined {
  return lineEnvelopeOf(completeLines(begin.subarray(0, SAMPLE_BYTES), false));
}

function completeLines(bytes: Buffer, whole: boolean): string[] {
  const lines = bytes.toString('utf8').split('\n');
  // The last one is cut where the sample ends within the source, unless nothing else is there.
  if (!whole && lines.length > 1) lines.pop();
  return lines
    .map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line))
    .filter((line) => line !== '')
    .slice(0, MAX_LINES);
}
