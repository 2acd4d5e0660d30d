/** Which functions of the catalogue take such arguments, as the server resolves a call: by equal types, implicit casts, and literals of no type yet. */
import type { Compiled } from '../sql/dialect.types.ts';
import type { SqlType } from '../sql/values.ts';
import { catalogTable } from './catalog-data.ts';
import { oidOf, typeOfOid } from './pg-types.ts';
import { parseValue } from './pg-values.ts';
import { placed } from '../sql/placed.ts';

interface Signature {
  readonly types: readonly number[];
  readonly least: number;
  readonly variadic: boolean;
}

const TEXT = 25;
/** Parameters that take anything, or whatever another one takes. */
const ANY = new Set([2276, 2283, 2776, 5077, 5079, 2249, 2281]);
const ANY_ARRAY = new Set([2277, 5078]);
/** What is implicitly made of what, from the left to the right. */
const TOWERS: readonly (readonly number[])[] = [
  [21, 23, 20, 1700, 700, 701],
  [1082, 1114, 1184],
  [1083, 1266],
];
const TEXTS = new Set([18, 19, 1042, 1043, 25, 705]);
const WHOLE = new Set([20, 21, 23]);
/** Types whose literals are looked at. */
const CHECKED = new Set([16, 20, 21, 23, 26, 700, 701, 1700]);

let signatures: Map<string, Signature[]> | undefined;

function signaturesOf(name: string): readonly Signature[] | undefined {
  if (signatures === undefined) {
    signatures = new Map();
    const { columns, rows } = catalogTable('pg_proc')!;
    const at = (wanted: string): number => columns.findIndex((column) => column.name === wanted);
    const [named, types, variadic, defaults] = [
      at('proname'),
      at('proargtypes'),
      at('provariadic'),
      at('pronargdefaults'),
    ];
    for (const row of rows) {
      const own = (row[types] as readonly number[] | null) ?? [];
      const list = signatures.get(String(row[named])) ?? [];
      list.push({ types: own, least: own.length - Number(row[defaults]), variadic: Number(row[variadic]) !== 0 });
      signatures.set(String(row[named]), list);
    }
  }
  return signatures.get(name);
}

/**
 * The arguments as the function takes them: literals become what is asked for. Undefined where no function of that name takes them; names that the
 * catalogue does not have are not judged.
 */
export function resolveArguments(
  name: string,
  args: readonly Compiled[],
  places: readonly number[],
): readonly Compiled[] | undefined {
  const known = signaturesOf(name);
  if (known === undefined) return args;
  const fitting = known.filter(
    ({ types, least, variadic }) =>
      variadic ||
      (args.length >= least && args.length <= types.length && args.every((arg, i) => accepts(arg.type, types[i]!))),
  );
  if (fitting.length === 0) return undefined;
  if (fitting.some(({ variadic }) => variadic)) return args;
  return args.map((arg, i) => {
    const value = arg.constant?.value;
    if (arg.type.name !== 'unknown' || typeof value !== 'string') return arg;
    const wanted = fitting.map(({ types }) => types[i]!);
    if (wanted.some((oid) => TEXTS.has(oid) || !CHECKED.has(oid))) return arg;
    // The preferred one of several kinds of numbers.
    const type = typeOfOid(wanted.includes(701) ? 701 : wanted[0]!);
    if (type === undefined) return arg;
    const converted = placed(places[i] ?? -1, () => parseValue(value, type));
    return { type, run: () => converted, constant: { value: converted } };
  });
}

function accepts(given: SqlType, wanted: number): boolean {
  if (given.name === 'unknown' || ANY.has(wanted)) return true;
  if (ANY_ARRAY.has(wanted)) return given.element !== undefined || given.name.endsWith('vector');
  const own = oidOf(given);
  if (own === wanted) return true;
  for (const tower of TOWERS) {
    const [from, to] = [tower.indexOf(own), tower.indexOf(wanted)];
    if (from >= 0 && to >= 0) return from < to;
  }
  if (TEXTS.has(own)) return wanted === TEXT || (TEXTS.has(wanted) && own !== TEXT) || wanted === 2205;
  // Numbers of objects, and the names for them.
  if (given.name.startsWith('reg') || own === 26)
    return wanted === 26 || wanted === 20 || typeName(wanted).startsWith('reg');
  if (WHOLE.has(own)) return wanted === 26 || typeName(wanted).startsWith('reg');
  return false;
}

function typeName(oid: number): string {
  return typeOfOid(oid)?.name ?? '';
}
