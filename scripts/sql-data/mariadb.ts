/**
 * Writes `decoys/mysql/data/mariadb.json.br`: what a MariaDB server as Debian installs it says of itself. Start one by hand on a new data directory, then
 * `node scripts/sql-data/mariadb.ts --host 127.0.0.1 --port 13306 --user root --password secret`. Only facts that are the same on every install are kept.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants } from 'node:zlib';

const { values } = parseArgs({
  options: {
    host: { type: 'string' },
    port: { type: 'string' },
    user: { type: 'string' },
    password: { type: 'string' },
  },
});

function rows(sql: string): (string | null)[][] {
  const args = [
    '--no-defaults',
    `-h${values.host}`,
    `-P${values.port}`,
    `-u${values.user}`,
    `-p${values.password}`,
    '-B',
    '-N',
    '--default-character-set=utf8mb4',
    '-e',
    sql,
  ];
  const text = execFileSync('mariadb', args, { encoding: 'utf8', maxBuffer: 1 << 28 });
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) =>
      line
        .split('\t')
        .map((cell) =>
          cell === 'NULL' ? null : cell.replace(/\\(.)/g, (_, c: string) => ({ n: '\n', t: '\t', 0: '\0' })[c] ?? c),
        ),
    );
}

const SCHEMAS = "('information_schema','mysql','performance_schema','sys')";
const data = {
  variables: rows('SHOW GLOBAL VARIABLES'),
  session: rows("SELECT VARIABLE_NAME FROM information_schema.SYSTEM_VARIABLES WHERE VARIABLE_SCOPE <> 'GLOBAL'").map(
    ([name]) => name!.toLowerCase(),
  ),
  readOnly: rows("SELECT VARIABLE_NAME FROM information_schema.SYSTEM_VARIABLES WHERE READ_ONLY = 'YES'").map(
    ([name]) => name!.toLowerCase(),
  ),
  status: rows('SHOW GLOBAL STATUS'),
  characterSets: rows('SELECT * FROM information_schema.CHARACTER_SETS'),
  collations: rows('SELECT * FROM information_schema.COLLATIONS'),
  engines: rows('SELECT * FROM information_schema.ENGINES'),
  plugins: rows('SELECT * FROM information_schema.PLUGINS'),
  privileges: rows('SHOW PRIVILEGES'),
  tables: rows(
    `SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, ENGINE, TABLE_COMMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA IN ${SCHEMAS} AND TABLE_TYPE <> 'VIEW' ORDER BY 1, 2`,
  ),
  views: rows(
    "SELECT TABLE_SCHEMA, TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA IN ('mysql') ORDER BY 1, 2",
  ),
  columns: rows(
    `SELECT TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, COLUMN_TYPE, IS_NULLABLE, IFNULL(COLUMN_DEFAULT, '\\\\none'), EXTRA, COLUMN_COMMENT FROM information_schema.COLUMNS WHERE TABLE_SCHEMA IN ('information_schema','mysql','performance_schema') ORDER BY TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
  ),
  keys: rows(
    "SELECT TABLE_NAME, INDEX_NAME, NON_UNIQUE, COLUMN_NAME FROM information_schema.STATISTICS WHERE TABLE_SCHEMA = 'mysql' ORDER BY TABLE_NAME, INDEX_NAME = 'PRIMARY' DESC, INDEX_NAME, SEQ_IN_INDEX",
  ),
};
const packed = brotliCompressSync(JSON.stringify(data), { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } });
writeFileSync(join(import.meta.dirname, '../../decoys/mysql/data/mariadb.json.br'), packed);
console.log(`${packed.length} bytes`);
