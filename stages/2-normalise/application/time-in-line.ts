/** Where in a line of an application's log the time stands, in any of the forms that are in use. Not for fast formats: those know where theirs is. */
import { monthAt, utcOf, withoutYear } from '../text/time.ts';
import { zoneOf, type Zone } from '../text/zone.ts';

export interface TimeInLine {
  /** Undefined where a time stands there that cannot be, or one without a day. */
  readonly ms: number | undefined;
  readonly from: number;
  readonly end: number;
}

/** A time that stands further behind is part of what is told. */
const MAX_LOOKED_AT = 160;

const CLOCK = String.raw`(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d{1,9}))?`;
const OFFSET = String.raw`(?: ?(Z\b|UTC\b|GMT\b|[+-]\d\d:?\d\d\b))?`;
const TIME = new RegExp(
  [
    // 2026-11-21T09:30:00.123Z, 2026/11/21 - 09:30:00
    String.raw`(?<!\d)(\d{4})[-/](\d\d)[-/](\d\d)(?:[T_ ]| - ) ?${CLOCK}${OFFSET}`,
    // 21/Nov/2026:09:30:00 +0100, 21-Nov-2026 09:30:00
    String.raw`(?<!\d)(\d{1,2})[/ -]([A-Z][a-z]{2})[/ -](\d{4})[: ]${CLOCK}${OFFSET}`,
    // Nov 21 09:30:00, Nov 21 2026 09:30:00, Nov 21, 2026 09:30:00 and Nov 21 09:30:00 2026
    String.raw`\b([A-Z][a-z]{2}) {1,2}(\d{1,2})(?:,? (\d{4}))? ${CLOCK}(?: (\d{4}))?(?!\S)`,
    // 11/21/2026, 9:30:00 AM
    String.raw`(?<!\d)(\d\d)/(\d\d)/(\d\d|\d{4})(?:,? |-)${CLOCK}(?: ?([AaPp])[Mm])?`,
    // 21.11.2026 09:30:00
    String.raw`(?<!\d)(\d\d)\.(\d\d)\.(\d{4}) ${CLOCK}`,
    // 09:30:00.123
    String.raw`^\W?${CLOCK}\b`,
  ]
    .map((form) => `(?:${form})`)
    .join('|'),
);

/** What the groups of the forms above begin at. */
const ISO = 1;
const CLF = 9;
const BSD = 17;
const US = 25;
const EUROPE = 33;

const UTC = zoneOf('UTC')!;

/** Undefined where no time stands near the begin. */
export function timeIn(line: string, zone: Zone, referenceMs: number): TimeInLine | undefined {
  const match = TIME.exec(line.length > MAX_LOOKED_AT ? line.slice(0, MAX_LOOKED_AT) : line);
  if (match === null) return undefined;
  return { ms: msOf(match, zone, referenceMs), from: match.index, end: match.index + match[0].length };
}

function msOf(match: RegExpExecArray, zone: Zone, referenceMs: number): number | undefined {
  const number = (group: number): number => Number(match[group]);
  const at = (
    year: number,
    month: number,
    day: number,
    clock: number,
    hours = 0,
    offset?: string,
  ): number | undefined => {
    const inZone = offset === undefined ? zone : UTC;
    const fraction = Math.floor(Number(`0.${match[clock + 3] ?? 0}`) * 1000 + 1e-6);
    const local = utcOf(
      year,
      month,
      day,
      number(clock) + hours,
      number(clock + 1),
      number(clock + 2),
      fraction,
      inZone,
    );
    return local === undefined ? undefined : local - offsetMs(offset);
  };
  if (match[ISO] !== undefined) return at(number(ISO), number(ISO + 1), number(ISO + 2), ISO + 3, 0, match[ISO + 7]);
  if (match[CLF] !== undefined)
    return at(number(CLF + 2), monthAt(match[CLF + 1]!, 0), number(CLF), CLF + 3, 0, match[CLF + 7]);
  if (match[BSD] !== undefined) {
    const year = match[BSD + 2] ?? match[BSD + 7];
    const month = monthAt(match[BSD], 0);
    if (year !== undefined) return at(Number(year), month, number(BSD + 1), BSD + 3);
    return withoutYear(month, number(BSD + 1), number(BSD + 3), number(BSD + 4), number(BSD + 5), zone, referenceMs);
  }
  if (match[US] !== undefined) {
    const year = number(US + 2);
    const half = match[US + 7]?.toLowerCase();
    const hour = number(US + 3);
    const hours = half === 'p' && hour < 12 ? 12 : half === 'a' && hour === 12 ? -12 : 0;
    return at(year < 100 ? 2000 + year : year, number(US), number(US + 1), US + 3, hours);
  }
  if (match[EUROPE] !== undefined) return at(number(EUROPE + 2), number(EUROPE + 1), number(EUROPE), EUROPE + 3);
  return undefined;
}

/** `+01:00`, `-0500`; zero for `Z` and what is not there. */
function offsetMs(offset: string | undefined): number {
  if (offset === undefined || offset.length < 5) return 0;
  const minutes = Number(offset.slice(1, 3)) * 60 + Number(offset.slice(-2));
  return (offset.startsWith('-') ? -minutes : minutes) * 60_000;
}
