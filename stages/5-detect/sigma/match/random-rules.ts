/**
 * Random rules and events for the tests that compare the matcher with the reference evaluator. Both draw from few fields and short texts, so that they
 * often meet, and from what has gone wrong in matchers before: letters whose case is peculiar, numbers as texts, arrays, dotted names, patterns.
 */
import type { Expression, GlobPiece, Predicate, Test } from '../expression.ts';
import type { LogSource, Rule } from '../rule.ts';

/** Draws a number below `bound`. */
export type Draw = (bound: number) => number;

/** Numbers drawn from bytes and, when they are used up, from what they are a seed of: the same bytes, the same rules. */
export function drawFrom(bytes: Uint8Array): Draw {
  let at = 0;
  let state = bytes.reduce((sum, byte) => (Math.imul(sum, 31) + byte + 1) >>> 0, 0x9e3779b9);
  return (bound) => {
    if (at + 1 < bytes.length) return (((bytes[at++] ?? 0) << 8) | (bytes[at++] ?? 0)) % bound;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 8) % bound;
  };
}

const fields = ['a', 'b', 'c', 'a.b', 'a.b.c', 'c.a', '__proto__', 'toString'];
const letters = [
  'a',
  'b',
  'A',
  'B',
  '1',
  '.',
  '\\',
  ' ',
  'İ',
  'ı',
  'Σ',
  'σ',
  'ς',
  'ß',
  'K',
  'k',
  '\u{10400}',
  '\u{10428}',
  '–',
  '0',
  '-',
  '\n',
];
const words = [
  '',
  'a',
  'ab',
  'aba',
  'bab',
  '1',
  '10',
  '1.0',
  '1e21',
  'true',
  'false',
  '-0',
  '10.0.0.1',
  '2026-07-28T11:44:53Z',
  'ba\\ab',
  'null',
];
const sources = [
  'a+b',
  '^ab',
  'b$',
  'a|b1',
  '[ab]{2,3}',
  '(?:ab)+a',
  '\\bab\\b',
  '(a+)+$',
  'a.b',
  '\\d+\\.',
  '[^a]b',
  'A\\B.',
  'k',
  'x*',
  '(?i:aB)a',
  '^$',
  '^b',
];
const numbers = [0, 1, 10, -1, 1.5, 1e21, 4688];

export function randomText(draw: Draw): string {
  if (draw(3) === 0) return words[draw(words.length)] ?? '';
  let text = '';
  for (let length = draw(9); length > 0; length--) text += letters[draw(draw(3) === 0 ? letters.length : 4)] ?? '';
  return text;
}

export function randomExpression(draw: Draw, fold: (text: string) => string, depth = 4): Expression {
  const kind = draw(depth === 0 ? 3 : 8);
  if (kind < 3) return randomPredicate(draw, fold);
  if (kind === 3 && draw(6) === 0) return randomList(draw, fold);
  if (kind === 3) return { kind: 'not', of: randomExpression(draw, fold, depth - 1) };
  if (kind === 4 && draw(5) === 0) return { kind: 'constant', value: draw(2) === 0 };
  const of = Array.from({ length: draw(5) }, () => randomExpression(draw, fold, depth - 1));
  return { kind: kind % 2 === 0 ? 'all' : 'any', of };
}

/** So many texts that they are one question to the matcher. */
function randomList(draw: Draw, fold: (text: string) => string): Expression {
  const field = draw(6) === 0 ? null : (fields[draw(fields.length)] ?? 'a');
  const of = Array.from({ length: 60 }, (): Predicate => {
    const kind = (['equals', 'startsWith', 'endsWith', 'contains'] as const)[draw(4)] ?? 'equals';
    const text = fold(randomText(draw) + randomText(draw));
    return draw(20) === 0
      ? randomPredicate(draw, fold)
      : { kind: 'predicate', field, test: { kind, text: `${text}b`, cased: false } };
  });
  return { kind: 'any', of };
}

