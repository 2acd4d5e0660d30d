/** Calls of functions, with the type of what they answer. */
import type { Call } from '../sql/ast.types.ts';
import type { Compiler } from '../sql/compile-expression.ts';
import type { Compiled } from '../sql/dialect.types.ts';
import { Decimal, integer } from '../sql/values.ts';
import type { MysqlDialect } from './mysql-dialect.ts';
import { fault } from './mysql-faults.ts';
import { plainFunctions } from './mysql-functions.ts';
import { isInteger } from './mysql-values.ts';
import { sessionFunction } from './session-functions.ts';
import { warnedTruth } from './warnings.ts';

/** Functions of the session first, then IF, the plain ones, and what an attacker has put there as a library. */
export function callFunction(
  dialect: MysqlDialect,
  call: Call,
  args: readonly Compiled[],
  compiler: Compiler,
): Compiled {
  const name = call.path.at(-1)!.toLowerCase();
  const own =
    call.path.length === 1 || call.path[0] === 'mysql' || call.path[0] === 'sys'
      ? sessionFunction(dialect, name, args, compiler)
      : undefined;
  if (own !== undefined) return own;
  if (name === 'if' && args.length === 3) {
    const [test, yes, no] = args as [Compiled, Compiled, Compiled];
    const common = dialect.common([yes, no]);
    return {
      type: common.type,
      run: (env) => {
        const chosen = warnedTruth(test.run(env), dialect.warn) === true ? yes : no;
        return common.convert(chosen.run(env), chosen.type);
      },
    };
  }
  const definition = call.path.length === 1 ? plainFunctions.get(name) : undefined;
  if (definition === undefined) {
    const routine = dialect.session.udf(name);
    if (routine !== undefined) return routine(args);
    throw dialect.faults.unknownFunction(
      call.path,
      args.map(({ type }) => type.name),
      call.at,
    );
  }
  if (args.length < definition.least || args.length > definition.most)
    throw fault(1582, '42000', `Incorrect parameter count in the call to native function '${call.path[0]}'`);
  let type =
    definition.type === 'common'
      ? dialect.common(args).type
      : definition.type(
          args.map((arg) => arg.type),
          args.map((arg) => arg.constant?.value ?? null),
        );
  const places = args[1]?.constant?.value;
  if (definition.scaled === true && type.name === 'decimal')
    type = {
      ...type,
      scale: Math.min(args[0]!.type.scale ?? 0, typeof places === 'number' ? Math.max(0, places) : 0),
    };
  const { run } = definition;
  const isExact = definition.plain === true && isInteger(type);
  return {
    type,
    run: (env) => {
      dialect.spend(1);
      const value = run(args.map((arg) => arg.run(env)));
      return isExact && value instanceof Decimal ? integer(value.rescale(0).digits) : value;
    },
  };
}
