/**
 * The predicates of all rules, each once however many rules ask it, and their answers about one event: worked out when a rule first asks, then
 * remembered until the next event. Everything that can be prepared (networks, globs, patterns) is prepared with the rules.
 */
import { parseTime } from '../event-time.ts';
import { foldCase } from '../case-folding.ts';
import type { Comparison, Predicate, Test } from '../expression.ts';
import { inNetwork, parseNetwork, type Network } from '../network.ts';
import { numberOf, someScalar, type Scalar } from '../scalars.ts';
import { timePart } from '../time-part.ts';
import type { EventFields } from './event-fields.ts';
import { Glob } from './glob.ts';
import { compileRegex, type LinearRegex } from './regex/linear-regex.ts';
import { TextList, type TextMode, type WantedText } from './text-list.ts';

/** What a test needs besides its own words. */
type Prepared = Network | Glob | LinearRegex | TextList | number | undefined;

/** A test as the matcher asks it: one of a rule's, or many of them at once. */
export type Question = Test | { readonly kind: 'list'; readonly of: readonly WantedText[] };

export interface Asked {
  readonly field: string | null;
  readonly test: Question;
}

/** What asking costs, roughly in nanoseconds: the cheapest question of a condition is asked first. */
const costs: Readonly<Record<Question['kind'], number>> = {
  exists: 2,
  missing: 2,
  number: 5,
  compare: 10,
  equals: 10,
  startsWith: 10,
  endsWith: 10,
  contains: 40,
  list: 50,
  fieldRef: 50,
  glob: 80,
  cidr: 150,
  timePart: 300,
  regex: 500,
};
const keywordFactor = 10;
/** Comparing each value of one field with each of another costs more than a list from here. */
const manyPairs = 1_000;
/** Patterns are slow to prepare: they stay with the rule's own objects, for the next matcher to find. No answer depends on what they remember. */
const keptRegexes = new WeakMap<Test, LinearRegex>();

export class PredicateTable {
  /** Tests of texts, the most by far, by mode, field and text; others by all that they say. */
  readonly #texts = new Map<string, Map<string | null, Map<string, number>>>();
  readonly #others = new Map<string, number>();
  readonly #predicates: Asked[] = [];
  readonly #prepared: Prepared[] = [];
  readonly #fieldIds = new Map<string, number>();
  /** Field names in the order of their numbers. */
  readonly fieldNames: string[] = [];

  /** The predicate's number: the same for the same question. Throws RegexRefused when a pattern cannot be run in linear time. */
  idOf(predicate: Predicate): number {
    const { field, test } = predicate;
    switch (test.kind) {
      case 'equals':
      case 'startsWith':
      case 'endsWith':
      case 'contains':
        return this.#numberIn(this.#textsOf(test.cased ? `${test.kind}!` : test.kind, field), test.text, predicate);
      default:
        return this.#numberIn(this.#others, JSON.stringify([field, test], spellNumbers), predicate);
    }
  }

  /** The number of a question for any of many texts, in lower case. `list` is made of them. */
  addList(field: string | null, of: readonly WantedText[], list: TextList): number {
    this.#prepared.push(list);
    if (field !== null) this.fieldId(field);
    return this.#predicates.push({ field, test: { kind: 'list', of } }) - 1;
  }

  get size(): number {
    return this.#predicates.length;
  }

  predicateOf(id: number): Asked {
    return this.#predicates[id] ?? { field: null, test: { kind: 'exists' } };
  }

  costOf(id: number): number {
    const { field, test } = this.predicateOf(id);
    return field === null ? costs[test.kind] * keywordFactor : costs[test.kind];
  }

  fieldId(name: string): number {
    let id = this.#fieldIds.get(name);
    if (id === undefined) {
      id = this.fieldNames.length;
      this.#fieldIds.set(name, id);
      this.fieldNames.push(name);
    }
    return id;
  }

