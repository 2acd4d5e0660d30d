/** What a file may be, each guess tried on the file's begin: what is said of a format is then a fact and not a feeling. */
import { basename } from 'node:path';
import { recognise } from '../parsers/find-parser.ts';
import { readInputFile } from './input-file.ts';
import { RecordReader } from './record-reader.ts';
import { SAMPLE_BYTES, sampleOf } from './sample.ts';

export interface TriedFormat {
  readonly id: string;
  readonly title: string;
  readonly confidence: number;
  /** Of the begin's records. */
  readonly read: number;
  readonly refused: number;
  /** Why: one sentence. */
  readonly reason: string;
}

/** The surest first. @param maxRecords of the begin that are parsed at most */
export async function triedFormats(path: string, maxRecords: number): Promise<TriedFormat[]> {
  const { begin, whole } = await beginOf(path);
  const fileName = path === '-' ? undefined : basename(path);
  const candidates = await recognise(sampleOf(begin, whole, fileName));
  return candidates.map(({ definition, confidence }) => {
    let read = 0;
    let refused = 0;
    let firstRefusal: string | undefined;
    const reader = new RecordReader({
      definition,
      parse: { zone: 'UTC', referenceMs: Date.now(), trustedProxies: [], fileName },
      onDocument: () => read++,
      onRefused: ({ reason }) => {
        refused++;
        firstRefusal ??= reason;
      },
    });
    // A record that is cut where the begin ends says nothing about the format.
    const end = whole ? begin.length : begin.lastIndexOf(0x0a) + 1;
    reader.push(begin.subarray(0, end === 0 ? begin.length : endOfLines(begin, end, maxRecords)));
    reader.end();
    const share = `${read} of its first ${read + refused} records are read as such`;
    const reason = firstRefusal === undefined ? share : `${share}; of the others: ${firstRefusal}`;
    return { id: definition.id, title: definition.title, confidence, read, refused, reason };
  });
}

function endOfLines(bytes: Buffer, end: number, lines: number): number {
  let at = 0;
  for (let i = 0; i < lines; i++) {
    const next = bytes.indexOf(0x0a, at);
    if (next === -1 || next >= end) return end;
    at = next + 1;
  }
  return at;
}

async function beginOf(path: string): Promise<{ begin: Buffer; whole: boolean }> {
  const held: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of readInputFile(path)) {
    held.push(chunk);
    bytes += chunk.length;
    if (bytes > SAMPLE_BYTES) return { begin: Buffer.concat(held).subarray(0, SAMPLE_BYTES), whole: false };
  }
  return { begin: Buffer.concat(held), whole: true };
}
