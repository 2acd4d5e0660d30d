/** Reading the parts of a document that are neither detection nor correlation, with errors that say what was expected. */
import { createHash } from 'node:crypto';
import { isRecord } from '../event.ts';
import type { Level, LogSource, Metadata, Position, Status } from '../rule.ts';
import { didYouMean, quote, RuleProblem, type Path } from './problem.ts';

export type Document = Readonly<Record<string, unknown>>;

const levels: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];
const statuses: readonly Status[] = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];

/** The specification's own bounds are 256 and 65,535 characters. */
const longestText = 65_535;
const longestList = 1000;

export function metadataOf(document: Document, position: Position): Metadata {
  const optional = <T>(key: string, read: (value: unknown) => T): Record<string, T> => {
    const value = document[key];
    return value === undefined || value === null ? {} : { [key]: read(value) };
  };
  const text = (key: string): Record<string, string> => optional(key, (value) => textAt(value, [key]));
  const title = document['title'];
  if (title === undefined || title === null || title === '')
    throw new RuleProblem([], `there is no \`title\`${didYouMean('title', Object.keys(document))}`);
  return {
    id: document['id'] === undefined || document['id'] === null ? idOf(document) : textAt(document['id'], ['id']),
    title: textAt(title, ['title']),
    ...text('name'),
    ...optional('status', (value) => wordAt(value, ['status'], statuses)),
    ...optional('level', (value) => wordAt(value, ['level'], levels)),
    ...text('description'),
    ...text('author'),
    ...text('date'),
    ...text('modified'),
    references: textsAt(document['references'], ['references']),
    tags: textsAt(document['tags'], ['tags']),
    falsePositives: textsAt(document['falsepositives'], ['falsepositives']),
    position,
  };
}

/** Stays the same while what the rule says does. */
function idOf(document: Document): string {
  return `unnamed-${createHash('sha256').update(JSON.stringify(document)).digest('hex').slice(0, 16)}`;
}

export function logsourceAt(value: unknown, path: Path): LogSource {
  const source = recordAt(value, path, 'a map with `category`, `product` or `service`');
  const part = (key: 'category' | 'product' | 'service'): LogSource => {
    const word = source[key];
    return word === undefined || word === null ? {} : { [key]: textAt(word, [...path, key]).toLowerCase() };
  };
  return { ...part('category'), ...part('product'), ...part('service') };
}

export function recordAt(value: unknown, path: Path, expected: string): Document {
  if (isRecord(value)) return value;
  throw new RuleProblem(path, `${nameOf(path)} must be ${expected}, not ${kindOf(value)}`);
}

/** A text, or a number where a text was meant (`author: 4711`). */
export function textAt(value: unknown, path: Path): string {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  if (typeof text !== 'string') throw new RuleProblem(path, `${nameOf(path)} must be a text, not ${kindOf(value)}`);
  if (text.length > longestText)
    throw new RuleProblem(path, `${nameOf(path)} is longer than ${longestText} characters`);
  return text;
}

/** A list of texts, or one text that stands for a list. */
export function textsAt(value: unknown, path: Path): readonly string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return [textAt(value, path)];
  if (value.length > longestList) throw new RuleProblem(path, `${nameOf(path)} has more than ${longestList} entries`);
  return value.flatMap((each: unknown, index) => (each === null ? [] : textAt(each, [...path, index])));
}

export function wordAt<Word extends string>(value: unknown, path: Path, words: readonly Word[]): Word {
  const text = textAt(value, path).toLowerCase();
  const known = words.find((word) => word === text);
  if (known !== undefined) return known;
  const hint = didYouMean(text, words) || `; it is one of ${words.join(', ')}`;
  throw new RuleProblem(path, `${nameOf(path)} cannot be ${quote(text)}${hint}`);
}

export function nameOf(path: Path): string {
  return path.length === 0 ? 'the document' : `\`${path.join('.')}\``;
}

export function kindOf(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a map' : `a ${typeof value === 'string' ? 'text' : typeof value}`;
}
