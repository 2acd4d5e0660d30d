/** Files in, incidents out: reads all that is named side by side in the order of event time, and hands what is notable to the analyser. */
import { availableParallelism } from 'node:os';
import type { Exception } from '@netsentinel/contracts/exception';
import type { ParseOptions } from '@netsentinel/contracts/parser';
import type { InputFile } from '@netsentinel/normalise/records/input-file';
import type { PlaceOf } from '@netsentinel/contracts/place';
import type { RuleSet } from '@netsentinel/sigma/rule';
import { Analyser } from './analyser.ts';
import { LogFile } from './log-file.ts';
import { readInTimeOrder, type MergedFile } from './merge.ts';
import { NotableLists } from './notable-list.ts';
import type { FileRead } from './piece.types.ts';
import { ReaderPool } from './reader-pool.ts';
import { createSifter, type EnrichmentSetup, type SifterSetup } from './sifter.ts';

export interface AnalyzeOptions {
  readonly files: readonly InputFile[];
  readonly parse: Omit<ParseOptions, 'fileName'>;
  readonly rules: RuleSet;
  readonly ownRules: string;
  /** Where addresses are; without it, travel is not judged. */
  readonly placeOf?: PlaceOf | undefined;
  readonly enrichment?: EnrichmentSetup | undefined;
  readonly exceptions?: readonly Exception[];
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  /** @param bytes read from disk so far, of all files */
  readonly onProgress: (bytes: number, events: number) => void;
  /** Once it is aborted no more is read; what was found so far stands. */
  readonly signal?: AbortSignal;
  /** Threads that read files beside this one, which brings their findings together; 0: this one does everything. Default: by the machine, and by how much there is. */
  readonly threads?: number;
}

export interface Analyzed {
  readonly analyser: Analyser;
  /** Those that have been read, or were being read when it was told to stop. */
  readonly files: readonly FileRead[];
  readonly bytes: number;
  /** False where it was told to stop. */
  readonly isWhole: boolean;
  /** Event time of the first and the last event; undefined without events. */
  readonly firstMs: number | undefined;
  readonly lastMs: number | undefined;
}

/** Of less than this, a thread would hardly have started before all is read. */
const WORTH_THREADS_BYTES = 8e6;
/**
 * Each takes some eighty megabytes of memory, and this one keeps up with no more. Where processors are fewer, one more than there are keeps them busy: none
 * of the files that are read side by side may run ahead of the others, and no two threads have equally much to do.
 */
const MAX_THREADS = 3;

export async function analyze(options: AnalyzeOptions): Promise<Analyzed> {
  const { files, rules, ownRules, enrichment, placeOf, exceptions = [], nowMs, onProgress, signal } = options;
  const parse = { ...options.parse, flowIds: asksForFlowIds(rules, exceptions) };
  const analyser = new Analyser({ rules, placeOf, exceptions });
  const read: FileRead[] = [];
  let bytes = 0;
  let firstMs = Infinity;
  let lastMs = -Infinity;
  const threads = options.threads ?? threadsFor(files);
  const sifting: SifterSetup = {
    rules: rules.rules,
    ownRules,
    enrichment,
    judgesTravel: placeOf !== undefined,
    // What an exception asks for must be there.
    isWhole: exceptions.length > 0,
  };
  const pool = threads === 0 ? undefined : new ReaderPool(threads, { sifting, parse, nowMs });
  // The standard input belongs to this thread.
  const sifter = pool === undefined || files.some(isStandardInput) ? await createSifter(sifting) : undefined;
  const merged = files.map((file, index): MergedFile => {
    const isOnce = isStandardInput(file);
    const isHere = pool === undefined || isOnce;
    const open = () =>
      isHere
        ? new LogFile({ file, index, parse, nowMs, sifter: sifter!, keeper: new NotableLists() })
        : pool.open(file, index);
    return { isOnce, open };
  });
  try {
    await readInTimeOrder(merged, {
      onNotable: (notable, clockMs) => analyser.take(notable, clockMs),
      onEnd: (file) => read.push(file.read),
      onPiece: async (piece) => {
        bytes += piece.bytes;
        firstMs = Math.min(firstMs, piece.firstMs);
        lastMs = Math.max(lastMs, piece.lastMs);
        analyser.counters.events += piece.timesMs.length;
        analyser.counters.failures += piece.failures;
        onProgress(bytes, analyser.counters.events);
        if (pool === undefined) await nextTurn();
        return signal?.aborted !== true;
      },
    });
  } finally {
    await pool?.close();
  }
  analyser.finish();
  const range = Number.isFinite(firstMs) ? { firstMs, lastMs } : { firstMs: undefined, lastMs: undefined };
  return { analyser, files: read, bytes, isWhole: signal?.aborted !== true, ...range };
}

function isStandardInput({ path }: InputFile): boolean {
  return path === '-';
}

function threadsFor(files: readonly InputFile[]): number {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const others = files.filter((file) => !isStandardInput(file)).length;
  const processors = availableParallelism();
  return bytes < WORTH_THREADS_BYTES || processors === 1 ? 0 : Math.min(MAX_THREADS, processors + 1, others);
}

let pieces = 0;

/** Signals and the progress bar get their turn now and then. */
async function nextTurn(): Promise<void> {
  if (++pieces % 4 === 0) await new Promise((resolve) => setImmediate(resolve));
}

/** They are the dearest field of a flow, and told of no incident. */
function asksForFlowIds(...asked: readonly unknown[]): boolean {
  return JSON.stringify(asked).includes('community_id');
}
