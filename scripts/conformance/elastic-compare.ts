/** Compares a document of ours with the one that Elastic expects: leaf by leaf, lists as a whole. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import type { Product } from './elastic-products.ts';

/**
 * What is not compared, and why:
 * - looked up in databases that we do not ship: geo, AS, device and browser names out of a user agent;
 * - of the agent and its pipeline, not of the record: agent, ecs, data_stream, elastic_agent, input, tags, log offsets and flags, ingest times;
 * - names of ours for the same: event.module and event.dataset.
 */
const LEFT_OUT = [
  /(^|\.)geo\./,
  /(^|\.)as\.(number|organization\.)/,
  /^user_agent\.(?!original$)/,
  /(^|\.)user_agent\.(device|os|name|version)(\.|$)/,
  /^(agent|ecs|data_stream|elastic_agent|input|cloud|container|_conf|_tmp|_config)\./,
  /^tags$/,
  /^log\.(offset|flags|source\.address)$/,
  /^event\.(ingested|created|module|dataset|timezone)$/,
  /^observer\.geo\./,
];

export interface Miss {
  readonly field: string;
  readonly expected: unknown;
  readonly ours: unknown;
}

/** Counts over all documents of a product. */
export class Tally {
  documents = 0;
  unread = 0;
  compared = 0;
  matched = 0;
  extra = 0;
  files = 0;
  /** Files of which the surest guess is the parser that reads them. */
  recognised = 0;
  readonly mistaken: string[] = [];
  readonly #misses = new Map<string, { count: number; example: Miss }>();
  readonly #extras = new Map<string, { count: number; example: unknown }>();

  percent(): number {
    return this.compared === 0 ? 0 : (this.matched / this.compared) * 100;
  }

  miss(miss: Miss): void {
    const known = this.#misses.get(miss.field);
    if (known === undefined) this.#misses.set(miss.field, { count: 1, example: miss });
    else known.count++;
  }

  beyond(field: string, value: unknown): void {
    this.extra++;
    const known = this.#extras.get(field);
    if (known === undefined) this.#extras.set(field, { count: 1, example: value });
    else known.count++;
  }

  report(most: number): string {
    const misses = [...this.#misses].toSorted(([, a], [, b]) => b.count - a.count).slice(0, most);
    const extras = [...this.#extras].toSorted(([, a], [, b]) => b.count - a.count).slice(0, most);
    return [
      ...this.mistaken.map((file) => `  not recognised: ${file}\n`),
      ...misses.map(
        ([field, { count, example }]) =>
          `  ${count} × ${field}: expected ${shown(example.expected)}, ours ${shown(example.ours)}\n`,
      ),
      ...extras.map(([field, { count, example }]) => `  ${count} beyond ${field}: ${shown(example)}\n`),
    ].join('');
  }
}

function shown(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value).slice(0, 160);
}

export function compareDocuments(
  expected: EcsDocument,
  ours: EcsDocument | undefined,
  tally: Tally,
  product: Product,
): void {
  tally.documents++;
  if (ours === undefined || (ours['error'] !== undefined && expected['error'] === undefined)) tally.unread++;
  const left = [...LEFT_OUT, ...(product.leftOut ?? [])];
  const wanted = leavesOf(expected, left);
  const have = ours === undefined ? new Map<string, unknown>() : leavesOf(ours, left);
  for (const [field, value] of wanted) {
    tally.compared++;
    if (have.has(field) && same(value, have.get(field))) tally.matched++;
    else tally.miss({ field, expected: value, ours: have.get(field) });
  }
  for (const [field, value] of have) if (!wanted.has(field)) tally.beyond(field, value);
}

/** Every field that holds a value, by its path; lists are values. */
export function leavesOf(document: EcsDocument, left: readonly RegExp[] = []): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (value: unknown, path: string): void => {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [name, inner] of Object.entries(value)) walk(inner, path === '' ? name : `${path}.${name}`);
    } else if (value !== undefined && !left.some((pattern) => pattern.test(path))) found.set(path, value);
  };
  walk(JSON.parse(JSON.stringify(document)), '');
  return found;
}

/** A list of one is its value to Elasticsearch, lists of `related` have no order, and a time is the same in any zone. */
function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    const [left, right] = [a, b].map((value) =>
      (Array.isArray(value) ? (value as unknown[]) : [value]).map((item) => JSON.stringify(item)).toSorted(),
    );
    return JSON.stringify(left) === JSON.stringify(right);
  }
  if (typeof a === 'string' && typeof b === 'string' && /^\d{4}-\d\d-\d\dT/.test(a))
    return Date.parse(a) === Date.parse(b);
  return typeof a !== typeof b && String(a) === String(b);
}
