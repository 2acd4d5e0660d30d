/** SHOW over what the server is and does: variables, status, connections, rights, engines, character sets, warnings, replication. */
import type { SqlType } from '../sql/values.ts';
import { grantLines } from './accounts.ts';
import { INT, text } from './function.types.ts';
import { fault, noDatabase } from './mysql-faults.ts';
import type { Answer } from './mysql-session.ts';
import { textOf } from './mysql-values.ts';
import { serverData } from './server-data.ts';
import { type ColumnWish, LONG, NUMBER, type ShowCall, filtered, listed, rest, shownColumns } from './show-result.ts';

export function showVariables({ session, reader, scope }: ShowCall): Answer {
  const names = [...session.server.variables.keys()];
  const special =
    scope === 'global'
      ? []
      : [
          'error_count',
          'identity',
          'in_transaction',
          'last_insert_id',
          'pseudo_thread_id',
          'timestamp',
          'warning_count',
        ];
  const all = [...new Set([...names, ...special])].sort();
  const value = (name: string): string => {
    const current = session.systemVariable(name, scope);
    const raw = session.server.variables.get(name);
    return raw === 'ON' || raw === 'OFF'
      ? textOf(current) === '1'
        ? 'ON'
        : textOf(current) === '0'
          ? 'OFF'
          : textOf(current)
      : typeof current === 'number' && raw !== undefined && Number(raw) === current
        ? raw
        : textOf(current);
  };
  return filtered(
    session,
    reader,
    shownColumns('SESSION_VARIABLES', [
      ['Variable_name', text(64)],
      ['Value', text(2048)],
    ]),
    all.map((name) => [name, value(name)]),
  );
}

export function showStatus({ session, reader }: ShowCall): Answer {
  return filtered(
    session,
    reader,
    shownColumns('SESSION_STATUS', [
      ['Variable_name', text(64)],
      ['Value', text(2048)],
    ]),
    session.status(),
  );
}

export function showProcesses({ session, reader, full }: ShowCall): Answer {
  const { input } = reader;
  while (input.takeOperator(';'));
  if (!input.ended()) throw input.unexpected();
  return listed(
    [
      ['Id', NUMBER],
      ['User', text(128)],
      'Host',
      'db',
      ['Command', text(16)],
      ['Time', { name: 'int', length: 7 }],
      'State',
      ['Info', text(full ? 65_535 : 100)],
      ...(session.server.isMaria ? [['Progress', { name: 'double', length: 7, scale: 3 }] as const] : []),
    ],
    [
      [
        session.connectionId,
        session.user,
        session.clientAddress,
        session.database ?? null,
        'Query',
        0,
        session.server.isMaria ? 'starting' : 'init',
        session.statement,
        ...(session.server.isMaria ? ['0.000'] : []),
      ],
    ],
  );
}

export function showGrants({ session, reader }: ShowCall): Answer {
  const { input } = reader;
  const said = /\bfor\s+['"`]?([\w.%$-]*)['"`]?(?:\s*@\s*['"`]?([\w.%:-]*))?/i.exec(input.sql.slice(input.token.at));
  const isOwn = said === null || /^current_user$/i.test(said[1]!);
  rest(reader);
  const [user, host] = isOwn ? [session.user, session.accountHost] : [said[1]!, said[2] ?? '%'];
  const lines = grantLines(session, user, host);
  if (lines === undefined && !isOwn)
    throw fault(1141, '42000', `There is no such grant defined for user '${user}' on host '${host}'`);
  return listed(
    [[`Grants for ${user}@${host}`, text(1024)]],
    (lines ?? [`GRANT USAGE ON *.* TO \`${user}\`@\`${host}\``]).map((line) => [line]),
  );
}

