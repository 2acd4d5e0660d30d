/** One configured cluster: its databases as the persona has them, roles, settings, and the numbers by which things go inside. */
import { createHash, pbkdf2Sync, createHmac } from 'node:crypto';
import type { DecoyContext } from '@netsentinel/contracts/decoy';
import type { Persona } from '../persona/persona.types.ts';
import { contentTables } from '../sql/content/application.ts';
import type { ContentColumn } from '../sql/content/content.types.ts';
import type { Column, Key, Table } from '../sql/relation.ts';
import { WorldPool } from '../sql/world-pool.ts';
import { PgWorld, type Role } from './pg-attacker-world.ts';
import type { Row, SqlType, Value } from '../sql/values.ts';
import { catalogData } from './catalog-data.ts';
import type { PostgresConfig } from './postgres.config.ts';
import { parseValue } from './pg-values.ts';

const FIRST_OID = 16_384;

export class PgServer {
  readonly persona: Persona;
  readonly version: string;
  /** `15.20 (Debian 15.20-0+deb12u1)`. */
  readonly versionShown: string;
  readonly settings: ReadonlyMap<string, readonly (string | boolean | null)[]>;
  readonly worlds: WorldPool<PgWorld>;
  readonly owners: readonly string[];
  readonly #clock: () => number;

  constructor(persona: Persona, config: PostgresConfig, host: Pick<DecoyContext, 'memory' | 'clock' | 'decoy'>) {
    const clock = (): number => host.clock.now();
    this.persona = persona;
    this.#clock = clock;
    const shown = config.version ?? installedVersion(persona) ?? '15.20 (Debian 15.20-0+deb12u1)';
    this.versionShown = shown;
    this.version = `PostgreSQL ${shown} on x86_64-pc-linux-gnu, compiled by gcc (Debian 12.2.0-14+deb12u1) 12.2.0, 64-bit`;
    this.settings = this.#makeSettings();
    const databases = this.#databases();
    this.owners = [...new Set(databases.map(({ owner }) => owner))];
    let next = FIRST_OID;
    const roles: Role[] = [
      { name: 'postgres', oid: 10, superuser: true, secret: scramSecret(persona, 'postgres') },
      ...this.owners.map((name) => ({ name, oid: next++, superuser: false, secret: scramSecret(persona, name) })),
    ];
    const bases = databases.map(({ name, owner, content }) => {
      const oid = next++;
      const tables = contentTables(persona, content, name, clock()).map((table): Table => {
        let made: readonly Row[] | undefined;
        const columns = table.columns.map(contentColumn);
        const id = table.columns.find(({ type }) => type === 'id');
        const key = (kind: Key['kind'], names: readonly string[]): Key => ({
          kind,
          name:
            kind === 'primary'
              ? `${table.name}_pkey`
              : `${table.name}_${names.join('_')}_${kind === 'unique' ? 'key' : 'idx'}`,
          columns: names,
        });
        const keys = [
          ...(id === undefined ? [] : [key('primary', [id.name])]),
          ...(table.unique ?? []).map((names) => key(id === undefined ? 'primary' : 'unique', names)),
          ...(table.indexes ?? []).map((names) => key('index', names)),
        ];
        const own = next;
        // A table takes numbers for itself, its types, what holds its long values, and its keys.
        next += 6 + keys.length * 2;
        return {
          name: table.name,
          kind: 'table',
          columns,
          keys,
          rows: () => (made ??= table.rows().map((row) => row.map((value, i) => stored(value, columns[i]!.type)))),
          createdAt: persona.installedAt,
          oid: own,
          owner,
        };
      });
      return { name, oid, owner, schemas: new Map([['public', new Map(tables.map((table) => [table.name, table]))]]) };
    });
    const plain = (name: string, oid: number) => ({
      name,
      oid,
      owner: 'postgres',
      schemas: new Map([['public', new Map<string, Table>()]]),
    });
    const all = [plain('postgres', 5), ...(config.content ? bases : []), plain('template1', 1), plain('template0', 4)];
    this.worlds = new WorldPool({
      open: (snapshot) => new PgWorld(all, roles, next + 100, snapshot),
      max: config.maxStores,
      memory: host.memory,
      clock: host.clock,
      name: host.decoy,
    });
  }

  startedAt(): number {
    return this.persona.bootedAt(this.#clock()) + 11_000;
  }

  isUser(name: string): boolean {
    return name === 'postgres' || this.owners.includes(name);
  }

  #databases(): readonly {
    readonly name: string;
    readonly owner: string;
    readonly content: Persona['databases'][number]['content'];
  }[] {
    const own = this.persona.databases.filter(({ engine }) => engine === 'postgresql');
    if (own.length > 0) return own;
    return [{ name: `${this.persona.organization.short}_app`, owner: 'app', content: 'application' }];
  }