  finish(fields: EventFields): Predicates {
    const tests = this.#predicates.map(({ test }) => test);
    const ids = Int32Array.from(this.#predicates, ({ field }) => (field === null ? -1 : this.fieldId(field)));
    return new Predicates(tests, ids, this.#prepared, fields);
  }

  #textsOf(mode: string, field: string | null): Map<string, number> {
    let byField = this.#texts.get(mode);
    if (byField === undefined) this.#texts.set(mode, (byField = new Map()));
    let texts = byField.get(field);
    if (texts === undefined) byField.set(field, (texts = new Map()));
    return texts;
  }

  #numberIn(known: Map<string, number>, key: string, predicate: Predicate): number {
    const number = known.get(key);
    if (number !== undefined) return number;
    this.#prepared.push(this.#prepare(predicate.test));
    if (predicate.field !== null) this.fieldId(predicate.field);
    known.set(key, this.#predicates.length);
    return this.#predicates.push(predicate) - 1;
  }

  #regexOf(test: Extract<Test, { kind: 'regex' }>): LinearRegex {
    const kept = keptRegexes.get(test) ?? compileRegex(test.source, test.flags);
    keptRegexes.set(test, kept);
    return kept;
  }

  #prepare(test: Test): Prepared {
    switch (test.kind) {
      case 'glob':
        return new Glob(test.pieces);
      case 'regex':
        return this.#regexOf(test);
      case 'cidr':
        return parseNetwork(test.network);
      case 'fieldRef':
        return this.fieldId(test.field);
      default:
        return undefined;
    }
  }
}

/** Tests of folded texts, the most by far, are told apart by number; then `other`. */
const textModes: readonly TextMode[] = ['equals', 'startsWith', 'endsWith', 'contains'];
const other = 4;

export class Predicates {
  readonly #kinds: Uint8Array;
  readonly #texts: readonly string[];
  readonly #tests: readonly Question[];
  readonly #fields: Int32Array;
  readonly #prepared: readonly Prepared[];
  readonly #event: EventFields;
  /** Generation × 2 + answer. */
  readonly #answers: Int32Array;

