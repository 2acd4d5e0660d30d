/** One place of a request where an attack may stand, and how pairs of names and values become such places. */
import { decodePercent } from './decode/percent.ts';
import type { Place } from './web-inspection.types.ts';

/** Most names and values of one request. */
export const MAX_PARTS = 1024;
const MAX_NAME = 128;

export interface Part {
  readonly place: Place;
  readonly text: string;
  /** True of XML as a whole. */
  readonly markup?: boolean;
  /** True of a query before it was split. */
  readonly whole?: boolean;
}

/** `a=1&b=2`, names and values decoded; a piece without `=` is a value without a name. */
export function addPairs(parts: Part[], text: string, where: 'query' | 'body'): void {
  let from = 0;
  while (from <= text.length && parts.length < MAX_PARTS) {
    let end = text.indexOf('&', from);
    if (end === -1) end = text.length;
    const equals = text.indexOf('=', from);
    if (equals === -1 || equals >= end) {
      if (end > from) parts.push({ place: { in: where }, text: decodePercent(text.slice(from, end), true) });
    } else {
      const name = decodePercent(text.slice(from, equals), true);
      const shown = capped(name);
      if (name !== '') parts.push({ place: { in: where, name: shown, inName: true }, text: name });
      if (end > equals + 1)
        parts.push({ place: { in: where, name: shown }, text: decodePercent(text.slice(equals + 1, end), true) });
    }
    from = end + 1;
  }
}

export function capped(name: string): string {
  return name.length > MAX_NAME ? name.slice(0, MAX_NAME) : name;
}
