/** Keeps events within their size: measures cheaply first, and cuts the longest texts of one that is too large. */
import { MAX_EVENT_BYTES, type Event } from '@netsentinel/contracts/event';

/** A character of JSON text may cost this many bytes at most: `\u0000`. */
const WORST_BYTES_PER_CHAR = 6;
const NUMBER_BYTES = 24;
/** What a text is cut to, step by step, until the event fits. */
const CUTS = [8192, 4096, 2048, 1024, 256];

/** Whether `value` is at most `maxBytes` of JSON. Counts a safe upper bound first and only serialises where that is not enough. */
export function serialisedAtMost(value: unknown, maxBytes: number): boolean {
  return upperBound(value) <= maxBytes || Buffer.byteLength(JSON.stringify(value) ?? '') <= maxBytes;
}

/** Cuts texts in place, longest first, and names what was cut. False where even that does not make it fit. */
export function fitEvent(event: Event): boolean {
  const cut = new Set(event.netsentinel.truncated);
  for (const max of CUTS) {
    cutTexts(event, max, '', cut);
    event.netsentinel.truncated = [...cut].slice(0, 256);
    if (serialisedAtMost(event, MAX_EVENT_BYTES)) return true;
  }
  return false;
}

function upperBound(value: unknown): number {
  if (typeof value === 'string') return value.length * WORST_BYTES_PER_CHAR + 2;
  if (typeof value !== 'object' || value === null) return NUMBER_BYTES;
  let sum = 2;
  if (Array.isArray(value)) {
    for (const item of value as unknown[]) sum += upperBound(item) + 1;
    return sum;
  }
  for (const name in value)
    sum += name.length * WORST_BYTES_PER_CHAR + 4 + upperBound((value as Record<string, unknown>)[name]);
  return sum;
}

function cutTexts(node: Record<string, unknown> | unknown[], max: number, path: string, cut: Set<string>): void {
  for (const [name, value] of Object.entries(node)) {
    // Items of a list are named by their list: `process.args`.
    const here = Array.isArray(node) ? path : path === '' ? name : `${path}.${name}`;
    if (typeof value === 'string') {
      if (value.length <= max) continue;
      (node as Record<string, unknown>)[name] = value.slice(0, max);
      if (here.length <= 1024) cut.add(here);
    } else if (typeof value === 'object' && value !== null) {
      cutTexts(value as Record<string, unknown>, max, here, cut);
    }
  }
}
