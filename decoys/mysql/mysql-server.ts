/** One configured server: its version, variables and tables as its persona has them, and the copies of those for attackers. */
import { createHash } from 'node:crypto';
import type { DecoyContext } from '@netsentinel/contracts/decoy';
import type { Persona } from '../persona/persona.types.ts';
import { SeededRandom } from '../persona/seeded-random.ts';
import { contentTables } from '../sql/content/application.ts';
import type { Key, Table } from '../sql/relation.ts';
import { WorldPool } from '../sql/world-pool.ts';
import type { Row, Value } from '../sql/values.ts';
import { contentColumn, parseColumnType } from './mysql-types.ts';
import { MysqlWorld } from './mysql-world.ts';
import type { MysqlConfig } from './mysql.config.ts';
import { serverData } from './server-data.ts';

export type Product = 'mariadb' | 'mysql';

/** An account of the server, as `mysql.global_priv` has it. */
export interface Account {
  readonly user: string;
  readonly host: string;
  readonly hash: string;
}

const DEFAULT_VERSIONS: Readonly<Record<Product, readonly [version: string, comment: string]>> = {
  mariadb: ['10.11.19-MariaDB-0+deb12u1', 'Debian 12'],
  mysql: ['8.0.43-0ubuntu0.22.04.1', '(Ubuntu)'],
};

export class MysqlServer {
  readonly persona: Persona;
  readonly product: Product;
  readonly version: string;
  readonly variables: ReadonlyMap<string, string>;
  readonly accounts: readonly Account[];
  readonly worlds: WorldPool<MysqlWorld>;
  /** When mysqld was started, epoch ms, for this time. */
  readonly #clock: () => number;
  #nextConnection: number;

