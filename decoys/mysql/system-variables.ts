/** `@@variables` of one session: what lives, what was set here or for all, and what the server starts with. */
import type { Value } from '../sql/values.ts';
import { fault } from './mysql-faults.ts';
import type { MysqlSession } from './mysql-session.ts';
import { textOf } from './mysql-values.ts';
import { refusesLog } from './query-log.ts';
import { serverData } from './server-data.ts';

const MAX_VARIABLES = 1000;
/** Those that may be set and are in no list of the server's. */
const SETTABLE: ReadonlySet<string> = new Set([
  'insert_id',
  'last_insert_id',
  'timestamp',
  'identity',
  'pseudo_thread_id',
  'sql_log_bin',
  'rand_seed1',
  'rand_seed2',
  'character_set_client',
  'names',
  'transaction_isolation',
  'session_track_gtids',
  'sql_require_primary_key',
  'information_schema_stats_expiry',
  'net_write_timeout',
  'show_create_table_verbosity',
  'resultset_metadata',
]);
/** Variables that are words even in expressions. */
const BOOLEAN_TEXT =
  /^(query_cache_type|innodb_(fast|file)|have_|slave_exec|concurrent|delay_key|tls|old_mode|binlog_row|log_output|event_scheduler|aria_recover)/;

export class SystemVariables {
  readonly #session: MysqlSession;
  readonly #own = new Map<string, Value>();

  constructor(session: MysqlSession) {
    this.#session = session;
  }

  /** `scope` as written: `global`, `session`, or nothing. */
  get(name: string, scope: string): Value {
    const session = this.#session;
    const lower = name.toLowerCase();
    if (scope !== 'global' && this.#own.has(lower)) return this.#own.get(lower)!;
    switch (lower) {
      case 'autocommit':
        return session.autocommit ? 1 : 0;
      case 'last_insert_id':
      case 'identity':
        return session.lastInsertId;
      case 'pseudo_thread_id':
        return session.connectionId;
      case 'timestamp':
        return Math.floor(session.clock() / 1000);
      case 'warning_count':
        return session.warnings.length;
      case 'error_count':
        return session.warnings.filter(({ level }) => level === 'Error').length;
      case 'in_transaction':
        return session.store.inTransaction ? 1 : 0;
      case 'tx_isolation':
      case 'transaction_isolation':
        if (!session.server.isMaria || lower === 'tx_isolation') return 'REPEATABLE-READ';
        break;
      default:
    }
    const changed = session.world.global(lower);
    if (changed !== undefined) return changed;
    const value = session.server.variables.get(lower);
    // Nowhere is forbidden; MySQL has a folder of its own.
    if (lower === 'secure_file_priv' && value === '') return null;
    if (value === undefined) throw fault(1193, 'HY000', `Unknown system variable '${name}'`);
    if (value === 'ON' || value === 'OFF') return BOOLEAN_TEXT.test(lower) ? value : value === 'ON' ? 1 : 0;
    return /^-?\d{1,15}$/.test(value)
      ? Number(value)
      : /^\d+\.\d+$/.test(value) && !lower.includes('version')
        ? Number(value)
        : value;
  }

  set(name: string, value: Value, global: boolean): void {
    const session = this.#session;
    const lower = name.toLowerCase();
    if (lower === 'autocommit') {
      session.autocommit = /^(1|on|true)$/i.test(textOf(value));
      if (session.autocommit) session.store.commit();
      else session.store.begin();
      return;
    }
    if (!session.server.variables.has(lower) && !SETTABLE.has(lower))
      throw fault(1193, 'HY000', `Unknown system variable '${name}'`);
    const data = serverData();
    if (data.readOnly.includes(lower)) throw fault(1238, 'HY000', `Variable '${lower}' is a read only variable`);
    if (!global && !data.session.includes(lower) && !SETTABLE.has(lower))
      throw fault(1229, 'HY000', `Variable '${lower}' is a GLOBAL variable and should be set with SET GLOBAL`);
    const plain = value instanceof Object && !(value instanceof Uint8Array) ? textOf(value) : value;
    if (/^(general|slow_query)_log_file$/.test(lower) && refusesLog(session, textOf(value)))
      throw fault(1231, '42000', `Variable '${lower}' can't be set to the value of '${textOf(value)}'`);
    const current = session.server.variables.get(lower);
    const shown =
      (current === 'ON' || current === 'OFF') && !BOOLEAN_TEXT.test(lower)
        ? /^(on|1|true)$/i.test(textOf(plain))
          ? 1
          : 0
        : plain;
    if (global) session.world.setGlobal(lower, shown);
    else if (this.#own.size < MAX_VARIABLES) this.#own.set(lower, shown);
  }

  /** Only what was set here. */
  own(name: string): Value {
    return this.#own.get(name) ?? null;
  }
}
