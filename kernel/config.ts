/**
 * Configuration: one YAML file, checked strictly against a zod schema, frozen. Every problem names file, line and column and says what was
 * probably meant. `NETSENTINEL_…` variables override single values: two underscores separate levels
 * (`NETSENTINEL_CONSOLE__PORT=9000`), upper and lower case do not matter.
 */
import { LineCounter, parseDocument, isCollection, isMap, isPair, isScalar, type Document } from 'yaml';
import type { z } from 'zod';
import { NetSentinelError } from './errors.ts';

export interface ConfigSource {
  /** The file's name as messages show it. */
  readonly file: string;
  readonly text: string;
  /** Variables to read overrides from. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export interface ConfigProblem {
  readonly file: string;
  /** Not there where `file` is an environment variable. */
  readonly line?: number;
  readonly column?: number;
  readonly path: string;
  readonly message: string;
  readonly hint?: string;
}

export interface LoadedConfig<T> {
  readonly config: T;
  /** Where in the file this key path stands: `netsentinel.yaml:12:5`; the file alone where it is a default. */
  where(path: readonly (string | number)[]): string;
  /** True where the file itself has this key: false where a default stands in, or a variable. */
  isGiven(path: readonly (string | number)[]): boolean;
}

const PREFIX = 'NETSENTINEL_';
const MAX_CONFIG_BYTES = 1024 * 1024;
/** Variables with our prefix that are not configuration. */
const NOT_CONFIG = new Set([
  'NETSENTINEL_CORPUS',
  'NETSENTINEL_CHROMIUM',
  'NETSENTINEL_CONFIG',
  'NETSENTINEL_DATA',
  'NETSENTINEL_HOME',
]);

/** Throws `CONFIG_INVALID` with every problem found, one a line. */
export function loadConfig<T>(schema: z.ZodType<T>, source: ConfigSource): LoadedConfig<T> {
  const problems: ConfigProblem[] = [];
  const lines = new LineCounter();
  if (source.text.length > MAX_CONFIG_BYTES)
    throw new NetSentinelError('CONFIG_INVALID', 'user', `${source.file} is larger than 1 MiB`, {
      hint: 'Is this the right file?',
    });
  const doc = parseDocument(source.text, { lineCounter: lines, uniqueKeys: true, maxAliasCount: 20 } as Parameters<
    typeof parseDocument
  >[1]);
  const at = (offset: number): { line: number; column: number } => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  for (const error of doc.errors)
    problems.push({ file: source.file, ...at(error.pos[0]), path: '', message: firstLine(error.message) });
  if (problems.length > 0) throw invalid(problems);
  let value: unknown;
  try {
    value = doc.toJS({ maxAliasCount: 20 }) ?? {};
  } catch (error) {
    throw new NetSentinelError('CONFIG_INVALID', 'user', `${source.file}: ${firstLine(String(error))}`, {
      cause: error,
    });
  }
  const overridden = applyEnvironment(value, source.env ?? {});
  const parsed = schema.safeParse(overridden.value);
  if (!parsed.success) {
    for (const issue of parsed.error.issues) {
      const path = issue.path.filter((p) => typeof p !== 'symbol');
      const variable = overridden.names.get(path.join('.'));
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          const near = nearest(key, knownKeys(schema, path));
          const culprits = doc.hasIn([...path, key]) ? [] : variablesUnder(overridden.names, [...path, key]);
          if (culprits.length > 0) {
            for (const variable of culprits)
              problems.push(unknownVariable(variable, path, key, knownKeys(schema, path)));
            continue;
          }
          problems.push({
            file: source.file,
            ...at(keyOffset(doc, path, key)),
            path: [...path, key].join('.'),
            message: `unknown key "${key}"`,
            hint: near === undefined ? `known here: ${knownKeys(schema, path).join(', ')}` : `did you mean "${near}"?`,
          });
        }
        continue;
      }
      const given = valueAt(overridden.value, path);
      const hint = unitHint(String(path.at(-1) ?? ''), given);
      const place = variable === undefined ? { file: source.file, ...at(valueOffset(doc, path)) } : { file: variable };
      problems.push({
        ...place,
        path: path.join('.'),
        message: `${path.join('.') || 'the file'}: ${issue.message}`,
        ...(hint === undefined ? {} : { hint }),
      });
    }
    throw invalid(problems);
  }
  return {
    config: deepFreeze(parsed.data),
    isGiven: (path) => doc.hasIn(path),
    where: (path) => {
      if (!doc.hasIn(path)) return source.file;
      const { line, column } = at(valueOffset(doc, path));
      return `${source.file}:${line}:${column}`;
    },
  };
}

function invalid(problems: readonly ConfigProblem[]): NetSentinelError {
  const text = problems
    .map((p) => {
      const place = p.line === undefined ? p.file : `${p.file}:${p.line}:${p.column}`;
      return `${place}: ${p.message}${p.hint === undefined ? '' : ` (${p.hint})`}`;
    })
    .join('\n');
  return new NetSentinelError('CONFIG_INVALID', 'user', text, {
    hint: 'Mend the lines above; `netsentinel init` writes a commented example.',
  });
}

/** The overrides applied to a copy, and which variable set which path. */
function applyEnvironment(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
): { value: unknown; names: Map<string, string> } {
  const names = new Map<string, string>();
  const root = structuredClone(value);
  for (const [name, text] of Object.entries(env)) {
    if (!name.startsWith(PREFIX) || text === undefined || NOT_CONFIG.has(name)) continue;
    if (typeof root !== 'object' || root === null) break;
    const path: string[] = [];
    let here = root as Record<string, unknown>;
    const parts = name.slice(PREFIX.length).split('__');
    for (const [i, part] of parts.entries()) {
      const key = Object.keys(here).find((k) => sameKey(k, part)) ?? camel(part);
      path.push(key);
      if (i === parts.length - 1) here[key] = scalar(text);
      else {
        if (typeof here[key] !== 'object' || here[key] === null) here[key] = {};
        here = here[key] as Record<string, unknown>;
      }
    }
    names.set(path.join('.'), name);
  }
  return { value: root, names };
}

