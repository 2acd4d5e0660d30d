/**
 * Many files as one sequence, roughly in the order of event time: each file is read in its own order, and the one whose next record is the oldest goes on.
 * Only files that overlap in time are open together, so a year of daily logs costs no more memory than a day.
 */
import type { FileReader, Notable, Notables, Piece } from './piece.types.ts';

/** Files open at once; of more than this that overlap in time, some are read later than their time. */
const MAX_OPEN = 128;

export interface MergeHandlers {
  /** @param clockMs how far event time has come: never goes back, and one absurd time does not move it */
  readonly onNotable: (notable: Notable, clockMs: number) => void;
  /** The file has been read to its end, or as far as that was possible. */
  readonly onEnd: (file: FileReader) => void;
  /** Before the records of the piece; awaited, so that others get their turn. False: no more is wanted. */
  readonly onPiece: (piece: Piece) => Promise<boolean>;
}

/** A file that can be read from its begin, as often as asked, unless it `isOnce`. */
export interface MergedFile {
  readonly isOnce: boolean;
  open(): FileReader;
}

interface Waiting {
  readonly beginsMs: number;
  open(): { readonly file: FileReader; readonly first: Piece | undefined };
}

interface Reading {
  readonly file: FileReader;
  /** For each record the oldest time from it on: one record with a time far ahead must not hold back all that follow it. */
  keys: Float64Array;
  at: number;
  notable: Notables | undefined;
  /** The next one of those. */
  note: number;
}

export async function readInTimeOrder(files: readonly MergedFile[], handlers: MergeHandlers): Promise<void> {
  const waiting = await newestFirst(files, handlers);
  const reading: Reading[] = [];
  let clockMs = Number.NEGATIVE_INFINITY;
  const isDue = (): boolean => {
    const next = waiting.at(-1);
    if (next === undefined || reading.length >= MAX_OPEN) return false;
    return reading[0] === undefined || next.beginsMs <= keyOf(reading[0]);
  };
  try {
    for (;;) {
      while (isDue()) {
        const { file, first } = waiting.pop()!.open();
        const begun: Reading = { file, keys: new Float64Array(), at: 0, notable: undefined, note: 0 };
        const goesOn = await goOn(begun, handlers, first);
        if (goesOn === 'stop') return;
        if (goesOn === 'on') insert(reading, begun);
      }
      const first = reading.shift();
      if (first === undefined) return;
      const next = reading.length >= MAX_OPEN - 1 ? undefined : waiting.at(-1)?.beginsMs;
      const untilMs = Math.min(reading[0] === undefined ? Infinity : keyOf(reading[0]), next ?? Infinity);
      clockMs = run(first, untilMs, clockMs, handlers);
      const goesOn = first.at < first.keys.length ? 'on' : await goOn(first, handlers);
      if (goesOn === 'stop') return;
      if (goesOn === 'on') insert(reading, first);
    }
  } finally {
    for (const { file } of reading) await file.close();
  }
}

/** One file's records up to a time, and one in any case: they need no look at the others. */
function run(reading: Reading, untilMs: number, clock: number, { onNotable }: MergeHandlers): number {
  const { keys, notable } = reading;
  let { at, note } = reading;
  let clockMs = clock;
  let due = placeOf(notable, note);
  do {
    clockMs = Math.max(clockMs, keys[at]!);
    if (at === due) {
      onNotable(notable!.get(note), clockMs);
      due = placeOf(notable, ++note);
    }
    at++;
  } while (at < keys.length && keys[at]! <= untilMs);
  reading.at = at;
  reading.note = note;
  return clockMs;
}

function placeOf(notable: Notables | undefined, note: number): number | undefined {
  return notable === undefined || note >= notable.length ? undefined : notable.placeOf(note);
}

/** A look at the begin of each file; only those that have records wait for their turn. */
async function newestFirst(files: readonly MergedFile[], { onEnd }: MergeHandlers): Promise<Waiting[]> {
  const waiting: Waiting[] = [];
  for (const one of files) {
    const trial = one.open();
    const piece = await trial.next();
    if (piece === undefined) {
      onEnd(trial);
      continue;
    }
    const beginsMs = keysOf(piece.timesMs)[0]!;
    if (one.isOnce) waiting.push({ beginsMs, open: () => ({ file: trial, first: piece }) });
    else {
      await trial.close();
      waiting.push({ beginsMs, open: () => ({ file: one.open(), first: undefined }) });
    }
  }
  return waiting.toSorted((a, b) => b.beginsMs - a.beginsMs);
}

async function goOn(
  reading: Reading,
  { onEnd, onPiece }: MergeHandlers,
  known?: Piece,
): Promise<'on' | 'end' | 'stop'> {
  const piece = known ?? (await reading.file.next());
  if (piece === undefined) {
    onEnd(reading.file);
    return 'end';
  }
  if (!(await onPiece(piece))) {
    onEnd(reading.file);
    await reading.file.close();
    return 'stop';
  }
  reading.keys = keysOf(piece.timesMs);
  reading.at = 0;
  reading.notable = piece.notable;
  reading.note = 0;
  return 'on';
}

function keyOf({ keys, at }: Reading): number {
  return keys[at]!;
}

/** In place: the piece's own times are not needed any more. */
function keysOf(timesMs: Piece['timesMs']): Piece['timesMs'] {
  let oldest = Infinity;
  for (let at = timesMs.length - 1; at >= 0; at--) timesMs[at] = oldest = Math.min(oldest, timesMs[at]!);
  return timesMs;
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
