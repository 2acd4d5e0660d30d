/**
 * Lines to ECS events on one thread: cutting, decoding and parsing, as `normalize` and `analyze` do it; then once more up to stamped, validated `Event`s.
 * In a process of its own. Without a file, the parser's own examples are repeated, with other addresses and numbers in each.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { EcsDocument, ParserDefinition } from '@netsentinel/contracts/parser';
import type { Stamp } from '../event/stamp.ts';
import { toEvent } from '../event/to-event.ts';
import { parserNamed } from '../parsers/find-parser.ts';
import { readInputFile } from '../records/input-file.ts';
import { RecordReader } from '../records/record-reader.ts';

export interface ParseBenchOptions {
  readonly format: string;
  /** A file to read instead of the examples; empty for none. */
  readonly input: string;
  /** Records to parse in each round; a file is repeated. */
  readonly records: number;
}

const CHUNK_BYTES = 256 * 1024;
const ROUNDS = 5;

export async function benchParse(options: ParseBenchOptions): Promise<Record<string, number | string>> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--disable-warning=ExperimentalWarning',
    import.meta.filename,
    JSON.stringify(options),
  ]);
  return JSON.parse(stdout) as Record<string, number | string>;
}

async function measure({ format, input, records }: ParseBenchOptions): Promise<Record<string, number | string>> {
  const definition = await parserNamed(format);
  const once = input === '' ? exampleBytes(definition) : await fileBytes(input);
  const { count } = run(definition, once, 1, () => undefined);
  if (count === 0) return { format, failed: 'nothing was read' };
  const times = Math.max(1, Math.ceil(records / count));
  const plain = best(() => run(definition, once, times, () => undefined));
  let sequence = 0;
  const stamp: Stamp = {
    sensor: { id: 'bench', type: 'file' },
    epoch: 'bench',
    sequence: 0,
    receivedAt: Date.now(),
    sourceVerified: true,
  };
  const stamped = best(() =>
    run(definition, once, times, (document) => void toEvent(document, { ...stamp, sequence: sequence++ })),
  );
  return {
    format,
    records: plain.count,
    bytes: once.length * times,
    events_per_second: Math.round((plain.count / plain.cpuMs) * 1000),
    megabytes_per_second: Math.round((once.length * times) / plain.cpuMs / 100) / 10,
    stamped_per_second: Math.round((stamped.count / stamped.cpuMs) * 1000),
    refused: plain.refused,
    rss_megabytes: Math.round(process.memoryUsage().rss / 1e6),
  };
}

interface Round {
  readonly count: number;
  readonly refused: number;
  /** The process's, so that other work on the machine does not count; collections of garbage on other threads do. */
  readonly cpuMs: number;
}

function best(round: () => Round): Round {
  const rounds = Array.from({ length: ROUNDS }, round);
  return rounds.toSorted((a, b) => a.cpuMs - b.cpuMs)[0]!;
}

function run(
  definition: ParserDefinition,
  bytes: Buffer,
  times: number,
  onDocument: (document: EcsDocument) => void,
): Round {
  let count = 0;
  let refused = 0;
  const before = process.cpuUsage();
  const reader = new RecordReader({
    definition,
    parse: { zone: 'UTC', referenceMs: Date.now(), trustedProxies: [] },
    onDocument: (document) => {
      count++;
      onDocument(document);
    },
    onRefused: () => refused++,
  });
  for (let i = 0; i < times; i++)
    for (let at = 0; at < bytes.length; at += CHUNK_BYTES) reader.push(bytes.subarray(at, at + CHUNK_BYTES));
  reader.end();
  const { user, system } = process.cpuUsage(before);
  return { count, refused, cpuMs: (user + system) / 1000 };
}

async function fileBytes(path: string): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of readInputFile(path)) pieces.push(piece);
  return Buffer.concat([...pieces, Buffer.from('\n')]);
}

const VARIANTS = 2_000;

/** Where a format has header lines, the example that begins with them; otherwise in turn all examples that are JSON, or are not, as the first is. */
function exampleBytes({ examples }: ParserDefinition): Buffer {
  const headed = examples.find((example) => example.startsWith('#'));
  const isJson = (example: string): boolean => example.startsWith('{');
  const alike = examples.filter((example) => isJson(example) === isJson(examples[0] ?? ''));
  const lines = (headed === undefined ? alike : [headed]).flatMap((example) => example.split('\n'));
  const headers = lines.filter((line) => line.startsWith('#'));
  const records = lines.filter((line) => !line.startsWith('#'));
  const text = [...headers];
  for (let i = 0; i < VARIANTS; i++) for (const record of records) text.push(varied(record, i));
  return Buffer.from(`${text.join('\n')}\n`);
}

/** Other hosts in the networks that are reserved for documentation. */
function varied(record: string, seed: number): string {
  return record.replace(
    /\b(192\.0\.2|198\.51\.100|203\.0\.113)\.\d{1,3}\b/g,
    (_, network: string) => `${network}.${(seed % 254) + 1}`,
  );
}

if (process.argv[1] === import.meta.filename) {
  const result = await measure(JSON.parse(process.argv[2] ?? '{}') as ParseBenchOptions);
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