/** The variables that set this key or something below it. */
function variablesUnder(names: ReadonlyMap<string, string>, path: readonly (string | number)[]): string[] {
  const key = path.join('.');
  return [...names].filter(([set]) => set === key || set.startsWith(`${key}.`)).map(([, variable]) => variable);
}

function unknownVariable(
  variable: string,
  path: readonly (string | number)[],
  key: string,
  known: readonly string[],
): ConfigProblem {
  const levels = variable.slice(PREFIX.length).split('__');
  const named = (text: string): string =>
    PREFIX + levels.with(path.length, text.replace(/[A-Z]/g, '_$&').toUpperCase()).join('__');
  const near = nearest(key, known);
  return {
    file: variable,
    path: [...path, key].join('.'),
    message: `this environment variable sets "${[...path, key].join('.')}", which is no setting`,
    hint: near === undefined ? `known here: ${known.join(', ')}` : `did you mean ${named(near)}?`,
  };
}

function sameKey(key: string, part: string): boolean {
  return key.toLowerCase() === part.replaceAll('_', '').toLowerCase();
}

function camel(part: string): string {
  return part.toLowerCase().replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
}

function scalar(text: string): unknown {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

/** For `timeoutMs: 10s`: what number was meant. */
function unitHint(key: string, given: unknown): string | undefined {
  if (typeof given !== 'string') return undefined;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|min|h|d|B|KB|KiB|MB|MiB|GB|GiB)\s*$/i.exec(given);
  if (match === null) return undefined;
  const unit = match[2]!.toLowerCase();
  const milliseconds: Record<string, number> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 };
  const sizes: Record<string, number> = { b: 1, kb: 1000, kib: 1024, mb: 1e6, mib: 1024 ** 2, gb: 1e9, gib: 1024 ** 3 };
  const wanted = [
    ['Ms', milliseconds, 1],
    ['Seconds', milliseconds, 1000],
    ['Minutes', milliseconds, 60_000],
    ['Hours', milliseconds, 3_600_000],
    ['Days', milliseconds, 86_400_000],
    ['Bytes', sizes, 1],
    ['Mb', sizes, 1024 ** 2],
  ] as const;
  for (const [suffix, table, per] of wanted) {
    const factor = table[unit];
    if (key.endsWith(suffix) && factor !== undefined)
      return `for ${given.trim()} write ${(Number(match[1]) * factor) / per}`;
  }
  return `the unit is part of the key's name: write a plain number`;
}

function valueAt(value: unknown, path: readonly (string | number)[]): unknown {
  let here = value;
  for (const key of path) here = (here as Record<string | number, unknown> | null | undefined)?.[key];
  return here;
}

function valueOffset(doc: Document.Parsed, path: readonly (string | number)[]): number {
  for (let depth = path.length; depth >= 0; depth--) {
    const node: unknown = depth === 0 ? doc.contents : doc.getIn(path.slice(0, depth), true);
    if ((isScalar(node) || isCollection(node)) && node.range) return node.range[0];
  }
  return 0;
}

function keyOffset(doc: Document.Parsed, path: readonly (string | number)[], key: string): number {
  const node: unknown = path.length === 0 ? doc.contents : doc.getIn(path, true);
  if (isMap(node)) {
    for (const item of node.items)
      if (isPair(item) && isScalar(item.key) && item.key.value === key && item.key.range) return item.key.range[0];
  }
  return valueOffset(doc, path);
}

/** The keys that the schema knows at a path; empty where the schema is not an object there. */
function knownKeys(schema: z.ZodType, path: readonly (string | number)[]): string[] {
  let here: unknown = schema;
  for (const key of path) {
    const current = unwrap(here) as SchemaNode | undefined;
    if (typeof key === 'number') here = current?.element;
    else
      here = alternatives(current)
        .map((one) => one.shape?.[key])
        .find((found) => found !== undefined);
  }
  return [
    ...new Set(alternatives(unwrap(here) as SchemaNode | undefined).flatMap((one) => Object.keys(one.shape ?? {}))),
  ];
}

/** What is looked at of a schema: an object's keys, a list's element, a union's members. */
interface SchemaNode {
  readonly shape?: Readonly<Record<string, unknown>>;
  readonly element?: unknown;
  readonly options?: readonly unknown[];
}

function alternatives(node: SchemaNode | undefined): SchemaNode[] {
  if (node === undefined) return [];
  return node.options === undefined
    ? [node]
    : node.options.flatMap((option) => (unwrap(option) as SchemaNode | undefined) ?? []);
}

function unwrap(schema: unknown): unknown {
  let here = schema;
  for (let i = 0; i < 8; i++) {
    const def = (here as { def?: { innerType?: unknown; in?: unknown } } | undefined)?.def;
    const inner = def?.innerType ?? def?.in;
    if (inner === undefined) return here;
    here = inner;
  }
  return here;
}

/** The candidate at most two edits (a third of the word for long ones) away. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  let best: { text: string; distance: number } | undefined;
  for (const text of candidates) {
    const distance = editDistance(word.toLowerCase(), text.toLowerCase());
    if (best === undefined || distance < best.distance) best = { text, distance };
  }
  return best !== undefined && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.text : undefined;
}

/** Levenshtein distance, for words of a few dozen letters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)));
    row = next;
  }
  return row[b.length]!;
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0]!.replace(/:$/, '');
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value) && !ArrayBuffer.isView(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