export function showEngines({ reader }: ShowCall): Answer {
  rest(reader);
  return {
    result: {
      columns: shownColumns('ENGINES', [
        'Engine',
        ['Support', text(8)],
        ['Comment', text(160)],
        ['Transactions', text(3)],
        ['XA', text(3)],
        ['Savepoints', text(3)],
      ]),
      rows: serverData().engines,
    },
  };
}

export function showPlugins({ reader }: ShowCall): Answer {
  rest(reader);
  return {
    result: {
      columns: shownColumns('PLUGINS', [
        'Name',
        ['Status', text(10)],
        ['Type', text(80)],
        'Library',
        ['License', text(80)],
      ]),
      rows: serverData().plugins.map((cells) => [cells[0]!, cells[2]!, cells[3]!, cells[5] ?? null, cells[9]!]),
    },
  };
}

export function showCollations({ session, reader }: ShowCall): Answer {
  return filtered(
    session,
    reader,
    shownColumns('COLLATIONS', [
      ['Collation', text(64)],
      ['Charset', text(32)],
      ['Id', NUMBER],
      ['Default', text(3)],
      ['Compiled', text(3)],
      ['Sortlen', { name: 'bigint', length: 3 }],
    ]),
    serverData().collations.map((cells) => [
      cells[0]!,
      cells[1]!,
      cells[2] === null || cells[2] === undefined ? null : Number(cells[2]),
      cells[3] ?? '',
      cells[4]!,
      Number(cells[5]),
    ]),
  );
}

export function showCharacterSets({ session, reader, word }: ShowCall): Answer {
  if (word === 'character') reader.input.expect('set');
  return filtered(
    session,
    reader,
    shownColumns('CHARACTER_SETS', [
      ['Charset', text(32)],
      ['Description', text(60)],
      ['Default collation', text(64)],
      ['Maxlen', { name: 'bigint', length: 3 }],
    ]),
    serverData().characterSets.map((cells) => [cells[0]!, cells[2]!, cells[1]!, Number(cells[3])]),
  );
}

export function showPrivileges({ reader }: ShowCall): Answer {
  rest(reader);
  return listed(['Privilege', 'Context', 'Comment'], serverData().privileges);
}

export function showWarnings({ session, reader }: ShowCall): Answer {
  rest(reader);
  return listed(
    [
      ['Level', text(7)],
      ['Code', { name: 'int', length: 4, unsigned: true }],
      ['Message', text(512)],
    ],
    session.warnings.map(({ level, code, message }) => [level, code, message]),
  );
}

export function countWarnings({ session, reader }: ShowCall): Answer {
  rest(reader);
  return listed(
    [[`@@session.${/errors/i.test(reader.input.sql) ? 'error' : 'warning'}_count`, NUMBER]],
    [[session.warnings.length]],
  );
}

export function showReplication({ reader, word }: ShowCall): Answer {
  const { sql } = reader.input;
  rest(reader);
  if ((word === 'master' || word === 'binary') && /logs/i.test(sql))
    throw fault(1381, 'HY000', 'You are not using binary logging');
  if (/hosts/i.test(sql)) return listed([['Server_id', INT], 'Host', ['Port', INT], ['Master_id', INT]], []);
  return listed(
    word === 'slave' || word === 'all'
      ? REPLICA.split(' ').map(named)
      : ['File', ['Position', NUMBER], 'Binlog_Do_DB', 'Binlog_Ignore_DB'],
    [],
  );
}

export function showPrograms({ session, reader, word }: ShowCall): Answer {
  rest(reader);
  if (word === 'profiles')
    return listed(
      [
        ['Query_ID', INT],
        ['Duration', { name: 'double', length: 11, scale: 0 }],
        ['Query', text(300)],
      ],
      [],
    );
  if (word !== 'open' && session.database === undefined) throw noDatabase();
  const table = word === 'triggers' ? 'TRIGGERS' : word === 'events' ? 'EVENTS' : 'OPEN_TABLES';
  return { result: { columns: shownColumns(table, PROGRAMS[table].split(',').map(named)), rows: [] } };
}

