/** Functions that cut, fill and join texts. */
import { Decimal } from '../sql/values.ts';
import { known, texts, own, total, chars, MAX_TEXT } from './function-makers.ts';
import { type FunctionDefinition, bytes, text } from './function.types.ts';
import { bytesOf, textOf, toNumber } from './mysql-values.ts';

function substring(value: string, from: number, count?: number): string {
  const all = chars(value);
  const start = from > 0 ? from - 1 : from < 0 ? all.length + from : -1;
  if (start < 0 || (count !== undefined && count <= 0)) return '';
  return all.slice(start, count === undefined ? undefined : start + count).join('');
}

const SUBSTRING: FunctionDefinition = {
  least: 2,
  most: 3,
  type: (types) => text(own(types)),
  run: known((value, from, count) =>
    substring(textOf(value), Math.round(toNumber(from)), count === undefined ? undefined : Math.round(toNumber(count))),
  ),
};

function pad(left: boolean): FunctionDefinition {
  return texts(2, 3, 255, (value, length, fill = ' ') => {
    const wanted = Number(length);
    if (wanted < 0 || (fill === '' && wanted > value.length) || wanted > MAX_TEXT) return null;
    const all = chars(value);
    if (all.length >= wanted) return all.slice(0, wanted).join('');
    const filler = fill.repeat(Math.ceil((wanted - all.length) / fill.length)).slice(0, wanted - all.length);
    return left ? filler + value : value + filler;
  });
}

/** Letters that sound alike have the same digit, and are written once. */
function soundex(value: string): string {
  const letters = value.toUpperCase().replace(/[^A-Z]/g, '');
  if (letters === '') return '';
  let result = letters[0]!;
  let last = SOUNDS[letters.charCodeAt(0) - 65];
  for (const letter of letters.slice(1, 4096)) {
    const sound = SOUNDS[letter.charCodeAt(0) - 65]!;
    if (sound === '0') continue;
    if (sound !== last) result += sound;
    last = sound;
  }
  return result.padEnd(4, '0');
}
const SOUNDS = '01230120022455012623010202';

