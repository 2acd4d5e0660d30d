/** Functions that ask the session or the server, or reach beyond them: who and where, the clock, locks, files. */
import type { Compiler } from '../sql/compile-expression.ts';
import type { Compiled } from '../sql/dialect.types.ts';
import type { SqlType, Value } from '../sql/values.ts';
import { BIGINT, DOUBLE, INT, datetime, text } from './function.types.ts';
import type { MysqlDialect } from './mysql-dialect.ts';
import { fault } from './mysql-faults.ts';
import { dateFormat } from './time-functions.ts';
import { textOf, timeOf, timeText, toNumber } from './mysql-values.ts';

type Maker = (dialect: MysqlDialect, args: readonly Compiled[], compiler: Compiler) => Compiled;

function simple(type: SqlType, run: (dialect: MysqlDialect, args: readonly Value[]) => Value): Maker {
  return (dialect, args) => ({
    type,
    run: (env) =>
      run(
        dialect,
        args.map((arg) => arg.run(env)),
      ),
  });
}

const user: Maker = simple(text(288), ({ session }) => `${session.user}@${session.clientHost}`);
const account: Maker = simple(text(288), ({ session }) => `${session.user}@${session.accountHost}`);
const now: Maker = simple(datetime('datetime'), (dialect) => timeText(dialect.session.localTime()));
const database: Maker = simple(text(64), ({ session }) => session.database ?? null);
const today: Maker = simple(datetime('date'), (dialect) => timeText(dialect.session.localTime(), false));

const makers: Readonly<Record<string, Maker>> = {
  user,
  session_user: user,
  system_user: user,
  current_user: account,
  database,
  schema: database,
  version: simple(text(60), ({ session }) => session.server.version),
  current_role: simple(text(128), () => null),
  connection_id: simple({ name: 'int', length: 10, unsigned: true }, ({ session }) => session.connectionId),
  now,
  current_timestamp: now,
  localtime: now,
  localtimestamp: now,
  sysdate: now,
  utc_timestamp: simple(datetime('datetime'), ({ session }) => timeText(session.clock())),
  utc_date: simple(datetime('date'), ({ session }) => timeText(session.clock(), false)),
  curdate: today,
  current_date: today,
  curtime: simple(datetime('time'), ({ session }) => timeText(session.localTime()).slice(11)),
  current_time: simple(datetime('time'), ({ session }) => timeText(session.localTime()).slice(11)),
  unix_timestamp: simple({ ...BIGINT, length: 17 }, ({ session }, [at]) => {
    if (at === undefined) return Math.floor(session.clock() / 1000);
    const time = timeOf(at);
    return time === undefined ? 0 : Math.floor((time.ms - session.zoneMs()) / 1000);
  }),
  from_unixtime: (dialect, args) => ({
    type: args.length > 1 ? { ...text(64), scale: 0 } : datetime('datetime'),
    run(env) {
      const at = args[0]!.run(env);
      if (at === null) return null;
      const ms = toNumber(at) * 1000 + dialect.session.zoneMs();
      return args.length > 1 ? dateFormat(ms, textOf(args[1]!.run(env))) : timeText(ms);
    },
  }),
  last_insert_id: simple({ ...BIGINT, unsigned: true }, ({ session }, [value]) => {
    if (value !== undefined && value !== null) session.lastInsertId = toNumber(value);
    return session.lastInsertId;
  }),
  row_count: simple(BIGINT, ({ session }) => session.rowCount),
  found_rows: simple(BIGINT, ({ session }) => session.foundRows),
  rand: (dialect, [seed], { scope }) => {
    scope.volatile = true;
    let drawn: (() => number) | undefined;
    return {
      type: DOUBLE,
      run: (env) => {
        dialect.spend(1);
        if (seed === undefined) return dialect.session.random();
        drawn ??= seeded(Math.trunc(toNumber(seed.run(env) ?? 0)));
        return drawn();
      },
    };
  },
  uuid: simple(text(36), ({ session }) => session.uuid()),
  // Time goes by when the answer is sent; a sleep that was not interrupted answers 0.
  sleep: simple(INT, ({ session }, [seconds]) => {
    if (seconds === null || seconds === undefined) throw fault(1210, 'HY000', 'Incorrect arguments to sleep.');
    session.delay(toNumber(seconds) * 1000);
    return 0;
  }),
  benchmark: (dialect, [count, what]) => ({
    type: INT,
    run(env) {
      const times = count!.run(env);
      what?.run(env);
      // About what a million MD5 sums take.
      dialect.session.delay(toNumber(times ?? 0) * 0.0003);
      return 0;
    },
  }),
  get_lock: simple(INT, () => 1),
  release_lock: simple(INT, () => 1),
  release_all_locks: simple(INT, () => 0),
  is_free_lock: simple(INT, () => 1),
  is_used_lock: simple(BIGINT, () => null),
  load_file: simple({ name: 'long blob', length: 4_294_967_295, scale: 39 }, ({ session }, [path]) =>
    path === null || path === undefined ? null : session.readFile(textOf(path)),
  ),
  charset: (dialect, [arg]) => ({
    type: text(64),
    run: () =>
      arg!.type.name.includes('binary') || arg!.type.name.includes('blob')
        ? 'binary'
        : dialect.session.systemVariable('character_set_connection', ''),
  }),
  collation: (dialect, [arg]) => ({
    type: text(64),
    run: () =>
      arg!.type.name.includes('binary') || arg!.type.name.includes('blob')
        ? 'binary'
        : dialect.session.systemVariable('collation_connection', ''),
  }),
  coercibility: simple(INT, () => 4),
  values: (_, [arg]) => arg!,
  default: (_, [arg]) => arg!,
  timestampdiff: simple(BIGINT, (_, [unit, from, to]) => {
    const [a, b] = [timeOf(from!), timeOf(to!)];
    if (a === undefined || b === undefined) return null;
    const each =
      {
        second: 1000,
        minute: 60_000,
        hour: 3_600_000,
        day: 86_400_000,
        week: 604_800_000,
        month: 2_629_746_000,
        year: 31_556_952_000,
      }[textOf(unit!)] ?? 1000;
    return Math.trunc((b.ms - a.ms) / each);
  }),
  extract: simple({ name: 'int', length: 8 }, (_, [unit, at]) => {
    const time = timeOf(at!);
    return time === undefined ? null : extracted(textOf(unit!), new Date(time.ms));
  }),
  timestampadd: (dialect, [unit, count, at]) =>
    dialect.binary('+', at!, {
      type: { name: 'interval' },
      run: (env) => [textOf(count!.run(env)), textOf(unit!.run(env))],
    }),
  date_add: (dialect, [at, interval]) => dialect.binary('+', at!, interval!),
  adddate: (dialect, [at, interval]) => dialect.binary('+', at!, days(interval!)),
  date_sub: (dialect, [at, interval]) => dialect.binary('-', at!, interval!),
  subdate: (dialect, [at, interval]) => dialect.binary('-', at!, days(interval!)),
};

