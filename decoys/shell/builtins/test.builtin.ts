/** `test` and `[`: POSIX's rules by the number of arguments first, then precedence. */
import { compare, stringOrFileTest, unaryTest } from '../run/conditions.ts';
import type { Builtin, BuiltinContext, BuiltinTable } from './builtin.types.ts';
import { fail } from './report.ts';

class TestError extends Error {}

const BINARY = new Set(['=', '==', '!=', '<', '>', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);

const test: Builtin = (ctx) => {
  let args = ctx.argv.slice(1);
  if (ctx.argv[0] === '[') {
    if (args.at(-1) !== ']') return fail(ctx, "missing `]'", 2);
    args = args.slice(0, -1);
  }
  try {
    return evaluate(ctx, args) ? 0 : 1;
  } catch (error) {
    if (!(error instanceof TestError)) throw error;
    return fail(ctx, error.message, 2);
  }
};

function evaluate(ctx: BuiltinContext, args: readonly string[]): boolean {
  switch (args.length) {
    case 0:
      return false;
    case 1:
      return args[0] !== '';
    case 2:
      if (args[0] === '!') return args[1] === '';
      if (isUnary(args[0]!)) return unaryTest(ctx.shell, args[0]!, args[1]!, ctx.fds);
      throw new TestError(`${args[0]}: unary operator expected`);
    case 3:
      if (BINARY.has(args[1]!)) return binary(ctx, args[0]!, args[1]!, args[2]!);
      if (args[1] === '-a') return args[0] !== '' && args[2] !== '';
      if (args[1] === '-o') return args[0] !== '' || args[2] !== '';
      if (args[0] === '!') return !evaluate(ctx, args.slice(1));
      if (args[0] === '(' && args[2] === ')') return args[1] !== '';
      throw new TestError(`${args[1]}: binary operator expected`);
    case 4:
      if (args[0] === '!') return !evaluate(ctx, args.slice(1));
      break;
  }
  const parser = { at: 0 };
  const value = either(ctx, args, parser, 0);
  if (parser.at < args.length) throw new TestError('too many arguments');
  return value;
}

function either(ctx: BuiltinContext, args: readonly string[], state: { at: number }, depth: number): boolean {
  let value = both(ctx, args, state, depth);
  while (args[state.at] === '-o') {
    state.at++;
    const right = both(ctx, args, state, depth);
    value ||= right;
  }
  return value;
}

function both(ctx: BuiltinContext, args: readonly string[], state: { at: number }, depth: number): boolean {
  let value = primary(ctx, args, state, depth);
  while (args[state.at] === '-a') {
    state.at++;
    const right = primary(ctx, args, state, depth);
    value &&= right;
  }
  return value;
}

function primary(ctx: BuiltinContext, args: readonly string[], state: { at: number }, depth: number): boolean {
  if (depth > 60) throw new TestError('too many arguments');
  const word = args[state.at];
  if (word === undefined) throw new TestError('argument expected');
  const next = args[state.at + 1];
  if (next !== undefined && BINARY.has(next) && args[state.at + 2] !== undefined) {
    state.at += 3;
    return binary(ctx, word, next, args[state.at - 1]!);
  }
  if (word === '!') {
    state.at++;
    return !primary(ctx, args, state, depth + 1);
  }
  if (word === '(') {
    state.at++;
    const value = either(ctx, args, state, depth + 1);
    if (args[state.at] !== ')') throw new TestError("`)' expected");
    state.at++;
    return value;
  }
  if (isUnary(word) && next !== undefined) {
    state.at += 2;
    return unaryTest(ctx.shell, word, next, ctx.fds);
  }
  state.at++;
  return word !== '';
}

function isUnary(text: string): boolean {
  return /^-[abcdefghkLnNoOprRsStuvwxzG]$/.test(text);
}

function binary(ctx: BuiltinContext, left: string, op: string, right: string): boolean {
  if (op === '=' || op === '==') return left === right;
  if (op === '!=') return left !== right;
  if (/^-(?:eq|ne|lt|le|gt|ge)$/.test(op)) return compare(op, integer(left), integer(right));
  return stringOrFileTest(ctx.shell, left, op, right);
}

function integer(text: string): bigint {
  if (!/^\s*[-+]?\d{1,400}\s*$/.test(text)) throw new TestError(`${text}: integer expression expected`);
  return BigInt(text.trim().replace(/^\+/, ''));
}

export const testBuiltins: BuiltinTable = { test, '[': test };
