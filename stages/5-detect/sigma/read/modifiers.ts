/** The modifiers behind a field's name, as one description of what is to be done with the values. */
import type { Comparison, TimeUnit } from '../expression.ts';
import type { Encoding } from './encodings.ts';
import { didYouMean, quote, RuleProblem, type Path } from './problem.ts';

export type MatchKind = 'equals' | 'startsWith' | 'endsWith' | 'contains';

export interface Modifiers {
  readonly match: MatchKind;
  readonly all: boolean;
  readonly cased: boolean;
  readonly neq: boolean;
  readonly windash: boolean;
  readonly encoding?: Encoding;
  readonly base64?: 'whole' | 'offset';
  /** `re`, with its flags. */
  readonly regex?: string;
  readonly cidr: boolean;
  readonly compare?: Comparison;
  readonly exists: boolean;
  readonly expand: boolean;
  readonly fieldRef: boolean;
  readonly timeUnit?: TimeUnit;
}

type Mutable = { -readonly [Key in keyof Modifiers]: Modifiers[Key] };

const matches: Readonly<Record<string, MatchKind>> = {
  contains: 'contains',
  startswith: 'startsWith',
  endswith: 'endsWith',
};
const encodings: readonly string[] = ['utf16', 'utf16le', 'utf16be', 'wide'] satisfies Encoding[];
const comparisons: readonly string[] = ['lt', 'lte', 'gt', 'gte'] satisfies Comparison[];
const timeUnits: readonly string[] = ['minute', 'hour', 'day', 'week', 'month', 'year'] satisfies TimeUnit[];
const regexFlags: Readonly<Record<string, string>> = {
  i: 'i',
  ignorecase: 'i',
  m: 'm',
  multiline: 'm',
  s: 's',
  dotall: 's',
};
const switches = ['all', 'cased', 'neq', 'windash', 'cidr', 'exists', 'expand'] as const;

const known = [
  ...Object.keys(matches),
  ...encodings,
  ...comparisons,
  ...timeUnits,
  ...switches,
  'base64',
  'base64offset',
  're',
  'fieldref',
];

const none: Modifiers = {
  match: 'equals',
  all: false,
  cased: false,
  neq: false,
  windash: false,
  cidr: false,
  exists: false,
  expand: false,
  fieldRef: false,
};

/** @throws RuleProblem for one that does not exist, or does not go with another */
export function readModifiers(names: readonly string[], path: Path): Modifiers {
  if (names.length === 0) return none;
  const read: Mutable = { ...none };
  for (const name of names) apply(read, name, path);
  const wrong = conflictIn(read);
  if (wrong !== undefined) throw new RuleProblem(path, wrong);
  return read;
}

function apply(read: Mutable, name: string, path: Path): void {
  const flag = regexFlags[name];
  if (flag !== undefined && read.regex !== undefined) read.regex += read.regex.includes(flag) ? '' : flag;
  else if (Object.hasOwn(matches, name)) read.match = matches[name] ?? 'equals';
  else if (name === 're') read.regex = '';
  else if (name === 'fieldref') read.fieldRef = true;
  else if (name === 'base64') read.base64 = 'whole';
  else if (name === 'base64offset') read.base64 = 'offset';
  else if (encodings.includes(name)) read.encoding = name as Encoding;
  else if (comparisons.includes(name)) read.compare = name as Comparison;
  else if (timeUnits.includes(name)) read.timeUnit = name as TimeUnit;
  else if ((switches as readonly string[]).includes(name)) read[name as (typeof switches)[number]] = true;
  else throw new RuleProblem(path, `there is no modifier ${quote(name)}${didYouMean(name, known)}`);
}

function conflictIn(read: Modifiers): string | undefined {
  const { regex, cidr, compare, exists, fieldRef, timeUnit, base64, encoding, windash, match, expand } = read;
  const kinds = [
    regex !== undefined ? 're' : '',
    cidr ? 'cidr' : '',
    compare !== undefined && timeUnit === undefined ? compare : '',
    exists ? 'exists' : '',
    fieldRef ? 'fieldref' : '',
    timeUnit ?? '',
    base64 !== undefined ? 'base64' : '',
  ].filter((kind) => kind !== '');
  if (kinds.length > 1) return `\`${kinds.join('` and `')}\` do not go together`;
  const [kind] = kinds;
  const changesText = encoding !== undefined || windash || expand;
  if (kind !== undefined && !['base64', 're'].includes(kind) && changesText)
    return `\`${kind}\` takes its values as they are: leave the modifiers that change texts away`;
  if (kind === 're' && (encoding !== undefined || windash))
    return '`re` takes its pattern as it is: leave the modifiers that change texts away';
  if (match !== 'equals' && (cidr || exists || compare !== undefined || timeUnit !== undefined))
    return `\`${kind}\` compares a whole value: leave \`${match.toLowerCase()}\` away`;
  return undefined;
}
