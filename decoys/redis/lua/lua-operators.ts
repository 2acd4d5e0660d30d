/** Comparing and arithmetic, and where an error of a script is told to be. */
import { LuaError, type LuaValue, typeName } from './lua-values.ts';

/** The innermost place where it went wrong is the one that is told. */
export function at(line: number, error: unknown): unknown {
  if (error instanceof LuaError && error.line === 0) error.line = line;
  return error;
}

export function compare(operator: string, a: LuaValue, b: LuaValue, line: number): boolean {
  if ((typeof a !== 'number' || typeof b !== 'number') && (typeof a !== 'string' || typeof b !== 'string'))
    throw at(
      line,
      new LuaError(
        typeName(a) === typeName(b)
          ? `attempt to compare two ${typeName(a)} values`
          : `attempt to compare ${typeName(a)} with ${typeName(b)}`,
      ),
    );
  if (operator === '<') return a < b;
  if (operator === '>') return a > b;
  return operator === '<=' ? a <= b : a >= b;
}

export function arithmetic(operator: string, x: number, y: number): number {
  switch (operator) {
    case '+':
      return x + y;
    case '-':
      return x - y;
    case '*':
      return x * y;
    case '/':
      return x / y;
    case '%':
      return x - Math.floor(x / y) * y;
    default:
      return x ** y;
  }
}
