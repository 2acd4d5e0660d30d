/**
 * What must be in an event for a rule to match it at all: per rule one list of witnesses of which one must be there, chosen to be there rarely. An event
 * then meets only the rules that one of its own values speaks for.
 */
import { foldCase } from '../case-folding.ts';
import type { GlobPiece, Test } from '../expression.ts';
import type { Condition } from './condition.ts';
import type { Asked } from './predicates.ts';
import { parseRegex } from './regex/parse-regex.ts';
import { requiredLiterals } from './regex/required-literals.ts';

/** Where in a value a witness's text stands. `present`: the field is there, whatever its value. */
export type WitnessPlace = 'whole' | 'start' | 'end' | 'inside' | 'present';

export interface Witness {
  /** Null: any scalar anywhere in the event. */
  readonly field: string | null;
  readonly place: WitnessPlace;
  /** In lower case, also where the test minds case: what is announced is tested after. */
  readonly text: string;
}

/**
 * How common a text is, by its length: fewer letters stand in more values. Short ones are also slow to be told apart.
 */
const lengthPenalty: readonly number[] = [1000, 300, 100, 40, 16, 8, 5, 4, 3, 2.5, 2];
const longPenalty = 1.5;
const wholePenalty = 1;
const presentPenalty = 2_000;

export class WitnessChooser {
  /** What rules look for often, events have often: how many rules could be announced by each witness. */
  readonly #known: (readonly CountedWitness[] | undefined | null)[];
  readonly #predicateOf: (id: number) => Asked;
  #rules = 0;

  constructor(predicateCount: number, predicateOf: (id: number) => Asked) {
    this.#known = Array.from<null>({ length: predicateCount }).fill(null);
    this.#predicateOf = predicateOf;
  }

  /** Counts what a rule looks for; every rule first, then `choose`. */
  count(condition: Condition): void {
    this.#rules++;
    this.#collect(condition, false);
  }

  /** The rule's witnesses; undefined when an event may match without any. An empty list: no event can match. */
  choose(condition: Condition): readonly Witness[] | undefined {
    return this.#best(condition, false)?.witnesses;
  }

  #best(condition: Condition, isNegated: boolean): Choice | undefined {
    switch (condition.kind) {
      case 'constant':
        return condition.value === isNegated ? { witnesses: [], cost: 0 } : undefined;
      case 'not':
        return this.#best(condition.of, !isNegated);
      case 'ask': {
        const witnesses = isNegated ? undefined : this.#witnessesOf(condition.predicate);
        return witnesses === undefined ? undefined : { witnesses, cost: costOf(witnesses) };
      }
      default:
        return (condition.kind === 'all') === isNegated
          ? this.#union(condition.of, isNegated)
          : this.#cheapest(condition.of, isNegated);
    }
  }

  #cheapest(parts: readonly Condition[], isNegated: boolean): Choice | undefined {
    let best: Choice | undefined;
    for (const part of parts) {
      const choice = this.#best(part, isNegated);
      if (choice !== undefined && (best === undefined || choice.cost < best.cost)) best = choice;
    }
    return best;
  }

  #union(parts: readonly Condition[], isNegated: boolean): Choice | undefined {
    const witnesses: CountedWitness[] = [];
    let cost = 0;
    for (const part of parts) {
      const choice = this.#best(part, isNegated);
      if (choice === undefined) return undefined;
      for (const witness of choice.witnesses) witnesses.push(witness);
      cost += choice.cost;
    }
    return { witnesses, cost };
  }

  #collect(condition: Condition, isNegated: boolean): void {
    switch (condition.kind) {
      case 'constant':
        return;
      case 'not':
        this.#collect(condition.of, !isNegated);
        return;
      case 'ask':
        if (isNegated) return;
        for (const witness of this.#witnessesOf(condition.predicate) ?? []) {
          if (witness.lastRule === this.#rules) continue;
          witness.lastRule = this.#rules;
          witness.uses++;
        }
        return;
      case 'all':
      case 'any':
        for (const part of condition.of) this.#collect(part, isNegated);
    }
  }

  #witnessesOf(predicate: number): readonly CountedWitness[] | undefined {
    let witnesses = this.#known[predicate];
    if (witnesses !== null) return witnesses;
    witnesses = witnessesOf(this.#predicateOf(predicate));
    this.#known[predicate] = witnesses;
    return witnesses;
  }
}

