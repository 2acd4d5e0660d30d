/** Reads the inside of `[[ … ]]`: its own operators and precedence, words without splitting. */
import type { Condition, Word } from './ast.types.ts';

const UNARY = /^-[abcdefghkLnNoOprsStuvwxzG]$/;
const BINARY = new Set(['=', '==', '!=', '=~', '-eq', '-ne', '-lt', '-le', '-gt', '-ge', '-nt', '-ot', '-ef']);

export interface ConditionSource {
  skip(): void;
  /** The next two characters. */
  peek(): string;
  take(count: number): void;
  word(regex: boolean): Word | undefined;
  unexpected(): never;
}

export function readCondition(source: ConditionSource): Condition {
  const test = readOr(source, 0);
  source.skip();
  const end = source.word(false);
  if (end?.raw !== ']]') source.unexpected();
  return test;
}

function readOr(source: ConditionSource, depth: number): Condition {
  let left = readAnd(source, depth);
  for (source.skip(); source.peek() === '||'; source.skip()) {
    source.take(2);
    left = { kind: 'or', left, right: readAnd(source, depth) };
  }
  return left;
}

function readAnd(source: ConditionSource, depth: number): Condition {
  let left = readNot(source, depth);
  for (source.skip(); source.peek() === '&&'; source.skip()) {
    source.take(2);
    left = { kind: 'and', left, right: readNot(source, depth) };
  }
  return left;
}

function readNot(source: ConditionSource, depth: number): Condition {
  if (depth > 60) source.unexpected();
  source.skip();
  const ahead = source.peek();
  if (/^![\s(]/.test(ahead)) {
    source.take(1);
    return { kind: 'not', test: readNot(source, depth + 1) };
  }
  if (ahead.startsWith('(')) {
    source.take(1);
    const test = readOr(source, depth + 1);
    source.skip();
    if (!source.peek().startsWith(')')) source.unexpected();
    source.take(1);
    return test;
  }
  return readPrimary(source);
}

function readPrimary(source: ConditionSource): Condition {
  const first = source.word(false);
  if (first === undefined || first.raw === ']]') source.unexpected();
  source.skip();
  const ahead = source.peek();
  if (UNARY.test(first.raw) && !/^(?:&&|\|\||\))/.test(ahead)) {
    const operand = source.word(false);
    if (operand === undefined || operand.raw === ']]') source.unexpected();
    return { kind: 'unary', op: first.raw, operand };
  }
  if (ahead.startsWith('<') || ahead.startsWith('>')) {
    source.take(1);
    source.skip();
    const right = source.word(false);
    if (right === undefined) source.unexpected();
    return { kind: 'binary', op: ahead[0]!, left: first, right };
  }
  if (/^(?:&&|\|\||\))/.test(ahead) || ahead === ']]' || ahead.startsWith(']]')) return { kind: 'word', word: first };
  const op = source.word(false);
  if (op === undefined || !BINARY.has(op.raw)) source.unexpected();
  source.skip();
  const right = source.word(op.raw === '=~');
  if (right === undefined) source.unexpected();
  return { kind: 'binary', op: op.raw, left: first, right };
}
