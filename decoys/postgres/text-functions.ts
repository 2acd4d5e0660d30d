/** String functions, by their names. */
import { regexp } from '../sql/patterns.ts';
import type { SqlType, Value } from '../sql/values.ts';
import { count, known, texts, type PgFunction } from './function-makers.ts';
import { fault } from './pg-faults.ts';
import { BOOL, TEXT } from './pg-types.ts';
import { plainText } from './pg-values.ts';
import { quoteIdent, quoteLiteral } from './quoting.ts';

const MAX_TEXT = 16_777_216;

const chars = (text: string): string[] => Array.from(text);
function trim(side: string, text: string, set = ' '): string {
  const marks = new Set(set);
  let [from, to] = [0, text.length];
  if (side !== 'trailing') while (from < to && marks.has(text[from]!)) from++;
  if (side !== 'leading') while (to > from && marks.has(text[to - 1]!)) to--;
  return text.slice(from, to);
}

function format(args: readonly Value[], types: readonly SqlType[]): string {
  let next = 1;
  return plainText(args[0]!, TEXT).replace(/%(?:(\d+)\$)?([sIL%])/g, (_, at: string | undefined, kind: string) => {
    if (kind === '%') return '%';
    const index = at === undefined ? next++ : Number(at);
    const value = args[index] ?? null;
    const text = plainText(value, types[index] ?? TEXT);
    return kind === 'I' ? quoteIdent(text) : kind === 'L' ? (value === null ? 'NULL' : quoteLiteral(text)) : text;
  });
}

const LENGTH = count(1, 1, (value) => (value instanceof Uint8Array ? value.length : chars(String(value)).length));
const SUBSTRING: PgFunction = {
  least: 2,
  most: 3,
  type: ([type]) => (type!.name === 'bytea' ? type! : TEXT),
  run: known((value, from, size) => {
    const start = Number(from);
    if (size !== undefined && Number(size) < 0)
      throw fault('22011', 'negative substring length not allowed', { where: ['text_substring', 'varlena.c', 955] });
    if (typeof from === 'string')
      return regexp(from, '')?.exec(String(value))?.[1] ?? regexp(from, '')?.exec(String(value))?.[0] ?? null;
    const end = size === undefined ? Number.POSITIVE_INFINITY : start + Number(size);
    if (value instanceof Uint8Array) return value.slice(Math.max(0, start - 1), Math.max(0, end - 1));
    return chars(plainText(value, TEXT))
      .slice(Math.max(0, start - 1), Math.max(0, end - 1))
      .join('');
  }),
};

