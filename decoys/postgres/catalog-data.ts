/** The system catalogue of a new cluster as Debian's initdb makes it, read once. Made by `scripts/sql-data/postgres.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';
import type { Column } from '../sql/relation.ts';
import type { Row, Value } from '../sql/values.ts';
import { TEXT, typeNamed } from './pg-types.ts';
import { parseValue } from './pg-values.ts';

type ColumnNote = readonly [name: string, type: string, notNull: boolean];
interface Dumped {
  readonly tables: Readonly<
    Record<
      string,
      {
        readonly columns: readonly ColumnNote[];
        readonly rows: readonly (readonly (string | number | boolean | null)[])[];
      }
    >
  >;
  readonly definitions: Readonly<Record<string, readonly ColumnNote[]>>;
  readonly information: Readonly<Record<string, readonly ColumnNote[]>>;
  readonly views: Readonly<Record<string, string>>;
  readonly settings: readonly (readonly (string | boolean | null)[])[];
  readonly timezones: readonly (readonly (string | boolean)[])[];
  readonly available: readonly (readonly string[])[];
  readonly shared: readonly (readonly (string | number)[])[];
}

export interface CatalogTable {
  readonly columns: readonly Column[];
  readonly rows: readonly Row[];
}

let dumped: Dumped | undefined;
const made = new Map<string, CatalogTable>();

export function catalogData(): Dumped {
  dumped ??= JSON.parse(
    brotliDecompressSync(readFileSync(join(import.meta.dirname, 'data/catalog.json.br'))).toString('utf8'),
  ) as Dumped;
  return dumped;
}

function columnsOf(notes: readonly ColumnNote[]): Column[] {
  return notes.map(([name, type, notNull]) => ({ name, type: typeNamed(type) ?? TEXT, notNull }));
}

/** A relation of pg_catalog, with the rows of a new cluster where it has any; undefined for none of that name. */
export function catalogTable(name: string): CatalogTable | undefined {
  const known = made.get(name);
  if (known !== undefined) return known;
  const data = catalogData();
  const full = Object.hasOwn(data.tables, name) ? data.tables[name] : undefined;
  const notes = full?.columns ?? (Object.hasOwn(data.definitions, name) ? data.definitions[name] : undefined);
  if (notes === undefined) return undefined;
  const columns = columnsOf(notes);
  const rows = (full?.rows ?? []).map((row): Row =>
    row.map((value, i): Value =>
      typeof value === 'string'
        ? parseValue(value, columns[i]!.type.name === 'regproc' ? TEXT : columns[i]!.type)
        : value,
    ),
  );
  const table = { columns, rows };
  made.set(name, table);
  return table;
}

const information = new Map<string, readonly Column[]>();

export function informationColumns(name: string): readonly Column[] | undefined {
  const notes = Object.hasOwn(catalogData().information, name) ? catalogData().information[name] : undefined;
  if (notes === undefined) return undefined;
  const known = information.get(name) ?? columnsOf(notes);
  information.set(name, known);
  return known;
}
