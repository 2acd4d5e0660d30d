/** SHOW: which of its words answers with what. */
import type { QueryReader } from '../sql/parse-query.ts';
import type { Answer, MysqlSession } from './mysql-session.ts';
import { showCreate } from './show-create.ts';
import type { ShowCall } from './show-result.ts';
import {
  countWarnings,
  showCharacterSets,
  showCollations,
  showEngineStatus,
  showEngines,
  showGrants,
  showPlugins,
  showPrivileges,
  showProcesses,
  showPrograms,
  showReplication,
  showRoutines,
  showStatus,
  showVariables,
  showWarnings,
} from './show-server.ts';
import { showColumns, showDatabases, showIndex, showTableStatus, showTables } from './show-tables.ts';

const WORDS: ReadonlyMap<string, (call: ShowCall) => Answer> = new Map([
  ['databases', showDatabases],
  ['schemas', showDatabases],
  ['tables', showTables],
  ['table', showTableStatus],
  ['columns', showColumns],
  ['fields', showColumns],
  ['index', showIndex],
  ['indexes', showIndex],
  ['keys', showIndex],
  ['create', showCreate],
  ['variables', showVariables],
  ['status', showStatus],
  ['processlist', showProcesses],
  ['grants', showGrants],
  ['engines', showEngines],
  ['storage', showEngines],
  ['plugins', showPlugins],
  ['collation', showCollations],
  ['character', showCharacterSets],
  ['charset', showCharacterSets],
  ['privileges', showPrivileges],
  ['warnings', showWarnings],
  ['errors', showWarnings],
  ['count', countWarnings],
  ['master', showReplication],
  ['binary', showReplication],
  ['binlog', showReplication],
  ['slave', showReplication],
  ['replica', showReplication],
  ['all', showReplication],
  ['triggers', showPrograms],
  ['events', showPrograms],
  ['open', showPrograms],
  ['profiles', showPrograms],
  ['package', showPrograms],
  ['function', showRoutines],
  ['procedure', showRoutines],
  ['engine', showEngineStatus],
]);

export function show(session: MysqlSession, reader: QueryReader): Answer {
  const { input } = reader;
  input.next();
  const full = input.take('full');
  const scope = input.isWord('global', 'session', 'local') ? input.next().text : '';
  const { kind, text: word } = input.token;
  const run = kind === 'word' ? WORDS.get(word) : undefined;
  if (run === undefined) throw input.unexpected();
  input.next();
  return run({ session, reader, word, full, scope });
}