export const textFunctions: Readonly<Record<string, PgFunction>> = {
  length: LENGTH,
  char_length: LENGTH,
  character_length: LENGTH,
  octet_length: count(1, 1, (value) => (value instanceof Uint8Array ? value.length : Buffer.byteLength(String(value)))),
  lower: texts(1, 1, (value) => value.toLowerCase()),
  upper: texts(1, 1, (value) => value.toUpperCase()),
  initcap: texts(1, 1, (value) =>
    value.toLowerCase().replace(/[a-z0-9]+/g, (word) => word[0]!.toUpperCase() + word.slice(1)),
  ),
  substring: SUBSTRING,
  substr: SUBSTRING,
  left: {
    least: 2,
    most: 2,
    type: TEXT,
    run: known((value, size) => chars(String(value)).slice(0, Number(size)).join('')),
  },
  right: {
    least: 2,
    most: 2,
    type: TEXT,
    run: known((value, size) =>
      Number(size) <= 0
        ? chars(String(value))
            .slice(-Number(size) || chars(String(value)).length)
            .join('')
        : chars(String(value)).slice(-Number(size)).join(''),
    ),
  },
  strpos: count(2, 2, (value, needle) => String(value).indexOf(String(needle)) + 1),
  position: count(2, 2, (needle, value) => String(value).indexOf(String(needle)) + 1),
  replace: texts(3, 3, (value, from, to) => {
    if (from === '') return value;
    const parts = value.split(from);
    if (parts.length * to.length + value.length > MAX_TEXT) throw fault('54000', 'requested length too large');
    return parts.join(to);
  }),
  translate: texts(3, 3, (value, from, to) =>
    Array.from(value)
      .map((c) => {
        const at = from.indexOf(c);
        return at < 0 ? c : (to[at] ?? '');
      })
      .join(''),
  ),
  concat: {
    least: 1,
    most: 100,
    type: TEXT,
    run: (args, types) => args.map((arg, i) => plainText(arg, types[i]!)).join(''),
  },
  concat_ws: {
    least: 2,
    most: 100,
    type: TEXT,
    run: (args, types) =>
      args[0] === null
        ? null
        : args
            .slice(1)
            .flatMap((arg, i) => (arg === null ? [] : [plainText(arg, types[i + 1]!)]))
            .join(plainText(args[0]!, TEXT)),
  },
  trim: texts(1, 3, (side, value, set) => (value === undefined ? trim('both', side) : trim(side, value, set))),
  btrim: texts(1, 2, (value, set) => trim('both', value, set)),
  ltrim: texts(1, 2, (value, set) => trim('leading', value, set)),
  rtrim: texts(1, 2, (value, set) => trim('trailing', value, set)),
  lpad: texts(2, 3, (value, size, fill = ' ') =>
    value.length >= Number(size)
      ? value.slice(0, Math.max(0, Number(size)))
      : value.padStart(Math.min(MAX_TEXT, Number(size)), fill),
  ),
  rpad: texts(2, 3, (value, size, fill = ' ') =>
    value.length >= Number(size)
      ? value.slice(0, Math.max(0, Number(size)))
      : value.padEnd(Math.min(MAX_TEXT, Number(size)), fill),
  ),
  repeat: texts(2, 2, (value, times) => {
    if (value.length * Number(times) > MAX_TEXT)
      throw fault('54000', 'requested length too large', { where: ['repeat', 'oracle_compat.c', 1163] });
    return value.repeat(Math.max(0, Number(times)));
  }),
  reverse: texts(1, 1, (value) => chars(value).toReversed().join('')),
  split_part: texts(3, 3, (value, mark, at) =>
    mark === ''
      ? at === '1'
        ? value
        : ''
      : (value.split(mark).at(Number(at) > 0 ? Number(at) - 1 : Number(at)) ?? ''),
  ),
  ascii: count(1, 1, (value) => String(value).codePointAt(0) ?? 0),
  chr: {
    least: 1,
    most: 1,
    type: TEXT,
    run: known((code) => {
      if (Number(code) === 0)
        throw fault('54000', 'null character not permitted', { where: ['chr', 'oracle_compat.c', 1045] });
      return String.fromCodePoint(Math.min(0x10ffff, Math.max(1, Number(code))));
    }),
  },
  quote_ident: texts(1, 1, quoteIdent),
  quote_literal: texts(1, 1, quoteLiteral),
  quote_nullable: {
    least: 1,
    most: 1,
    type: TEXT,
    run: ([value], [type]) => (value === null ? 'NULL' : quoteLiteral(plainText(value!, type!))),
  },
  format: { least: 1, most: 100, type: TEXT, run: (args, types) => (args[0] === null ? null : format(args, types)) },
  regexp_replace: texts(3, 4, (value, pattern, to, flags = '') => {
    const compiled = regexp(pattern, flags.replace(/[^gi]/g, ''));
    return compiled === undefined
      ? value
      : value.slice(0, 4000).replace(compiled, to.replace(/\\(\d)/g, '$$$1').replace(/\\&/g, '$$&'));
  }),
  starts_with: {
    least: 2,
    most: 2,
    type: BOOL,
    run: known((value, start) => String(value).startsWith(String(start))),
  },
  text: texts(1, 1, (value) => value),
};
