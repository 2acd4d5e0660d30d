/**
 * `npm run conformance -- zeek`: one capture that Zeek has logged twice, as TSV and as JSON, must become the same documents. Exit code 1 where less than the floor
 * of all fields agree.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { parserNamed } from '@netsentinel/normalise/parsers/find-parser';
import { RecordReader } from '@netsentinel/normalise/records/record-reader';
import { leavesOf } from './elastic-compare.ts';

const FLOOR_PERCENT = 99.5;

export async function measure(args: readonly string[]): Promise<number> {
  const corpus = process.env['NETSENTINEL_CORPUS'];
  if (corpus === undefined) {
    process.stdout.write('zeek: skipped without NETSENTINEL_CORPUS\n');
    return 0;
  }
  const tsv = join(corpus, '09-zeek/brimdata-zeek-default');
  const json = join(corpus, '09-zeek/brimdata-zeek-json');
  const total = { documents: 0, refused: 0, compared: 0, same: 0 };
  const differing = new Map<string, string>();
  for (const name of readdirSync(tsv).filter((one) => one.endsWith('.log.gz'))) {
    const a = await read(join(tsv, name), total);
    const b = await read(join(json, name.replace('.log.gz', '.json.gz')), total);
    for (let i = 0; i < Math.max(a.length, b.length); i++) {
      total.documents++;
      const left = a[i]?.fields ?? new Map<string, unknown>();
      const right = b[i]?.fields ?? new Map<string, unknown>();
      for (const field of new Set([...left.keys(), ...right.keys()])) {
        total.compared++;
        if (same(left.get(field), right.get(field))) total.same++;
        else if (!differing.has(field))
          differing.set(field, `${shown(left.get(field))} as TSV, ${shown(right.get(field))} as JSON`);
      }
    }
  }
  const percent = (total.same / total.compared) * 100;
  const failed = percent < FLOOR_PERCENT || total.refused > 0;
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ ...total, percent, floor: FLOOR_PERCENT })}\n`);
  else {
    process.stdout.write(
      `zeek: ${percent.toFixed(3)}% of ${total.compared} fields of ${total.documents} records are the same as TSV and as JSON (floor ${FLOOR_PERCENT}%), ${total.refused} refused\n`,
    );
    for (const [field, example] of differing) process.stdout.write(`  ${field}: ${example}\n`);
  }
  return failed ? 1 : 0;
}

interface Read {
  readonly key: string;
  readonly fields: Map<string, unknown>;
}

/** In an order that does not depend on who wrote first. */
async function read(path: string, total: { refused: number }): Promise<Read[]> {
  const found: Read[] = [];
  const reader = new RecordReader({
    definition: await parserNamed('zeek'),
    parse: { zone: 'UTC', referenceMs: 0, trustedProxies: [] },
    onDocument: (document: EcsDocument) => {
      document.event.original = undefined;
      const { source, destination } = document;
      found.push({
        key: JSON.stringify([document['@timestamp'], document.event['id'], source, destination]),
        fields: leavesOf(document),
      });
    },
    onRefused: () => total.refused++,
  });
  reader.push(gunzipSync(readFileSync(path)));
  reader.end();
  return found.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
}

/** TSV has six digits after the point. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= Math.max(1e-6, Math.abs(b) * 1e-6, a > 1e4 ? 1000 : 0);
  return JSON.stringify(a) === JSON.stringify(b);
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 120);
}
