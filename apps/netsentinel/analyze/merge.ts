/**
 * Many files as one sequence, roughly in the order of event time: each file is read in its own order, and the one whose next event is the oldest goes on.
 * Only files that overlap in time are open together, so a year of daily logs costs no more memory than a day.
 */
import type { Event } from '@netsentinel/contracts/event';
import type { LogFile, TimedEvent } from './log-file.ts';

/** Files open at once; of more than this that overlap in time, some are read later than their time. */
const MAX_OPEN = 128;

export interface MergeHandlers {
  /** @param clockMs how far event time has come: never goes back, and one absurd time does not move it */
  readonly onEvent: (event: Event, clockMs: number) => void;
  /** The file has been read to its end, or as far as that was possible. */
  readonly onEnd: (file: LogFile) => void;
  /** Awaited now and then, so that others get their turn. */
  readonly onPiece: () => Promise<void>;
}

/** A file that can be read from its begin, as often as asked. */
export type OpenFile = (isTrial: boolean) => LogFile;

interface Reading {
  readonly file: LogFile;
  events: readonly TimedEvent[];
  /** For each event the oldest time from it on: one record with a time far ahead must not hold back all that follow it. */
  keys: Float64Array;
  at: number;
}

export async function readInTimeOrder(files: readonly OpenFile[], handlers: MergeHandlers): Promise<void> {
  const waiting = await newestFirst(files, handlers);
  const reading: Reading[] = [];
  let clockMs = Number.NEGATIVE_INFINITY;
  const isDue = (): boolean => {
    const next = waiting.at(-1);
    if (next === undefined || reading.length >= MAX_OPEN) return false;
    return reading[0] === undefined || next.beginsMs <= keyOf(reading[0]);
  };
  for (;;) {
    while (isDue()) {
      const begun: Reading = { file: waiting.pop()!.open(), events: [], keys: new Float64Array(), at: 0 };
      if (await goOn(begun, handlers)) insert(reading, begun);
    }
    const first = reading.shift();
    if (first === undefined) return;
    const next = reading.length >= MAX_OPEN - 1 ? undefined : waiting.at(-1)?.beginsMs;
    const untilMs = Math.min(reading[0] === undefined ? Infinity : keyOf(reading[0]), next ?? Infinity);
    // A run of one file's events needs no look at the others.
    do {
      clockMs = Math.max(clockMs, keyOf(first));
      handlers.onEvent(first.events[first.at++]!.event, clockMs);
    } while (first.at < first.events.length && keyOf(first) <= untilMs);
    if (first.at < first.events.length || (await goOn(first, handlers))) insert(reading, first);
  }
}

/** A look at the begin of each file; only those that have events wait for their turn. */
async function newestFirst(
  files: readonly OpenFile[],
  { onEnd }: MergeHandlers,
): Promise<{ beginsMs: number; open: () => LogFile }[]> {
  const waiting: { beginsMs: number; open: () => LogFile }[] = [];
  for (const open of files) {
    const trial = open(true);
    const events = await trial.next();
    await trial.close();
    if (events === undefined) onEnd(trial);
    else waiting.push({ beginsMs: keysOf(events)[0]!, open: () => open(false) });
  }
  return waiting.toSorted((a, b) => b.beginsMs - a.beginsMs);
}

async function goOn(reading: Reading, { onEnd, onPiece }: MergeHandlers): Promise<boolean> {
  await onPiece();
  const events = await reading.file.next();
  if (events === undefined) {
    onEnd(reading.file);
    return false;
  }
  reading.events = events;
  reading.keys = keysOf(events);
  reading.at = 0;
  return true;
}

function keyOf({ keys, at }: Reading): number {
  return keys[at]!;
}

function keysOf(events: readonly TimedEvent[]): Float64Array {
  const keys = new Float64Array(events.length);
  let oldest = Infinity;
  for (let at = events.length - 1; at >= 0; at--) keys[at] = oldest = Math.min(oldest, events[at]!.timeMs);
  return keys;
}

/** Keeps the list sorted, the oldest first; of equal ones, the one that has waited longer goes first. */
function insert(list: Reading[], one: Reading): void {
  const key = keyOf(one);
  let [from, to] = [0, list.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (keyOf(list[middle]!) <= key) from = middle + 1;
    else to = middle;
  }
  list.splice(from, 0, one);
}