interface CountedWitness extends Witness {
  uses: number;
  /** The rule that was last counted. */
  lastRule: number;
}

function costOf(witnesses: readonly CountedWitness[]): number {
  return witnesses.reduce((cost, witness) => cost + penalty(witness) * Math.max(1, witness.uses), 0);
}

interface Choice {
  readonly witnesses: readonly CountedWitness[];
  readonly cost: number;
}

function penalty({ place, text }: Witness): number {
  if (place === 'present') return presentPenalty;
  return place === 'whole' ? wholePenalty : (lengthPenalty[text.length] ?? longPenalty);
}

/** Of these one is in every event that meets the predicate; undefined when it can be met by an event that has nothing to show. */
function witnessesOf({ field, test }: Asked): readonly CountedWitness[] | undefined {
  if (test.kind === 'list') {
    const ofEach = test.of.map(({ kind, text }) => witnessesOf({ field, test: { kind, text, cased: false } }));
    return ofEach.includes(undefined) ? undefined : ofEach.flatMap((witnesses) => witnesses ?? []);
  }
  if (test.kind === 'missing') return field === null ? [] : undefined;
  const [place, texts] = placeOf(test);
  if (place === 'present' || (place !== 'whole' && !texts.every((text) => isTelling(place, text)))) {
    return field === null ? undefined : [{ field, place: 'present', text: '', uses: 0, lastRule: 0 }];
  }
  return texts.map((text) => ({ field, place, text: foldCase(text), uses: 0, lastRule: 0 }));
}

/**
 * Whether there is something to find. A single letter of ASCII is in nearly every value: to search for it would find nothing out. Half a surrogate pair
 * changes its case with the other.
 */
function isTelling(place: WitnessPlace, text: string): boolean {
  return place !== 'inside' || text.length !== 1 ? text !== '' : /[^\0-\x7f\ud800-\udfff]/.test(text);
}

function placeOf(test: Test): readonly [WitnessPlace, readonly string[]] {
  switch (test.kind) {
    case 'equals':
      return ['whole', [test.text]];
    case 'startsWith':
      return ['start', [test.text]];
    case 'endsWith':
      return ['end', [test.text]];
    case 'contains':
      return ['inside', [test.text]];
    case 'number':
      return ['whole', [String(test.value)]];
    case 'glob':
      return placeOfGlob(test.pieces);
    case 'regex':
      return placeOfRegex(test.source, test.flags);
    default:
      return ['present', []];
  }
}

/** The glob's longest literal, anchored where it can be. */
function placeOfGlob(pieces: readonly GlobPiece[]): readonly [WitnessPlace, readonly string[]] {
  let best = -1;
  let length = 0;
  for (const [index, piece] of pieces.entries()) {
    if (typeof piece === 'string' || piece.literal.length <= length) continue;
    best = index;
    length = piece.literal.length;
  }
  const piece = pieces[best];
  if (typeof piece !== 'object') return ['present', []];
  if (pieces.length === 1) return ['whole', [piece.literal]];
  if (best === 0) return ['start', [piece.literal]];
  return [best === pieces.length - 1 ? 'end' : 'inside', [piece.literal]];
}

const regexTexts = new Map<string, readonly string[] | undefined>();
const maxRemembered = 4_096;

function placeOfRegex(source: string, flags: string): readonly [WitnessPlace, readonly string[]] {
  const key = `${flags}/${source}`;
  let texts = regexTexts.get(key);
  if (texts === undefined && !regexTexts.has(key)) {
    texts = requiredLiterals(parseRegex(source, flags));
    if (regexTexts.size >= maxRemembered) regexTexts.clear();
    regexTexts.set(key, texts);
  }
  return texts === undefined ? ['present', []] : ['inside', texts];
}
