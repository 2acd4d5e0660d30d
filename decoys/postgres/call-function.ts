/** Calls, in the order that they are looked for: what the parser itself knows, functions of the session, plain ones, those that answer rows, casts. */
import type { Call } from '../sql/ast.types.ts';
import type { Compiled, Environment } from '../sql/dialect.types.ts';
import type { SqlFault } from '../sql/sql-fault.ts';
import type { Value } from '../sql/values.ts';
import { castTo } from './conversions.ts';
import type { PgDialect } from './pg-dialect.ts';
import { plainFunctions } from './pg-functions.ts';
import { compareValues } from './compare-values.ts';
import { coerced } from './pg-operators.ts';
import { TEXT, typeNamed } from './pg-types.ts';
import { resolveArguments } from './resolve-function.ts';
import { sessionFunction } from './session-functions.ts';
import { tableFunction } from './table-functions.ts';

/** `given` are its arguments as they are written, before a signature gave them types. */
export function callFunction(dialect: PgDialect, call: Call, given: readonly Compiled[]): Compiled {
  const name = call.path.at(-1)!.toLowerCase();
  const routine = dialect.session.routine(name);
  const unknown = (args: readonly Compiled[]): SqlFault =>
    dialect.faults.unknownFunction(
      call.path,
      args.map(({ type }) => type.name),
      call.at,
    );
  let args = given;
  if (call.path.length === 1 || call.path[0] === 'pg_catalog') {
    const places = call.args.map(({ at }) => at);
    const resolved = routine === undefined ? resolveArguments(name, given, places) : given;
    const type = typeNamed(name);
    if (resolved === undefined && type === undefined) throw unknown(given);
    args = resolved ?? given;
    const found =
      conditional(dialect, name, args, call.at) ??
      sessionFunction(dialect, name, args) ??
      plain(dialect, name, args) ??
      answeringRows(dialect, name, args);
    if (found !== undefined) return found;
    if (args.length === 1 && type !== undefined) return castTo(dialect, args[0]!, type, call.at);
  }
  if (routine !== undefined) return routine(args);
  throw unknown(args);
}

/** COALESCE, NULLIF, GREATEST and LEAST: the parser's own, whose arguments share a type. */
function conditional(dialect: PgDialect, name: string, args: readonly Compiled[], at: number): Compiled | undefined {
  if (name === 'coalesce') {
    const common = dialect.common(args, at);
    return {
      type: common.type,
      run: (env) => {
        for (const arg of args) {
          const value = arg.run(env);
          if (value !== null) return common.convert(value, arg.type);
        }
        return null;
      },
    };
  }
  if (name === 'nullif' && args.length === 2) {
    const equal = dialect.binary('=', args[0]!, args[1]!, at);
    return { type: args[0]!.type, run: (env) => (equal.run(env) === true ? null : args[0]!.run(env)) };
  }
  if ((name !== 'greatest' && name !== 'least') || args.length === 0) return undefined;
  const common = dialect.common(args, at);
  const better = (best: Value, value: Value): Value => {
    if (best === null || value === null) return best ?? value;
    return compareValues(value, best) > 0 === (name === 'greatest') ? value : best;
  };
  return {
    type: common.type,
    run: (env) => args.map((arg) => common.convert(arg.run(env), arg.type)).reduce(better),
  };
}

function plain(dialect: PgDialect, name: string, args: readonly Compiled[]): Compiled | undefined {
  const definition = plainFunctions.get(name);
  if (definition === undefined || args.length < definition.least || args.length > definition.most) return undefined;
  const ready = args.map((arg) => (arg.type.name === 'unknown' ? coerced(arg, TEXT, dialect.learn) : arg));
  const types = ready.map(({ type }) => type);
  return {
    type: typeof definition.type === 'function' ? definition.type(types) : definition.type,
    run: (env) => {
      dialect.spend(1);
      return definition.run(
        ready.map((arg) => arg.run(env)),
        types,
      );
    },
  };
}

/** A function that answers rows, in the select list: each is a row of the result. */
function answeringRows(dialect: PgDialect, name: string, args: readonly Compiled[]): Compiled | undefined {
  const table = tableFunction(dialect, name, args);
  if (table === undefined) return undefined;
  const set = (env: Environment): readonly Value[] => table.rows(env).map((row) => (row.length === 1 ? row[0]! : row));
  return {
    type: table.columns.length === 1 ? table.columns[0]!.type : { name: 'record' },
    run: (env) => set(env)[0] ?? null,
    set,
  };
}
