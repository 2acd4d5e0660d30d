/** What a MariaDB server as Debian installs it says of itself: variables, status, character sets, its own tables. Made by `scripts/sql-data/mariadb.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync } from 'node:zlib';

type Cells = readonly (string | null)[];

export interface ServerData {
  readonly variables: readonly (readonly [string, string])[];
  readonly session: readonly string[];
  readonly readOnly: readonly string[];
  readonly status: readonly (readonly [string, string])[];
  readonly characterSets: readonly Cells[];
  readonly collations: readonly Cells[];
  readonly engines: readonly Cells[];
  readonly plugins: readonly Cells[];
  readonly privileges: readonly Cells[];
  /** Schema, name, kind, engine, comment. */
  readonly tables: readonly Cells[];
  readonly views: readonly Cells[];
  /** Schema, table, name, type, nullable, default (`\none`), extra, comment. */
  readonly columns: readonly Cells[];
  /** Table, key, not unique, column; of `mysql`. */
  readonly keys: readonly Cells[];
}

let loaded: ServerData | undefined;

export function serverData(): ServerData {
  loaded ??= JSON.parse(
    brotliDecompressSync(readFileSync(join(import.meta.dirname, 'data/mariadb.json.br'))).toString('utf8'),
  ) as ServerData;
  return loaded;
}