  constructor(tests: readonly Question[], fields: Int32Array, prepared: readonly Prepared[], event: EventFields) {
    this.#tests = tests;
    this.#kinds = Uint8Array.from(tests, (test) =>
      isTextTest(test) && !test.cased ? textModes.indexOf(test.kind) : other,
    );
    this.#texts = tests.map((test) => (isTextTest(test) ? test.text : ''));
    this.#fields = fields;
    this.#prepared = prepared;
    this.#event = event;
    this.#answers = new Int32Array(tests.length);
  }

  /** Whether the event that `EventFields` holds meets the predicate. */
  ask(id: number, generation: number): boolean {
    const known = this.#answers[id] ?? 0;
    if (known >> 1 === generation) return (known & 1) === 1;
    const answer = this.#work(id);
    this.#answers[id] = generation * 2 + (answer ? 1 : 0);
    return answer;
  }

  restart(): void {
    this.#answers.fill(0);
  }

  #work(id: number): boolean {
    const field = this.#fields[id] ?? -1;
    const kind = this.#kinds[id] ?? other;
    if (field < 0 || kind === other) return this.#workOther(id, field);
    const value = this.#event.value(field);
    const wanted = this.#texts[id] ?? '';
    if (typeof value === 'string') return textMeets(kind, this.#event.foldedText(field, value), wanted);
    if (value === undefined) return false;
    for (const text of this.#event.foldedTexts(field, value)) if (textMeets(kind, text, wanted)) return true;
    return false;
  }

  #workOther(id: number, field: number): boolean {
    const test = this.#tests[id];
    if (test === undefined) return false;
    if (field < 0) return this.#workKeyword(test, id);
    const value = this.#event.value(field);
    if (test.kind === 'exists') return value !== undefined;
    if (test.kind === 'missing') return value === undefined || value === null;
    if (value === undefined) return false;
    if (test.kind === 'fieldRef')
      return this.#workReference(test, value, this.#event.value(this.#prepared[id] as number));
    if (typeof value === 'string' || typeof value === 'number') return this.#meets(test, id, value);
    return someScalar(value, (scalar) => this.#meets(test, id, scalar));
  }

  #workReference({ mode, cased }: Extract<Test, { kind: 'fieldRef' }>, value: unknown, referred: unknown): boolean {
    if (typeof value === 'string' && typeof referred === 'string') {
      const fold = cased ? String : foldCase;
      return textMeets(textModes.indexOf(mode), fold(value), fold(referred));
    }
    const texts = textsOf(value, cased);
    const wanted = textsOf(referred, cased);
    if (texts.length * wanted.length < manyPairs)
      return texts.some((text) => wanted.some((one) => textMeets(textModes.indexOf(mode), text, one)));
    const list = new TextList(wanted.map((text) => ({ kind: mode, text })));
    return texts.some((text) => list.test(text));
  }

  #workKeyword(test: Question, id: number): boolean {
    const kind = this.#kinds[id] ?? other;
    if (kind !== other) {
      const wanted = this.#texts[id] ?? '';
      for (const text of this.#event.everyTextFolded()) if (textMeets(kind, text, wanted)) return true;
      return false;
    }
    if (test.kind === 'fieldRef') {
      return this.#workReference(test, this.#event.everyScalar(), this.#event.value(this.#prepared[id] as number));
    }
    for (const scalar of this.#event.everyScalar()) if (this.#meets(test, id, scalar)) return true;
    return false;
  }

  #meets(test: Question, id: number, scalar: Scalar): boolean {
    switch (test.kind) {
      case 'equals':
      case 'startsWith':
      case 'endsWith':
      case 'contains':
        return textMeets(
          textModes.indexOf(test.kind),
          test.cased ? String(scalar) : foldCase(String(scalar)),
          test.text,
        );
      case 'glob':
        return (this.#prepared[id] as Glob).test(test.cased ? String(scalar) : foldCase(String(scalar)));
      case 'regex':
        return (this.#prepared[id] as LinearRegex).test(String(scalar));
      case 'number':
        return scalar === test.value || scalar === String(test.value);
      case 'compare': {
        const number = numberOf(scalar);
        return number !== undefined && compare(test.op, number, test.value);
      }
      case 'cidr': {
        const network = this.#prepared[id] as Network | undefined;
        return network !== undefined && inNetwork(network, String(scalar));
      }
      case 'list':
        return (this.#prepared[id] as TextList).test(foldCase(String(scalar)));
      case 'timePart': {
        const time = parseTime(scalar);
        return time !== undefined && compare(test.op, timePart(time, test.unit), test.value);
      }
      default:
        return false;
    }
  }
}

function textsOf(value: unknown, cased: boolean): string[] {
  const texts: string[] = [];
  someScalar(value, (scalar) => {
    texts.push(cased ? String(scalar) : foldCase(String(scalar)));
    return false;
  });
  return texts;
}

function isTextTest(test: Question): test is Extract<Test, { readonly cased: boolean; readonly text: string }> {
  return test.kind === 'contains' || test.kind === 'endsWith' || test.kind === 'startsWith' || test.kind === 'equals';
}

/** JSON has no infinities. */
function spellNumbers(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

/** `mode`: its number in `textModes`. */
function textMeets(mode: number, text: string, wanted: string): boolean {
  switch (mode) {
    case 0:
      return text === wanted;
    case 1:
      return text.startsWith(wanted);
    case 2:
      return text.endsWith(wanted);
    default:
      return text.includes(wanted);
  }
}

function compare(op: Comparison | 'eq', value: number, bound: number): boolean {
  switch (op) {
    case 'lt':
      return value < bound;
    case 'lte':
      return value <= bound;
    case 'gt':
      return value > bound;
    case 'gte':
      return value >= bound;
    default:
      return value === bound;
  }
}