  constructor(persona: Persona, config: MysqlConfig, host: Pick<DecoyContext, 'memory' | 'clock' | 'decoy'>) {
    this.persona = persona;
    this.#clock = () => host.clock.now();
    const { product, version } = productOf(persona, config);
    this.product = product;
    this.version = version;
    this.variables = this.#makeVariables(
      config.version === undefined ? DEFAULT_VERSIONS[product][1] : config.versionComment,
    );
    this.accounts = this.#makeAccounts();
    const random = new SeededRandom(persona.derive('mysql connections', 16), 'ids');
    this.#nextConnection = 30 + random.between(0, 4000);
    const base = this.#makeTables(config);
    this.worlds = new WorldPool({
      open: (snapshot) => new MysqlWorld(base, snapshot),
      max: config.maxStores,
      memory: host.memory,
      clock: host.clock,
      name: host.decoy,
    });
  }

  /** Connection ids of a real server count up over all its clients; the persona's own applications take some too. */
  connectionId(): number {
    return (this.#nextConnection += 1);
  }

  startedAt(): number {
    return this.persona.bootedAt(this.#clock()) + 14_000;
  }

  get isMaria(): boolean {
    return this.product === 'mariadb';
  }

  #makeVariables(comment: string): Map<string, string> {
    const { persona, version, product } = this;
    const { hostname } = persona;
    const pool = persona.hardware.memoryKb > 6_000_000 ? '268435456' : '134217728';
    const own: Record<string, string> = {
      version,
      version_comment: comment,
      hostname,
      datadir: '/var/lib/mysql/',
      aria_log_dir_path: '/var/lib/mysql/',
      wsrep_data_home_dir: '/var/lib/mysql/',
      wsrep_node_name: hostname,
      general_log_file: `${hostname}.log`,
      log_slow_query_file: `${hostname}-slow.log`,
      slow_query_log_file: `${hostname}-slow.log`,
      log_error: product === 'mysql' ? '/var/log/mysql/error.log' : '',
      pid_file: '/run/mysqld/mysqld.pid',
      port: '3306',
      report_port: '3306',
      socket: '/run/mysqld/mysqld.sock',
      basedir: product === 'mysql' ? '/usr/' : '/usr',
      bind_address: '0.0.0.0',
      innodb_buffer_pool_size: pool,
      expire_logs_days: '10',
      binlog_expire_logs_seconds: '864000',
      server_uid: createHash('sha1').update(persona.derive('mysql server_uid', 20)).digest('base64'),
      system_time_zone: zoneName(persona.timeZone),
      ...(product === 'mysql'
        ? {
            collation_server: 'utf8mb4_0900_ai_ci',
            collation_database: 'utf8mb4_0900_ai_ci',
            collation_connection: 'utf8mb4_0900_ai_ci',
            default_authentication_plugin: 'caching_sha2_password',
            sql_mode:
              'ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION',
            transaction_isolation: 'REPEATABLE-READ',
            secure_file_priv: '/var/lib/mysql-files/',
            version_compile_os: 'Linux',
            server_uuid: uuid(persona.derive('mysql server_uuid', 16)),
            default_storage_engine: 'InnoDB',
            lower_case_table_names: '0',
            max_allowed_packet: '67108864',
          }
        : { secure_file_priv: '' }),
    };
    const variables = new Map(
      serverData().variables.filter(
        ([name]) =>
          product === 'mariadb' ||
          !/^(aria|wsrep|myisam_block|server_uid|column_compression|in_predicate|system_versioning|gtid_|histogram)/.test(
            name,
          ),
      ),
    );
    for (const [name, value] of Object.entries(own))
      if (
        product === 'mariadb'
          ? variables.has(name)
          : name !== 'server_uid' && !name.startsWith('wsrep') && !name.startsWith('aria')
      )
        variables.set(name, value);
    return new Map([...variables].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #makeAccounts(): Account[] {
    const { persona } = this;
    const hash = (name: string): string =>
      `*${Buffer.from(persona.derive(`mysql password ${name}`, 20))
        .toString('hex')
        .toUpperCase()}`;
    const owners = new Set(this.#databases().map(({ owner }) => owner));
    return [
      { user: 'mariadb.sys', host: 'localhost', hash: '' },
      { user: 'mysql', host: 'localhost', hash: 'invalid' },
      { user: 'root', host: '%', hash: hash('root') },
      { user: 'root', host: 'localhost', hash: hash('root') },
      ...[...owners]
        .filter((owner) => owner !== 'root')
        .map((owner) => ({ user: owner, host: '%', hash: hash(owner) })),
      { user: 'backup', host: 'localhost', hash: hash('backup') },
    ];
  }

  /** Whether somebody of this name can log in from outside. */
  isUser(name: string): boolean {
    return this.accounts.some(({ user, host }) => user === name && host === '%');
  }

  #databases(): readonly {
    readonly name: string;
    readonly owner: string;
    readonly content: Persona['databases'][number]['content'];
  }[] {
    const own = this.persona.databases.filter(({ engine }) => engine === 'mysql');
    if (own.length > 0) return own;
    const { short } = this.persona.organization;
    return [
      { name: `${short}_shop`, owner: 'shop', content: 'shop' },
      { name: 'wordpress', owner: 'wordpress', content: 'wordpress' },
    ];
  }

  #makeTables(config: MysqlConfig): Map<string, ReadonlyMap<string, Table>> {
    const schemas = new Map<string, ReadonlyMap<string, Table>>();
    schemas.set('mysql', this.#systemTables());
    const until = this.#clock();
    if (config.content)
      for (const { name, content } of this.#databases()) {
        const tables = contentTables(this.persona, content, name, until).map((table): Table => {
          let made: readonly Row[] | undefined;
          const columns = table.columns.map((column) => contentColumn(column, this.product));
          const id = table.columns.find(({ type }) => type === 'id');
          const key = (kind: Key['kind'], names: readonly string[]): Key => ({
            kind,
            name: kind === 'primary' ? 'PRIMARY' : names[0]!,
            columns: names,
          });
          const keys = [
            ...(id === undefined ? [] : [key('primary', [id.name])]),
            ...(table.unique ?? []).map((names) => key(id === undefined ? 'primary' : 'unique', names)),
            ...(table.indexes ?? []).map((names) => key('index', names)),
          ];
          const rows = (): readonly Row[] =>
            (made ??= table.rows().map((row) => row.map((value, i) => stored(value, columns[i]!.type.name))));
          return {
            name: table.name,
            kind: 'table',
            columns,
            keys,
            rows,
            createdAt: this.persona.installedAt + 3_600_000,
            nextId: 1,
          };
        });
        schemas.set(name, new Map(tables.map((table) => [table.name, table])));
      }
    return schemas;
  }

  #systemTables(): Map<string, Table> {
    const { columns, keys, tables } = serverData();
    const result = new Map<string, Table>();
    for (const [schema, name, , engine, comment] of tables) {
      if (schema !== 'mysql') continue;
      const own = columns
        .filter((cells) => cells[0] === 'mysql' && cells[1] === name)
        .map((cells) => ({
          name: cells[2]!,
          type: parseColumnType(cells[3]!),
          notNull: cells[4] === 'NO',
          autoIncrement: cells[6]!.includes('auto_increment'),
          ...(cells[5] === '\\none' ? {} : { defaultText: cells[5] ?? 'NULL' }),
          ...(cells[6] === '' ? {} : { extra: cells[6]! }),
        }));
      const grouped = new Map<string, Key>();
      for (const [table, key, notUnique, column] of keys) {
        if (table !== name) continue;
        const known = grouped.get(key!);
        grouped.set(key!, {
          kind: key === 'PRIMARY' ? 'primary' : notUnique === '0' ? 'unique' : 'index',
          name: key!,
          columns: [...(known?.columns ?? []), column!],
        });
      }
      result.set(name!, {
        name: name!,
        kind: 'table',
        columns: own,
        keys: [...grouped.values()],
        rows: this.#systemRows(
          name!,
          own.map((column) => column.name),
        ),
        comment: `${engine}\u0000${comment ?? ''}`,
        createdAt: this.persona.installedAt,
      });
    }
    result.set('user', this.#userView());
    return new Map([...result].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #systemRows(name: string, columns: readonly string[]): readonly Row[] {
    if (name === 'global_priv')
      return this.accounts.map(({ user, host, hash }) => [
        host,
        user,
        user === 'mariadb.sys'
          ? '{"access":0,"plugin":"mysql_native_password","authentication_string":"","account_locked":true,"password_last_changed":0}'
          : `{"access":${user === 'root' || user === 'mysql' ? '18446744073709551615' : '0'},"plugin":"mysql_native_password","authentication_string":"${hash}","password_last_changed":${Math.floor(this.persona.installedAt / 1000) + 900}}`,
      ]);
    if (name === 'db')
      return this.#databases().map(({ name: database, owner }) =>
        columns.map((column): Value =>
          column === 'Host'
            ? '%'
            : column === 'Db'
              ? database
              : column === 'User'
                ? owner
                : column === 'Grant_priv'
                  ? 'N'
                  : 'Y',
        ),
      );
    if (name === 'proxies_priv') return [['localhost', 'root', '', '', 1, '', timestamp(this.persona.installedAt)]];
    return [];
  }

  /** A view in MariaDB, a table in MySQL; what attackers ask for first. */
  #userView(): Table {
    const all =
      'Select Insert Update Delete Create Drop Reload Shutdown Process File Grant References Index Alter Show_db Super Create_tmp_table Lock_tables Execute Repl_slave Repl_client Create_view Show_view Create_routine Alter_routine Create_user Event Trigger Create_tablespace'.split(
        ' ',
      );
    const privileges = this.isMaria ? [...all, 'Delete_history'] : all;
    const varchar = (name: string, length: number) => ({
      name,
      type: parseColumnType(`varchar(${length})`),
      notNull: true,
    });
    const maria = [
      varchar('Host', 255),
      varchar('User', 128),
      { name: 'Password', type: parseColumnType('longtext') },
      ...privileges.map((name) => varchar(`${name}_priv`, 1)),
      ...['ssl_type', 'ssl_cipher', 'x509_issuer', 'x509_subject'].map((name) => varchar(name, 255)),
      ...['max_questions', 'max_updates', 'max_connections', 'max_user_connections'].map((name) => ({
        name,
        type: parseColumnType('bigint(20) unsigned'),
        notNull: true,
      })),
      varchar('plugin', 64),
      { name: 'authentication_string', type: parseColumnType('longtext'), notNull: true },
      varchar('password_expired', 1),
      varchar('is_role', 1),
      varchar('default_role', 80),
      { name: 'max_statement_time', type: parseColumnType('decimal(12,6)'), notNull: true },
    ];
    const columns = this.isMaria
      ? maria
      : maria.filter(({ name }) => !['Password', 'is_role', 'default_role', 'max_statement_time'].includes(name));
    const rows = this.accounts
      .filter(({ user }) => this.isMaria || user !== 'mariadb.sys')
      .map(({ user, host, hash }): Row =>
        columns.map(({ name }): Value => {
          if (name === 'Host') return host;
          if (name === 'User') return user;
          if (name === 'Password' || name === 'authentication_string') return hash;
          if (name === 'plugin') return this.isMaria ? 'mysql_native_password' : 'caching_sha2_password';
          if (name.startsWith('max_')) return 0;
          if (name.endsWith('_priv')) return user === 'root' || user === 'mysql' ? 'Y' : 'N';
          return name === 'password_expired' || name === 'is_role' ? 'N' : '';
        }),
      );
    return {
      name: 'user',
      kind: this.isMaria ? 'view' : 'table',
      columns,
      keys: [],
      rows,
      createdAt: this.persona.installedAt,
    };
  }
}

