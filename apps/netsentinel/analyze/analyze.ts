/** Files in, incidents out: reads all that is named side by side in the order of event time, and hands each event to the analyser. */
import { readInTimeOrder } from './merge.ts';
import type { ParseOptions } from '@netsentinel/contracts/parser';
import type { InputFile } from '@netsentinel/normalise/records/input-file';
import type { RuleSet } from '@netsentinel/sigma/rule';
import { Analyser } from './analyser.ts';
import { LogFile } from './log-file.ts';

export interface AnalyzeOptions {
  readonly files: readonly InputFile[];
  readonly parse: Omit<ParseOptions, 'fileName'>;
  readonly rules: RuleSet;
  readonly ownRules: string;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** @param bytes read from disk so far, of all files */
  readonly onProgress: (bytes: number, events: number) => void;
}

/** What was read of one file. */
export interface FileRead {
  readonly path: string;
  /** Undefined where no parser knows the file. */
  readonly format: string | undefined;
  readonly records: number;
  readonly refused: number;
  readonly cutBytes: number;
  readonly failure: string | undefined;
}

export interface Analyzed {
  readonly analyser: Analyser;
  readonly files: readonly FileRead[];
  /** Event time of the first and the last event; undefined without events. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

export async function analyze({ files, parse, rules, ownRules, nowMs, onProgress }: AnalyzeOptions): Promise<Analyzed> {
  const analyser = new Analyser({ rules, ownRules });
  const read: FileRead[] = [];
  let bytes = 0;
  let firstMs = Infinity;
  let lastMs = -Infinity;
  const open = (file: InputFile, index: number, isTrial: boolean): LogFile =>
    new LogFile({
      file,
      index,
      parse,
      nowMs,
      onBytes: (more) => {
        if (!isTrial) bytes += more;
      },
    });
  await readInTimeOrder(
    files.map((file, index) => (isTrial) => open(file, index, isTrial)),
    {
      onEvent: (event, clockMs) => {
        if (event.tags?.includes('time_missing') !== true) {
          firstMs = Math.min(firstMs, clockMs);
          lastMs = Math.max(lastMs, clockMs);
        }
        analyser.take(event, clockMs);
      },
      onEnd: ({ path, definition, records, refused, cutBytes, failure }) =>
        read.push({ path, format: definition?.id, records, refused, cutBytes, failure }),
      onPiece: () => {
        onProgress(bytes, analyser.counters.events);
        return nextTurn();
      },
    },
  );
  analyser.finish();
  const range = Number.isFinite(firstMs) ? { firstMs, lastMs } : { firstMs: undefined, lastMs: undefined };
  return { analyser, files: read, ...range };
}

let pieces = 0;

/** Signals and the progress bar get their turn now and then. */
async function nextTurn(): Promise<void> {
  if (++pieces % 64 === 0) await new Promise((resolve) => setImmediate(resolve));
}