/** Of a unit of several parts the first counts as it is, each further one has two places. */
function extracted(unit: string, at: Date): number {
  const parts: Readonly<Record<string, number>> = {
    year: at.getUTCFullYear(),
    quarter: Math.floor(at.getUTCMonth() / 3) + 1,
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
  };
  const order = ['year', 'month', 'day', 'hour', 'minute', 'second'];
  const [from = '', to = from] = unit.split('_');
  if (from === to) return parts[from] ?? 0;
  return order.slice(order.indexOf(from), order.indexOf(to) + 1).reduce((sum, part) => sum * 100 + parts[part]!, 0);
}

const MAX_RANDOM = 0x3fffffff;

/** The row of numbers that follows a seed: the same on every server. */
function seeded(seed: number): () => number {
  const start = seed >>> 0;
  let first = Number((BigInt(start) * 0x10001n + 55_555_555n) & 0xffffffffn) % MAX_RANDOM;
  let second = Number((BigInt(start) * 0x10000001n) & 0xffffffffn) % MAX_RANDOM;
  return () => {
    first = (first * 3 + second) % MAX_RANDOM;
    second = (first + second + 33) % MAX_RANDOM;
    return first / MAX_RANDOM;
  };
}

function days(arg: Compiled): Compiled {
  return arg.type.name === 'interval'
    ? arg
    : { type: { name: 'interval' }, run: (env) => [textOf(arg.run(env)), 'day'] };
}

export function sessionFunction(
  dialect: MysqlDialect,
  name: string,
  args: readonly Compiled[],
  compiler: Compiler,
): Compiled | undefined {
  return Object.hasOwn(makers, name) ? makers[name]!(dialect, args, compiler) : undefined;
}
