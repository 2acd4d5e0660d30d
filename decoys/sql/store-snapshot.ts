/**
 * What an attacker changed of the tables, as bytes: the tables that are not those that everybody starts with, and the names of those that are gone.
 * Bounded: where all of it does not fit, the largest tables are left out, and are again what they were.
 */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Table } from './relation.ts';
import type { Schemas } from './store.ts';
import { Decimal } from './values.ts';

/** What `DecoyMemory` keeps under one key. */
export const MAX_SNAPSHOT_BYTES = 1024 * 1024;
const MAX_JSON_BYTES = 24 * 1024 * 1024;

export interface SchemasDelta {
  /** Schemas of the attacker's own. */
  readonly made: readonly string[];
  readonly dropped: readonly (readonly [schema: string, table: string | null])[];
  readonly tables: readonly (readonly [schema: string, table: Table])[];
}

export function deltaOf(base: Schemas, own: Schemas): SchemasDelta {
  const dropped: [string, string | null][] = [];
  const tables: [string, Table][] = [];
  for (const [schema, known] of base) {
    const now = own.get(schema);
    if (now === undefined) dropped.push([schema, null]);
    else for (const name of known.keys()) if (!now.has(name)) dropped.push([schema, name]);
  }
  for (const [schema, now] of own)
    for (const [name, table] of now)
      if (base.get(schema)?.get(name) !== table && table.temporary !== true)
        tables.push([schema, typeof table.rows === 'function' ? { ...table, rows: table.rows() } : table]);
  return { made: [...own.keys()].filter((name) => !base.has(name)), dropped, tables };
}

export function applyDelta(base: Schemas, { made, dropped, tables }: SchemasDelta): Schemas {
  const schemas = new Map([...base].map(([name, known]) => [name, new Map(known)] as const));
  for (const name of made) schemas.set(name, schemas.get(name) ?? new Map());
  for (const [schema, table] of dropped)
    if (table === null) schemas.delete(schema);
    else schemas.get(schema)?.delete(table);
  for (const [schema, table] of tables) schemas.get(schema)?.set(table.name, table);
  return schemas;
}

/** `replace` gives back the value with other tables. Undefined where it is too much even without any. */
export function pack<T>(
  value: T,
  tablesOf: (value: T) => SchemasDelta,
  replace: (value: T, tables: SchemasDelta) => T,
): Uint8Array | undefined {
  for (let current = value; ;) {
    const json = JSON.stringify(current, tagged);
    const packed = json.length > MAX_JSON_BYTES ? undefined : gzipSync(json);
    if (packed !== undefined && packed.length <= MAX_SNAPSHOT_BYTES) return packed;
    const delta = tablesOf(current);
    if (delta.tables.length === 0) return undefined;
    const bySize = delta.tables.toSorted(([, a], [, b]) => a.rows.length - b.rows.length);
    current = replace(current, { ...delta, tables: bySize.slice(0, -1) });
  }
}

/** Undefined for what was not written by `pack`. */
export function unpack(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return undefined;
  try {
    return JSON.parse(gunzipSync(bytes, { maxOutputLength: 2 * MAX_JSON_BYTES }).toString('utf8'), untagged);
  } catch {
    return undefined;
  }
}

function tagged(this: unknown, key: string, value: unknown): unknown {
  const raw = (this as Record<string, unknown>)[key];
  if (raw instanceof Decimal) return { $decimal: raw.toString() };
  if (raw instanceof Uint8Array) return { $bytes: Buffer.from(raw).toString('base64') };
  if (raw instanceof Map) return { $map: [...raw] };
  if (typeof raw === 'bigint') return { $whole: String(raw) };
  return value;
}

function untagged(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const tags = value as { $decimal?: string; $bytes?: string; $map?: [unknown, unknown][]; $whole?: string };
  if (tags.$decimal !== undefined) return Decimal.parse(tags.$decimal) ?? null;
  if (tags.$bytes !== undefined) return new Uint8Array(Buffer.from(tags.$bytes, 'base64'));
  if (tags.$map !== undefined) return new Map(tags.$map);
  if (tags.$whole !== undefined) return BigInt(tags.$whole);
  return value;
}