function randomPredicate(draw: Draw, fold: (text: string) => string): Predicate {
  const field = draw(6) === 0 ? null : (fields[draw(fields.length)] ?? 'a');
  return { kind: 'predicate', field, test: randomTest(draw, fold) };
}

function randomTest(draw: Draw, fold: (text: string) => string): Test {
  const cased = draw(5) === 0;
  const text = (): string => (cased ? randomText(draw) : fold(randomText(draw)));
  const op = (['lt', 'lte', 'gt', 'gte'] as const)[draw(4)] ?? 'lt';
  const mode = (['equals', 'startsWith', 'endsWith', 'contains'] as const)[draw(4)] ?? 'equals';
  switch (draw(14)) {
    case 0:
      return { kind: 'exists' };
    case 1:
      return { kind: 'missing' };
    case 2:
      return { kind: 'number', value: numbers[draw(numbers.length)] ?? 0 };
    case 3:
      return { kind: 'compare', op, value: numbers[draw(numbers.length)] ?? 0 };
    case 4:
      return { kind: 'cidr', network: ['10.0.0.0/8', '10.0.0.1', '::/0', '192.168.0.0/16'][draw(4)] ?? '' };
    case 5:
      return { kind: 'fieldRef', field: fields[draw(fields.length)] ?? 'a', mode, cased };
    case 6:
      return {
        kind: 'timePart',
        unit: draw(2) === 0 ? 'hour' : 'day',
        op: draw(2) === 0 ? 'eq' : op,
        value: draw(2) === 0 ? 11 : 28,
      };
    case 7:
      return {
        kind: 'regex',
        source: sources[draw(sources.length)] ?? 'a',
        flags: ['', 'i', 'm', 's', 'ims'][draw(5)] ?? '',
      };
    case 8: {
      const pieces: GlobPiece[] = [];
      for (let length = draw(5); length > 0; length--) {
        const literal = text();
        const kind = draw(4);
        if (kind < 2) pieces.push(kind === 0 ? '*' : '?');
        else if (literal !== '') pieces.push({ literal });
      }
      return { kind: 'glob', pieces, cased };
    }
    default:
      return { kind: mode, text: text(), cased };
  }
}

export function randomValue(draw: Draw, depth = 3): unknown {
  switch (draw(depth === 0 ? 8 : 11)) {
    case 0:
      return null;
    case 1:
      return draw(2) === 0;
    case 2:
    case 3:
      return draw(8) === 0 ? -0 : (numbers[draw(numbers.length)] ?? 0);
    case 8:
      return Array.from({ length: draw(4) }, () => randomValue(draw, depth - 1));
    case 9:
    case 10:
      return randomEvent(draw, depth - 1);
    default:
      return randomText(draw);
  }
}

export function randomEvent(draw: Draw, depth = 3): Record<string, unknown> {
  const event: Record<string, unknown> = {};
  for (let count = draw(6); count > 0; count--) {
    const name = fields[draw(fields.length)] ?? 'a';
    Object.defineProperty(event, name, {
      value: randomValue(draw, depth),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return event;
}

export function randomLogSource(draw: Draw): LogSource {
  const name = (): string | undefined => [undefined, 'x', 'y', 'z'][draw(4)];
  const [category, product, service] = [name(), name(), name()];
  return {
    ...(category === undefined ? {} : { category }),
    ...(product === undefined ? {} : { product }),
    ...(service === undefined ? {} : { service }),
  };
}

/** A rule of which only the condition and the log source matter. */
export function ruleOf(id: string, expression: Expression, logsource: LogSource = {}): Rule {
  return {
    kind: 'rule',
    id,
    title: id,
    references: [],
    tags: [],
    falsePositives: [],
    position: { path: `${id}.yml`, line: 1 },
    logsource,
    expression,
    fields: [],
  };
}
