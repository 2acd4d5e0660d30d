/** Search identifiers as the author wrote them: maps of fields (all must hold), lists of maps (any), keywords. */
import { isRecord } from '../event.ts';
import { quote, RuleProblem, type Path } from './problem.ts';
import type { Detection, Item, RawScalar } from './raw-rule.ts';
import { kindOf, nameOf } from './shape.ts';

/** Larger lists than any rule has; a list of indicators belongs into a feed. */
const maxValues = 100_000;
const maxItems = 10_000;
const maxDepth = 20;
const longestValue = 65_535;
/** Events are walked along a field's name, dot by dot. */
const longestField = 1_000;

/** @throws RuleProblem */
export function readDetection(value: unknown, path: Path): Detection {
  return new DetectionReader().read(value, path, 0);
}

class DetectionReader {
  #items = 0;
  #values = 0;

  read(value: unknown, path: Path, depth: number): Detection {
    if (depth > maxDepth) throw new RuleProblem(path, `maps and lists are nested more than ${maxDepth} deep`);
    if (isRecord(value)) {
      const entries = Object.entries(value);
      if (entries.length === 0) throw new RuleProblem(path, `${nameOf(path)} looks for nothing: it is an empty map`);
      return group(
        'all',
        entries.map(([key, each]) => this.#item(key, each, [...path, key])),
      );
    }
    if (!Array.isArray(value)) return this.#keywords([value], path);
    if (value.length === 0) throw new RuleProblem(path, `${nameOf(path)} looks for nothing: it is an empty list`);
    if (value.every((each) => !isRecord(each) && !Array.isArray(each))) return this.#keywords(value, path);
    return group(
      'any',
      value.map((each: unknown, index) => this.read(each, [...path, index], depth + 1)),
    );
  }

  #item(key: string, value: unknown, path: Path): Item {
    const [field = '', ...modifiers] = key.split('|');
    const values = Array.isArray(value) ? (value as unknown[]) : [value];
    if (field.length > longestField)
      throw new RuleProblem(path, `a field's name is longer than ${longestField} characters`);
    if (values.length === 0) throw new RuleProblem(path, `${quote(key)} has an empty list of values`);
    return this.#make(field === '' ? null : field, modifiers, values, path);
  }

  #keywords(values: readonly unknown[], path: Path): Item {
    return this.#make(null, [], values, path);
  }

  #make(field: string | null, modifiers: readonly string[], values: readonly unknown[], path: Path): Item {
    this.#values += values.length;
    if (++this.#items > maxItems) throw new RuleProblem(path, `more than ${maxItems} fields in one search`);
    if (this.#values > maxValues) {
      throw new RuleProblem(
        path,
        `more than ${maxValues} values in one search: a list like this belongs into a feed of indicators`,
      );
    }
    return { kind: 'item', field, modifiers, values: values.map((value) => scalarAt(value, path)), path };
  }
}

function scalarAt(value: unknown, path: Path): RawScalar {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'string')
    throw new RuleProblem(path, `${nameOf(path)} has ${kindOf(value)} where a value belongs`);
  if (value.length > longestValue)
    throw new RuleProblem(path, `a value of ${nameOf(path)} is longer than ${longestValue} characters`);
  return value;
}

function group(kind: 'all' | 'any', of: readonly Detection[]): Detection {
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind, of };
}