  #makeSettings(): Map<string, readonly (string | boolean | null)[]> {
    const { persona } = this;
    const number = this.versionShown.split(' ')[0]!;
    const own: Readonly<Record<string, string>> = {
      data_directory: '/var/lib/postgresql/15/main',
      config_file: '/etc/postgresql/15/main/postgresql.conf',
      hba_file: '/etc/postgresql/15/main/pg_hba.conf',
      ident_file: '/etc/postgresql/15/main/pg_ident.conf',
      external_pid_file: '/var/run/postgresql/15-main.pid',
      unix_socket_directories: '/var/run/postgresql',
      port: '5432',
      application_name: '',
      listen_addresses: '*',
      cluster_name: '15/main',
      server_version: this.versionShown,
      server_version_num: `15${number.split('.')[1]!.padStart(4, '0')}`,
      TimeZone: persona.timeZone,
      log_timezone: persona.timeZone,
      ssl: 'on',
      ssl_cert_file: '/etc/ssl/certs/ssl-cert-snakeoil.pem',
      ssl_key_file: '/etc/ssl/private/ssl-cert-snakeoil.key',
      lc_messages: 'en_US.UTF-8',
      lc_monetary: 'en_US.UTF-8',
      lc_numeric: 'en_US.UTF-8',
      lc_time: 'en_US.UTF-8',
      lc_collate: 'en_US.UTF-8',
      lc_ctype: 'en_US.UTF-8',
      default_text_search_config: 'pg_catalog.english',
      DateStyle: 'ISO, MDY',
      stats_temp_directory: 'pg_stat_tmp',
    };
    return new Map(
      catalogData().settings.map((row) => {
        const value = Object.hasOwn(own, String(row[0])) ? own[String(row[0])]! : row[1]!;
        return [String(row[0]).toLowerCase(), [row[0]!, value, ...row.slice(2)]];
      }),
    );
  }
}

function installedVersion(persona: Persona): string | undefined {
  const installed = persona.software.postgresql;
  if (installed?.package !== undefined && /^15\.\d+-\d\+deb12u\d+$/.test(installed.package))
    return `${installed.package.split('-')[0]} (Debian ${installed.package})`;
  return undefined;
}

function stored(value: Value, type: SqlType): Value {
  if (value === null) return null;
  if (type.name === 'bool') return value === 1;
  return typeof value === 'string' && (type.name === 'numeric' || type.name === 'timestamp')
    ? parseValue(value, type)
    : value;
}

const TYPES: Readonly<Record<string, SqlType>> = {
  id: { name: 'int8' },
  int: { name: 'int4' },
  bigint: { name: 'int8' },
  flag: { name: 'bool' },
  money: { name: 'numeric', length: 12, scale: 2 },
  text: { name: 'text' },
  date: { name: 'date' },
  time: { name: 'timestamp' },
};

function contentColumn({ name, type, optional, default: fallback }: ContentColumn): Column {
  const sized = /^text\((\d+)\)$/.exec(type);
  const own = sized === null ? TYPES[type]! : { name: 'varchar', length: Number(sized[1]) };
  const shown =
    fallback === undefined
      ? undefined
      : own.name === 'varchar' || own.name === 'text'
        ? `'${fallback}'::${own.name === 'text' ? 'text' : 'character varying'}`
        : own.name === 'bool'
          ? String(Number(fallback) === 1)
          : String(fallback);
  const value: Value =
    own.name === 'bool'
      ? Number(fallback) === 1
      : own.name === 'varchar' || own.name === 'text'
        ? String(fallback ?? '')
        : Number(fallback);
  return {
    name,
    type: own,
    notNull: optional !== true,
    ...(type === 'id' ? { autoIncrement: true } : {}),
    ...(shown === undefined
      ? {}
      : { defaultText: shown, default: { kind: 'literal', value, type: own, at: 0, text: shown } }),
  };
}

/** As pg_authid keeps it: of a password that is nobody's. */
function scramSecret(persona: Persona, role: string): string {
  const seed = Buffer.from(persona.derive(`postgres role ${role}`, 32));
  const salt = seed.subarray(0, 16);
  const salted = pbkdf2Sync(seed.subarray(16).toString('base64'), salt, 4096, 32, 'sha256');
  const stored = createHash('sha256')
    .update(createHmac('sha256', salted).update('Client Key').digest())
    .digest('base64');
  return `SCRAM-SHA-256$4096:${salt.toString('base64')}$${stored}:${createHmac('sha256', salted).update('Server Key').digest('base64')}`;
}
