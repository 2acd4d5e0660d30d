/** The general and the slow query log, which attackers turn into files of their own: `SET GLOBAL general_log_file = '/var/www/html/x.php'`. */
import type { Value } from '../sql/values.ts';
import type { MysqlSession } from './mysql-session.ts';
import { textOf, timeText } from './mysql-values.ts';

/** What a log may hold; it goes on over what was there. */
const MAX_LOG_BYTES = 256 * 1024;
const DATA_FOLDER = '/var/lib/mysql/';

const isOn = (value: Value): boolean => /^(1|on|true)$/i.test(textOf(value));

/** Where a log may not be put: what the server would say no to. */
export function refusesLog(session: MysqlSession, path: string): boolean {
  if (path === '' || /\.(cnf|ini)$/i.test(path)) return true;
  const folder = path.slice(0, path.lastIndexOf('/')) || '/';
  return path.startsWith('/') && !session.hasFolder(folder);
}

/** Writes the statement where the attacker has asked for it. @param ms what it took */
export function logStatement(session: MysqlSession, statement: string, ms: number): void {
  if (isOn(session.world.global('general_log') ?? null))
    append(
      session,
      'general_log_file',
      `${stamp(session)}\t${String(session.connectionId).padStart(6)} Query\t${statement}\n`,
      statement,
    );
  if (isOn(session.world.global('slow_query_log') ?? null) && ms >= longMs(session))
    append(session, 'slow_query_log_file', slowEntry(session, statement, ms), statement);
}

function longMs(session: MysqlSession): number {
  return 1000 * Number(textOf(session.systemVariable('long_query_time', '')) || '10');
}

function stamp(session: MysqlSession): string {
  return timeText(session.localTime()).slice(2).replaceAll('-', '');
}

function slowEntry(session: MysqlSession, statement: string, ms: number): string {
  const seconds = (ms / 1000).toFixed(6);
  return `# Time: ${stamp(session)}\n# User@Host: ${session.user}[${session.user}] @ ${session.clientHost} []\n# Thread_id: ${session.connectionId}  Schema: ${session.database ?? ''}  QC_hit: No\n# Query_time: ${seconds}  Lock_time: 0.000000  Rows_sent: 1  Rows_examined: 0\n# Rows_affected: 0  Bytes_sent: 64\nSET timestamp=${Math.floor(session.clock() / 1000)};\n${statement};\n`;
}

function append(session: MysqlSession, variable: string, entry: string, statement: string): void {
  const name = textOf(session.world.global(variable) ?? session.server.variables.get(variable) ?? '');
  const path = name.startsWith('/') ? name : `${DATA_FOLDER}${name}`;
  const { version } = session.server;
  const header = `/usr/sbin/mariadbd, Version: ${version} (${textOf(session.systemVariable('version_comment', 'global'))}). started with:\nTcp port: 3306  Unix socket: /run/mysqld/mysqld.sock\nTime\t\t    Id Command\tArgument\n`;
  const known = session.peekFile(path);
  const content = Buffer.concat([known ?? Buffer.from(header), Buffer.from(entry)]).subarray(-MAX_LOG_BYTES);
  session.overwriteFile(path, content, known === undefined || /<[?%]|<script/i.test(statement));
}
