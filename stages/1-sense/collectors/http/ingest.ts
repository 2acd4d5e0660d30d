/** From a request's bytes to records on their way to the disk, piece by piece, so that neither a large batch nor a slow disk holds up anybody else. */
import type { CollectorContext, Delivery } from '@netsentinel/contracts/collector';
import type { ParserDefinition } from '@netsentinel/contracts/parser';
import { err, ok, type Result } from '@netsentinel/contracts/result';
import { isNetSentinelError } from '@netsentinel/kernel/errors';
import { problems, type Problem } from './problem.ts';

/** Of a body that is parsed before others get their turn. */
const PIECE_BYTES = 64 * 1024;
const MAX_NAMED_REFUSALS = 10;

/** The answer's body. */
export interface Ingested {
  /** As what the records were read; `unknown` where nobody recognises them. */
  readonly format: string;
  readonly accepted: number;
  /** Records that could not be read. They are kept too, as events of kind `pipeline_error`. */
  readonly refused: number;
  /** Bytes of records longer than `maxRecordBytes` that were cut off. */
  readonly cut_bytes: number;
  /** The first of them, by the line that each begins on. */
  readonly refusals: readonly { readonly line: number; readonly reason: string }[];
  readonly hint?: string;
}

export interface IngestOptions {
  readonly ctx: Pick<CollectorContext, 'formats' | 'full' | 'drained'>;
  readonly delivery: Delivery;
  /** The next number of the delivery's origin. */
  readonly next: () => number;
  readonly maxRecordBytes: number;
}

/** The format that the body is to be read as; the request's own word counts first. */
export async function formatOf(
  body: Uint8Array,
  { formats }: Pick<CollectorContext, 'formats'>,
  named: string | undefined,
): Promise<Result<ParserDefinition, Problem>> {
  if (named === undefined) return ok((await formats.recognise(body, true))[0]?.definition ?? formats.unknown);
  try {
    return ok(await formats.named(named));
  } catch (error) {
    if (isNetSentinelError(error, 'FORMAT_UNKNOWN')) return err(problems.wrongFormat);
    throw error;
  }
}

/** Resolves once every record has been put; whether they are on disk, the delivery knows. */
export async function ingest(
  body: Uint8Array,
  definition: ParserDefinition,
  options: IngestOptions,
): Promise<Ingested> {
  const { ctx, delivery, next, maxRecordBytes } = options;
  let accepted = 0;
  let refused = 0;
  const refusals: { line: number; reason: string }[] = [];
  const reader = ctx.formats.reader({
    definition,
    maxRecordBytes,
    onDocument: (document) => {
      accepted++;
      delivery.document(next(), document);
    },
    onRefused: (record, line) => {
      refused++;
      if (refusals.length < MAX_NAMED_REFUSALS) refusals.push({ line, reason: record.reason });
      delivery.refused(next(), record, definition);
    },
  });
  for (let at = 0; at < body.length; at += PIECE_BYTES) {
    reader.push(body.subarray(at, at + PIECE_BYTES));
    if (ctx.full) await ctx.drained();
    else await new Promise((resolve) => setImmediate(resolve));
  }
  reader.end();
  const isUnknown = definition.id === ctx.formats.unknown.id;
  return {
    format: definition.id,
    accepted,
    refused,
    cut_bytes: reader.cutBytes,
    refusals,
    ...(isUnknown && refused > 0
      ? {
          hint: 'Nobody recognises these records; `netsentinel formats FILE` says why, and `?format=NAME` names a format.',
        }
      : {}),
  };
}
