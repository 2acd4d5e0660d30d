/** How functions of plain arguments are made: what is null answers null, texts and numbers come as such. */
import { type SqlType, type Value } from '../sql/values.ts';
import { type FunctionDefinition, text } from './function.types.ts';
import { textOf, toNumber } from './mysql-values.ts';

export const MAX_TEXT = 16 * 1024 * 1024;

export function known(run: (...args: readonly Exclude<Value, null>[]) => Value): FunctionDefinition['run'] {
  return (args) => (args.includes(null) ? null : run(...(args as Exclude<Value, null>[])));
}

/** A function of texts to a text. */
export function texts(
  least: number,
  most: number,
  length: number | ((types: readonly SqlType[]) => number),
  run: (...args: readonly string[]) => string | null,
): FunctionDefinition {
  return {
    least,
    most,
    type: (types) => text(typeof length === 'number' ? length : length(types)),
    run: known((...args) => run(...args.map(textOf))),
  };
}

export function numbers(
  least: number,
  most: number,
  type: SqlType,
  run: (...args: readonly number[]) => number | null,
): FunctionDefinition {
  return { least, most, type: () => type, run: known((...args) => run(...args.map(toNumber))) };
}

export const own = (types: readonly SqlType[]): number => types[0]?.length ?? 20;
export const total = (types: readonly SqlType[]): number => types.reduce((sum, { length }) => sum + (length ?? 20), 0);
export const chars = (value: string): string[] => (/^[\x00-\x7f]*$/.test(value) ? value.split('') : Array.from(value));
