/** Reads one file, or the standard input, to its end: recognises what it is from its begin and runs that parser over it. */
import { basename } from 'node:path';
import { Refusal, type ParserDefinition, type ParseOptions } from '@netsentinel/contracts/parser';
import { recognise } from '../parsers/find-parser.ts';
import { readInputFile } from './input-file.ts';
import { RecordReader, type RecordHandlers } from './record-reader.ts';
import { SAMPLE_BYTES, sampleOf } from './sample.ts';

export interface SourceOptions extends RecordHandlers {
  /** Read as this, without looking. */
  readonly definition?: ParserDefinition | undefined;
  readonly parse: Omit<ParseOptions, 'fileName'>;
  readonly maxRecordBytes?: number;
  /** @param bytes read from disk so far */
  readonly onProgress?: ((bytes: number) => void) | undefined;
  /** Called once before the first record, with what the source is read as. */
  readonly onRecognised?: ((definition: ParserDefinition) => void) | undefined;
  /** Awaited after every piece of the source: where the reader of documents says that it is full. */
  readonly onPiece?: (() => Promise<void>) | undefined;
}

export interface SourceRead {
  readonly definition: ParserDefinition;
  readonly cutBytes: number;
}

/** What nobody recognises: every record of it is refused, and so becomes a `pipeline_error`. */
export const unknownFormat: ParserDefinition = {
  id: 'unknown',
  title: 'no format that we read',
  module: 'unknown',
  dataset: 'unknown.log',
  examples: [],
  recognise: () => 0,
  create: () => ({
    line: () => new Refusal('no format that we read'),
    object: () => new Refusal('no format that we read'),
  }),
};

/** @throws NetSentinelError INPUT_NOT_FOUND, INPUT_BROKEN */
export async function readSource(path: string, options: SourceOptions): Promise<SourceRead> {
  const fileName = path === '-' ? undefined : basename(path);
  let reader: RecordReader | undefined;
  let definition = options.definition ?? unknownFormat;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const start = async (whole: boolean): Promise<RecordReader> => {
    const begin = Buffer.concat(held);
    held = [];
    if (options.definition === undefined) {
      const [best] = await recognise(sampleOf(begin, whole, fileName));
      definition = best?.definition ?? unknownFormat;
    }
    options.onRecognised?.(definition);
    const { onDocument, onRefused, maxRecordBytes } = options;
    const made = new RecordReader({
      definition,
      parse: { ...options.parse, fileName },
      onDocument,
      onRefused,
      ...(maxRecordBytes === undefined ? {} : { maxRecordBytes }),
    });
    made.push(begin);
    return made;
  };
  for await (const chunk of readInputFile(path, options.onProgress)) {
    if (reader !== undefined) reader.push(chunk);
    else {
      held.push(chunk);
      heldBytes += chunk.length;
      if (heldBytes >= SAMPLE_BYTES) reader = await start(false);
    }
    await options.onPiece?.();
  }
  reader ??= await start(true);
  reader.end();
  await options.onPiece?.();
  return { definition, cutBytes: reader.cutBytes };
}