function stored(value: Value, type: string): Value {
  if (typeof value === 'string' && type === 'datetime') return value;
  return value;
}

/** MariaDB's greeting says this first, for clients that know no version above 5. */
const GREETED = /^5\.5\.5-/;

function timestamp(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** Which server it is, and its version as it tells it after the login. */
export function productOf(
  { software }: Persona,
  config: MysqlConfig,
): { readonly product: Product; readonly version: string } {
  const isMysql = software.mysql !== undefined && software.mariadb === undefined;
  const product = config.product ?? (isMysql ? 'mysql' : 'mariadb');
  return { product, version: config.version ?? fullVersion(software[product], DEFAULT_VERSIONS[product][0]) };
}

function fullVersion(software: Persona['software']['mysql'], fallback: string): string {
  const version = (software?.banner ?? software?.version)?.replace(GREETED, '');
  return version === undefined || !/^\d+\.\d+\.\d+/.test(version) ? fallback : version;
}

/** The zone's abbreviation in winter: what mysqld found when it started. */
function zoneName(zone: string): string {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, timeZoneName: 'short' }).formatToParts(
    new Date(Date.UTC(2026, 0, 10)),
  );
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC';
  return zone.startsWith('Europe/') && name === 'GMT+1' ? 'CET' : name.startsWith('GMT+') ? 'UTC' : name;
}

function uuid(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
