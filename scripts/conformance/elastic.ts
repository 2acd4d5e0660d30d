/**
 * `npm run conformance -- elastic [product…] [--misses N] [--json]`: the raw logs of Elastic's integrations through our parsers, compared field by field with the
 * documents that Elastic expects of them. Exit code 1 where a product is below its floor.
 */
import { readdirSync, readFileSync, existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { EcsDocument, ParserDefinition } from '@netsentinel/contracts/parser';
import { parserNamed, recognise } from '@netsentinel/normalise/parsers/find-parser';
import { parsers } from '@netsentinel/normalise/parsers/index';
import { RecordReader } from '@netsentinel/normalise/records/record-reader';
import { sampleOf } from '@netsentinel/normalise/records/sample';
import { compareDocuments, Tally } from './elastic-compare.ts';
import { products, type Product } from './elastic-products.ts';

/** Where a raw log tells no year, the year of Elastic's own run. */
const REFERENCE_MS = Date.UTC(2023, 5, 26);

interface Case {
  readonly product: Product;
  readonly stream: string;
  readonly raw: string;
  readonly expected: readonly (EcsDocument | null)[];
}

export async function measure(args: readonly string[]): Promise<number> {
  const corpus = process.env['NETSENTINEL_CORPUS'];
  if (corpus === undefined) {
    process.stdout.write('elastic: skipped without NETSENTINEL_CORPUS\n');
    return 0;
  }
  const json = args.includes('--json');
  const misses = args.includes('--misses') ? Number(args[args.indexOf('--misses') + 1]) : 10;
  const wanted = args.filter((arg, i) => !arg.startsWith('--') && args[i - 1] !== '--misses');
  let failed = false;
  for (const product of products) {
    if (wanted.length > 0 && !wanted.includes(product.name)) continue;
    if (!product.streams.some(({ parser }) => parsers.some(({ id }) => id === parser))) {
      if (wanted.length > 0) process.stdout.write(`${product.name}: no parser of it is listed yet\n`);
      continue;
    }
    const tally = new Tally();
    for (const one of casesOf(join(corpus, '04-elastic-integrations'), product)) await run(one, tally);
    const percent = tally.percent();
    const below = percent < product.floor;
    failed ||= below;
    const { documents, matched, compared, unread, extra, files, recognised } = tally;
    const figures = {
      product: product.name,
      percent: Math.round(percent * 100) / 100,
      floor: product.floor,
      documents,
      unread,
      matched,
      compared,
      extra,
      files,
      recognised,
    };
    process.stdout.write(
      json
        ? `${JSON.stringify(figures)}\n`
        : `${product.name}: ${figures.percent}% of ${compared} fields in ${documents} documents (floor ${product.floor}%${below ? ', BELOW' : ''}), ${unread} unread, ${extra} fields beyond; ${recognised} of ${files} files recognised\n`,
    );
    if (!json && (wanted.length > 0 || below)) process.stdout.write(tally.report(misses));
  }
  return failed ? 1 : 0;
}

function* casesOf(root: string, product: Product): Generator<Case> {
  for (const stream of product.streams) {
    const folder = join(root, product.name, 'data_stream', stream.name, '_dev/test/pipeline');
    if (!existsSync(folder)) continue;
    for (const name of readdirSync(folder).toSorted()) {
      if (!name.endsWith('-expected.json')) continue;
      const raw = join(folder, name.slice(0, -'-expected.json'.length));
      if (!existsSync(raw)) continue;
      const { expected } = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { expected: (EcsDocument | null)[] };
      yield { product, stream: stream.name, raw, expected };
    }
  }
}

/** Compares in order of the original's text, since a record that Elastic drops leaves no document. */
async function run({ product, stream, raw, expected }: Case, tally: Tally): Promise<void> {
  const { parser, zone = 'UTC', pattern } = product.streams.find(({ name }) => name === stream)!;
  if (!parsers.some(({ id }) => id === parser)) return;
  const definition = await parserNamed(parser);
  const bytes = readFileSync(raw);
  // What stands in an envelope of Elastic's own tests says nothing about files as they lie around.
  if (!raw.endsWith('.json')) {
    tally.files++;
    const [best] = await recognise(sampleOf(bytes, true, basename(raw)));
    if (best?.definition === definition) tally.recognised++;
    else tally.mistaken.push(`${stream}/${basename(raw)} as ${best?.definition.id ?? 'nothing'}`);
  }
  const ours = parse(definition, bytes, { zone, fileName: basename(raw), pattern }, raw.endsWith('.json'));
  const byOriginal = new Map<string, EcsDocument[]>();
  for (const document of ours) {
    const original = String(document.event.original).trimEnd();
    byOriginal.set(original, [...(byOriginal.get(original) ?? []), document]);
  }
  // An empty line is no record to us.
  const told = ours.length === expected.length ? expected : expected.filter((one) => one?.message !== '');
  const inOrder = ours.length === told.length;
  for (const [index, document] of told.entries()) {
    if (document === null) continue;
    const original = (document.event as { original?: unknown } | undefined)?.original;
    const mine =
      (typeof original === 'string' ? takeFrom(byOriginal, original.trimEnd()) : undefined) ??
      (inOrder ? ours[index] : undefined);
    compareDocuments(document, mine, tally, product);
  }
}

/** Some of Elastic's tests join lines that are records of their own, and expect a document of the first. */
function takeFrom(byOriginal: Map<string, EcsDocument[]>, original: string): EcsDocument | undefined {
  return byOriginal.get(original)?.shift() ?? byOriginal.get(original.split('\n', 1)[0]!)?.shift();
}

function parse(
  definition: ParserDefinition,
  bytes: Uint8Array,
  options: { zone: string; fileName: string; pattern: string | undefined },
  wrapped: boolean,
): EcsDocument[] {
  const documents: EcsDocument[] = [];
  const reader = new RecordReader({
    definition,
    parse: { ...options, referenceMs: REFERENCE_MS, trustedProxies: [] },
    onDocument: (document) => documents.push(document),
    onRefused: ({ reason, original }) => documents.push({ event: { original }, error: { message: reason } }),
  });
  if (wrapped) {
    // Elastic's tests wrap the records of some inputs: `{"events":[…]}`, each one what a Beat would have sent.
    const { events } = JSON.parse(Buffer.from(bytes).toString()) as { events: Record<string, unknown>[] };
    events.forEach((event, index) => reader.object(event, JSON.stringify(event), index + 1));
  } else reader.push(bytes);
  reader.end();
  return documents;
}
