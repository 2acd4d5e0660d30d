/** AND, OR, NOT and IS: true, false, and unknown where a part is null. */
import type { Compiled, Dialect } from './dialect.types.ts';

export function and(dialect: Dialect, a: Compiled, b: Compiled): Compiled {
  return {
    type: dialect.boolType,
    run(env) {
      const left = dialect.truth(a.run(env));
      if (left === false) return dialect.bool(false);
      const right = dialect.truth(b.run(env));
      return dialect.bool(right === false ? false : left === null || right === null ? null : true);
    },
  };
}

export function or(dialect: Dialect, a: Compiled, b: Compiled): Compiled {
  return {
    type: dialect.boolType,
    run(env) {
      const left = dialect.truth(a.run(env));
      if (left === true) return dialect.bool(true);
      const right = dialect.truth(b.run(env));
      return dialect.bool(right === true ? true : left === null || right === null ? null : false);
    },
  };
}

export function not(dialect: Dialect, arg: Compiled): Compiled {
  return {
    type: dialect.boolType,
    run(env) {
      const value = dialect.truth(arg.run(env));
      return dialect.bool(value === null ? null : !value);
    },
  };
}

export function is(
  dialect: Dialect,
  arg: Compiled,
  what: 'null' | 'true' | 'false' | 'unknown',
  not: boolean,
): Compiled {
  return {
    type: dialect.boolType,
    run(env) {
      const value = arg.run(env);
      const holds =
        what === 'null'
          ? value === null
          : what === 'unknown'
            ? dialect.truth(value) === null
            : dialect.truth(value) === (what === 'true');
      return dialect.bool(holds !== not);
    },
  };
}
