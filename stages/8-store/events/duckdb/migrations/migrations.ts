/**
 * How the event store's tables came to be, one step a version. A released step is never changed; a new one is added. A step that adds a
 * column fills it from `body`; archives written before it are read through `body` too (`archives.version` says which).
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { NetSentinelError } from '@netsentinel/kernel/errors';

export interface EventMigration {
  readonly version: number;
  readonly statements: readonly string[];
  /** Columns of `events` that this step adds, by name, with the SQL that computes them from `body`. */
  readonly columns: Readonly<Record<string, string>>;
}

const text = (path: string): string =>
  `json_extract_string(body, '$.${path
    .split('.')
    .map((key) => `"${key}"`)
    .join('.')}')`;
const number = (path: string): string => `TRY_CAST(${text(path)} AS BIGINT)`;

const FIRST_COLUMNS: Readonly<Record<string, string>> = {
  seq: 'seq',
  time: 'time',
  event_id: text('event.id'),
  event_dataset: text('event.dataset'),
  event_kind: text('event.kind'),
  event_action: text('event.action'),
  event_outcome: text('event.outcome'),
  source_ip: text('source.ip'),
  destination_ip: text('destination.ip'),
  user_name: text('user.name'),
  network_protocol: text('network.protocol'),
  netsentinel_actor: text('netsentinel.actor'),
  netsentinel_sensor_id: text('netsentinel.sensor.id'),
  netsentinel_decoy_id: text('netsentinel.decoy.id'),
  netsentinel_session_id: text('netsentinel.session.id'),
  source_port: number('source.port'),
  destination_port: number('destination.port'),
  body: 'body',
};

const SECOND_COLUMNS: Readonly<Record<string, string>> = {
  source_geo_country_iso_code: text('source.geo.country_iso_code'),
  rule_name: text('rule.name'),
  source_as_number: number('source.as.number'),
  http_response_status_code: number('http.response.status_code'),
};

export const EVENT_MIGRATIONS: readonly EventMigration[] = [
  {
    version: 1,
    statements: [
      `CREATE TABLE events (seq BIGINT NOT NULL, time BIGINT NOT NULL, event_id VARCHAR, event_dataset VARCHAR,
        event_kind VARCHAR, event_action VARCHAR, event_outcome VARCHAR, source_ip VARCHAR, destination_ip VARCHAR,
        user_name VARCHAR, network_protocol VARCHAR, netsentinel_actor VARCHAR, netsentinel_sensor_id VARCHAR,
        netsentinel_decoy_id VARCHAR, netsentinel_session_id VARCHAR, source_port BIGINT, destination_port BIGINT,
        body VARCHAR NOT NULL USING COMPRESSION zstd)`,
      // The newest row of a partition counts; older ones are swept at checkpoints. Appending is cheaper than updating.
      `CREATE TABLE watermarks (seq BIGINT NOT NULL, partition INTEGER NOT NULL, next_offset BIGINT NOT NULL)`,
      `CREATE TABLE archives (file VARCHAR NOT NULL, version INTEGER NOT NULL, events BIGINT NOT NULL,
        min_time BIGINT NOT NULL, max_time BIGINT NOT NULL, min_seq BIGINT NOT NULL, max_seq BIGINT NOT NULL)`,
      `CREATE TABLE word_segments (first_seq BIGINT NOT NULL, events INTEGER NOT NULL, min_time BIGINT NOT NULL,
        max_time BIGINT NOT NULL, file INTEGER NOT NULL, position BIGINT NOT NULL, bytes BIGINT NOT NULL,
        terms INTEGER NOT NULL)`,
    ],
    columns: FIRST_COLUMNS,
  },
  {
    version: 2,
    statements: [
      ...Object.keys(SECOND_COLUMNS).map(
        (name) =>
          `ALTER TABLE events ADD COLUMN ${name} ${SECOND_COLUMNS[name]!.startsWith('TRY') ? 'BIGINT' : 'VARCHAR'}`,
      ),
      `UPDATE events SET ${Object.entries(SECOND_COLUMNS)
        .map(([name, sql]) => `${name} = ${sql}`)
        .join(', ')}`,
    ],
    columns: SECOND_COLUMNS,
  },
];

export const EVENT_VERSION = EVENT_MIGRATIONS.at(-1)!.version;

/** The select list that reads an archive of this version as if it had today's columns. */
export function archiveColumns(version: number): string {
  return EVENT_MIGRATIONS.flatMap((step) =>
    Object.entries(step.columns).map(([name, sql]) => (step.version <= version ? name : `${sql} AS ${name}`)),
  ).join(', ');
}

/** Brings the store to `upTo` (default: the newest version), one transaction a step. */
export async function migrateEvents(connection: DuckDBConnection, upTo = EVENT_VERSION): Promise<void> {
  await connection.run('CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)');
  const reader = await connection.runAndReadAll('SELECT max(version) FROM schema_version');
  const current = Number(reader.getRows()[0]?.[0] ?? 0);
  if (current > EVENT_VERSION)
    throw new NetSentinelError(
      'STORE_TOO_NEW',
      'user',
      `the events have version ${current}, this release knows ${EVENT_VERSION}`,
      {
        hint: 'Run the release that wrote this data, or restore a backup made by this one.',
      },
    );
  for (const step of EVENT_MIGRATIONS) {
    if (step.version <= current || step.version > upTo) continue;
    await connection.run('BEGIN');
    try {
      for (const statement of step.statements) await connection.run(statement);
      await connection.run(`INSERT INTO schema_version VALUES (${step.version})`);
      await connection.run('COMMIT');
    } catch (error) {
      await connection.run('ROLLBACK');
      throw error;
    }
  }
}
