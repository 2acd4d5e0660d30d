/** Every builtin of the shell by name. */
import type { Builtin } from './builtin.types.ts';
import { dirBuiltins } from './dirs.builtin.ts';
import { flowBuiltins } from './flow.builtin.ts';
import { inputBuiltins } from './input.builtin.ts';
import { jobBuiltins } from './job.builtin.ts';
import { nameBuiltins } from './name.builtin.ts';
import { optionBuiltins } from './option.builtin.ts';
import { outputBuiltins } from './output.builtin.ts';
import { testBuiltins } from './test.builtin.ts';
import { variableBuiltins } from './variable.builtin.ts';

const TABLES = (): readonly Readonly<Record<string, Builtin>>[] => [
  dirBuiltins,
  flowBuiltins,
  inputBuiltins,
  jobBuiltins,
  nameBuiltins,
  optionBuiltins,
  outputBuiltins,
  testBuiltins,
  variableBuiltins,
];

let all: ReadonlyMap<string, Builtin> | undefined;

/** Filled at first use: builtins and interpreter import each other. */
export const builtins = {
  get: (name: string): Builtin | undefined => table().get(name),
  has: (name: string): boolean => table().has(name),
  keys: (): IterableIterator<string> => table().keys(),
};

function table(): ReadonlyMap<string, Builtin> {
  all ??= new Map(TABLES().flatMap((item) => Object.entries(item)));
  return all;
}

/** Assignments in front of these stay, in a POSIX shell. */
export const SPECIAL_BUILTINS: ReadonlySet<string> = new Set([
  'break',
  ':',
  'continue',
  '.',
  'eval',
  'exec',
  'exit',
  'export',
  'readonly',
  'return',
  'set',
  'shift',
  'times',
  'trap',
  'unset',
]);

export type { Builtin };