export function showRoutines({ reader }: ShowCall): Answer {
  rest(reader);
  return { result: { columns: shownColumns('ROUTINES', PROGRAMS.ROUTINES.split(',').map(named)), rows: [] } };
}

export function showEngineStatus({ session, reader }: ShowCall): Answer {
  rest(reader);
  return listed(
    [
      ['Type', text(10)],
      ['Name', text(512)],
      ['Status', text(512)],
    ],
    [
      [
        'InnoDB',
        '',
        `\n=====================================\n${new Date(session.localTime()).toISOString().slice(0, 19).replace('T', ' ')} 0x7f${session.connectionId.toString(16).padStart(10, '0')} INNODB MONITOR OUTPUT\n=====================================\nPer second averages calculated from the last 14 seconds\n-----------------\nBACKGROUND THREAD\n-----------------\nsrv_master_thread loops: 0 srv_active, 0 srv_shutdown, ${Math.floor((session.clock() - session.server.startedAt()) / 1000)} srv_idle\n----------------------------\nEND OF INNODB MONITOR OUTPUT\n============================\n`,
      ],
    ],
  );
}

/** A name and its kind: `#` a number, `##` a long one, `@` a time, `@2` one with hundredths, `~` a long text. */
function named(notation: string): ColumnWish {
  const [, name, mark] = /^(.*?)(##?|@2?|~)?$/.exec(notation)!;
  if (mark === undefined) return name!;
  const type: SqlType =
    mark === '#'
      ? INT
      : mark === '##'
        ? NUMBER
        : mark === '~'
          ? LONG
          : { name: 'datetime', length: mark === '@2' ? 22 : 19, ...(mark === '@2' ? { scale: 2 } : {}) };
  return [name!, type];
}

const PROGRAMS = {
  TRIGGERS:
    'Trigger,Event,Table,Statement~,Timing,Created@2,sql_mode,Definer,character_set_client,collation_connection,Database Collation',
  EVENTS:
    'Db,Name,Definer,Time zone,Type,Execute at@,Interval value,Interval field,Starts@,Ends@,Status,Originator##,character_set_client,collation_connection,Database Collation',
  OPEN_TABLES: 'Database,Table,In_use##,Name_locked##',
  ROUTINES:
    'Db,Name,Type,Definer,Modified@,Created@,Security_type,Comment~,character_set_client,collation_connection,Database Collation',
} as const;

/** Of a server that is nobody's replica. */
const REPLICA =
  'Slave_IO_State Master_Host Master_User Master_Port# Connect_Retry# Master_Log_File Read_Master_Log_Pos## Relay_Log_File Relay_Log_Pos## Relay_Master_Log_File Slave_IO_Running Slave_SQL_Running Replicate_Do_DB Replicate_Ignore_DB Replicate_Do_Table Replicate_Ignore_Table Replicate_Wild_Do_Table Replicate_Wild_Ignore_Table Last_Errno# Last_Error Skip_Counter# Exec_Master_Log_Pos## Relay_Log_Space## Until_Condition Until_Log_File Until_Log_Pos## Master_SSL_Allowed Master_SSL_CA_File Master_SSL_CA_Path Master_SSL_Cert Master_SSL_Cipher Master_SSL_Key Seconds_Behind_Master## Master_SSL_Verify_Server_Cert Last_IO_Errno# Last_IO_Error Last_SQL_Errno# Last_SQL_Error Replicate_Ignore_Server_Ids Master_Server_Id# Master_SSL_Crl Master_SSL_Crlpath Using_Gtid Gtid_IO_Pos Replicate_Do_Domain_Ids Replicate_Ignore_Domain_Ids Parallel_Mode SQL_Delay# SQL_Remaining_Delay# Slave_SQL_Running_State Slave_DDL_Groups## Slave_Non_Transactional_Groups## Slave_Transactional_Groups## Replicate_Rewrite_DB';