export const textFunctions: Readonly<Record<string, FunctionDefinition>> = {
  concat: {
    least: 1,
    most: 4096,
    type: (types) => text(total(types)),
    run: known((...args) =>
      args.some((arg) => arg instanceof Uint8Array)
        ? new Uint8Array(Buffer.concat(args.map(bytesOf)))
        : args.map(textOf).join(''),
    ),
  },
  concat_ws: {
    least: 2,
    most: 4096,
    type: (types) => text(total(types)),
    run: ([mark, ...args]) =>
      mark === null
        ? null
        : args
            .filter((arg) => arg !== null)
            .map(textOf)
            .join(textOf(mark!)),
  },
  char: {
    least: 1,
    most: 4096,
    type: (types) => ({ ...bytes(types.length * 4), scale: 39 }),
    run: (args) => {
      const out: number[] = [];
      for (const arg of args)
        if (arg !== null) {
          let code = Math.round(toNumber(arg)) >>> 0;
          const own_: number[] = [];
          do {
            own_.unshift(code & 255);
            code >>>= 8;
          } while (code > 0);
          out.push(...own_);
        }
      return new Uint8Array(out);
    },
  },
  ascii: {
    least: 1,
    most: 1,
    type: () => ({ name: 'int', length: 3 }),
    run: known((value) => bytesOf(value)[0] ?? 0),
  },
  ord: {
    least: 1,
    most: 1,
    type: () => ({ name: 'int', length: 7 }),
    run: known((value) => {
      const first = chars(textOf(value))[0];
      return first === undefined ? 0 : Buffer.from(first, 'utf8').reduce((sum, byte) => sum * 256 + byte, 0);
    }),
  },
  substring: SUBSTRING,
  substr: SUBSTRING,
  mid: SUBSTRING,
  left: texts(2, 2, own, (value, count) =>
    chars(value)
      .slice(0, Math.max(0, Number(count)))
      .join(''),
  ),
  right: texts(2, 2, own, (value, count) => (Number(count) <= 0 ? '' : chars(value).slice(-Number(count)).join(''))),
  length: {
    least: 1,
    most: 1,
    type: () => ({ name: 'int', length: 10 }),
    run: known((value) => bytesOf(value).length),
  },
  bit_length: {
    least: 1,
    most: 1,
    type: () => ({ name: 'bigint', length: 11 }),
    run: known((value) => bytesOf(value).length * 8),
  },
  char_length: {
    least: 1,
    most: 1,
    type: () => ({ name: 'int', length: 10 }),
    run: known((value) => chars(textOf(value)).length),
  },
  lower: texts(1, 1, own, (value) => value.toLowerCase()),
  upper: texts(1, 1, own, (value) => value.toUpperCase()),
  trim: texts(1, 3, own, (side, value, mark = ' ') => {
    let rest = value ?? side;
    if (mark === '') return rest;
    if (side !== 'trailing') while (rest.startsWith(mark)) rest = rest.slice(mark.length);
    if (side !== 'leading') while (rest.endsWith(mark)) rest = rest.slice(0, -mark.length);
    return rest;
  }),
  ltrim: texts(1, 1, own, (value) => value.replace(/^ +/, '')),
  rtrim: texts(1, 1, own, (value) => value.replace(/ +$/, '')),
  replace: texts(3, 3, total, (value, from, to) => {
    if (from === '') return value;
    const parts = value.split(from);
    if (value.length + parts.length * to.length > MAX_TEXT) return null;
    return parts.join(to);
  }),
  insert: texts(4, 4, total, (value, at, count, other) => {
    const from = Number(at) - 1;
    return from < 0 || from >= value.length ? value : value.slice(0, from) + other + value.slice(from + Number(count));
  }),
  reverse: texts(1, 1, own, (value) => chars(value).toReversed().join('')),
  repeat: texts(2, 2, 4096, (value, count) =>
    value.length * Number(count) > MAX_TEXT ? null : value.repeat(Math.max(0, Math.round(Number(count)) || 0)),
  ),
  space: texts(1, 1, 255, (count) => (Number(count) > MAX_TEXT ? null : ' '.repeat(Math.max(0, Number(count) || 0)))),
  lpad: pad(true),
  rpad: pad(false),
  export_set: texts(3, 5, 255, (mask, on, off, mark = ',', count = '64') =>
    Array.from({ length: Math.max(0, Math.min(64, wholeNumber(count))) }, (_, i) =>
      ((BigInt(wholeNumber(mask)) >> BigInt(i)) & 1n) === 1n ? on : off,
    ).join(mark),
  ),
  quote: {
    least: 1,
    most: 1,
    type: (types) => text(own(types) * 2 + 2),
    run: ([value]) =>
      value === null ? 'NULL' : `'${textOf(value!).replace(/[\\']/g, '\\$&').replaceAll('\0', '\\0')}'`,
  },
  soundex: texts(1, 1, own, soundex),
  format: texts(2, 3, 60, (value, places) => {
    const decimal = (Decimal.parse(value) ?? new Decimal(0n, 0))
      .rescale(Math.max(0, Math.min(38, wholeNumber(places))))
      .toString();
    const [whole, part] = decimal.split('.');
    return whole!.replace(/\B(?=(\d{3})+$)/g, ',') + (part === undefined ? '' : `.${part}`);
  }),
  convert_using: {
    least: 1,
    most: 1,
    type: (types) => text(own(types)),
    run: ([value]) => (value === null ? null : textOf(value!)),
  },
};

/** What is no number counts as 0. */
function wholeNumber(value: string): number {
  const number = Math.trunc(Number(value));
  return Number.isFinite(number) ? number : 0;
}
