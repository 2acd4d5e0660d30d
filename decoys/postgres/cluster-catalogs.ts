/** Databases, roles, settings, extensions, large objects: what the catalogue says of the cluster and not of one relation. */
import type { Column } from '../sql/relation.ts';
import type { Row, Value } from '../sql/values.ts';
import { catalogData, catalogTable } from './catalog-data.ts';
import { adding, named, only, type Makers, type Named } from './catalog-rows.ts';
import { roleOid } from './own-relations.ts';
import type { PgWorld } from './pg-attacker-world.ts';
import type { PgSession } from './pg-session.ts';
import { typeNamed } from './pg-types.ts';
import { parseValue } from './pg-values.ts';

/** The schema `public`, as numbered by initdb. */
const PUBLIC = 2200;
const HIDDEN_PASSWORD = '********';

export const clusterCatalogs: Makers = {
  pg_database: (session, fixed, columns) => {
    const model = byName(
      columns,
      fixed.find((row) => row[1] === 'postgres')!,
    );
    return named(
      columns,
      [...session.world.databases.values()].map(({ name, oid, owner }) => {
        const isTemplate = name.startsWith('template');
        return {
          ...model,
          oid,
          datname: name,
          datdba: roleOid(session, owner),
          datistemplate: isTemplate,
          datallowconn: name !== 'template0',
          datcollate: 'en_US.UTF-8',
          datctype: 'en_US.UTF-8',
          datacl: isTemplate ? ['=c/postgres', 'postgres=CTc/postgres'] : null,
        };
      }),
    );
  },
  pg_authid: roleRows,
  pg_roles: (session, _, columns) => {
    const accounts = catalogTable('pg_authid')!;
    return named(
      columns,
      roleRows(session, accounts.rows, accounts.columns).map((row) => ({
        ...byName(accounts.columns, row),
        rolpassword: HIDDEN_PASSWORD,
        rolconfig: null,
      })),
    );
  },
  pg_user: only((session) => session.world.roles.map((role) => userRow(role, HIDDEN_PASSWORD))),
  pg_shadow: only((session) => session.world.roles.map((role) => userRow(role, role.secret))),
  pg_settings: (session, _, columns) =>
    [...session.server.settings.keys()].map((key) => {
      const row = session.server.settings.get(key)!;
      const now = session.setting(key);
      const list = [
        row[0]!,
        now ?? row[1]!,
        row[2] ?? null,
        row[3]!,
        row[4]!,
        row[5] ?? null,
        row[6]!,
        row[7]!,
        row[8]!,
        row[9] ?? null,
        row[10] ?? null,
        typeof row[11] === 'string' ? parseValue(row[11], typeNamed('text[]')!) : null,
        row[12] ?? null,
        row[13] ?? null,
        null,
        null,
        row[14] ?? false,
      ];
      return columns.map((_column, i): Value => list[i] ?? null);
    }),
  pg_extension: adding((session) =>
    [...session.world.extensions]
      .filter((name) => name !== 'plpgsql')
      .map((name, i) => ({
        oid: 59_000 + i,
        extname: name,
        extowner: 10,
        extnamespace: PUBLIC,
        extrelocatable: true,
        extversion: catalogData().available.find((row) => row[0] === name)?.[1] ?? '1.0',
        extconfig: null,
        extcondition: null,
      })),
  ),
  pg_available_extensions: only((session) =>
    catalogData().available.map(([name, version, comment]) => ({
      name: name!,
      default_version: version!,
      installed_version: session.world.extensions.has(name!) ? version! : null,
      comment: comment!,
    })),
  ),
  pg_shdescription: (_, __, columns) =>
    catalogData().shared.map((row) => columns.map((_column, i): Value => row[i] ?? null)),
  pg_timezone_names: (_, __, columns) =>
    catalogData().timezones.map((row) => columns.map((_column, i): Value => row[i] ?? null)),
  pg_largeobject_metadata: only((session) =>
    [...session.world.objects.keys()].map((oid) => ({ oid, lomowner: 10, lomacl: null })),
  ),
  pg_largeobject: only((session) => [...session.world.objects].map(([loid, data]) => ({ loid, pageno: 0, data }))),
};

function roleRows(session: PgSession, fixed: readonly Row[], columns: readonly Column[]): Row[] {
  return [
    ...named(
      columns,
      session.world.roles.map((role) => ({
        oid: role.oid,
        rolname: role.name,
        rolsuper: role.superuser,
        rolinherit: true,
        rolcreaterole: role.superuser,
        rolcreatedb: role.superuser,
        rolcanlogin: true,
        rolreplication: role.superuser,
        rolbypassrls: role.superuser,
        rolconnlimit: -1,
        rolpassword: role.secret,
        rolvaliduntil: null,
      })),
    ),
    ...fixed.filter((row) => row[1] !== 'postgres'),
  ];
}

function userRow(role: PgWorld['roles'][number], passwd: string | null): Named {
  return {
    usename: role.name,
    usesysid: role.oid,
    usecreatedb: role.superuser,
    usesuper: role.superuser,
    userepl: role.superuser,
    usebypassrls: role.superuser,
    passwd,
    valuntil: null,
    useconfig: null,
  };
}

function byName(columns: readonly Column[], row: Row): Named {
  return Object.fromEntries(columns.map(({ name }, i) => [name, row[i]!]));
}
