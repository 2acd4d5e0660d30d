/**
 * Which rules an event's values speak for: every witness of every rule, found by field, in one look-up for whole values, a short walk for how texts start
 * and end, and one pass for what is inside them.
 */
import { foldCase } from '../case-folding.ts';
import { someScalar } from '../scalars.ts';
import type { EventFields } from './event-fields.ts';
import { LiteralSearch } from './literal-search.ts';
import { noSlot, Tries, type TrieTable } from './literal-tables.ts';
import { WindowChooser } from './literal-window.ts';
import type { Route } from './routes.ts';
import { UnitClasses } from './unit-classes.ts';
import type { Witness, WitnessPlace } from './witness.ts';

/** Literals are cut to this, and further when a table would grow past `maxCells` (4 bytes each). */
const maxLiteralLength = 24;
const leastLiteralLength = 3;
const maxCells = 8_000_000;
/** To ask for so many fields by their names is cheaper than a walk over the event. */
const fewFields = 32;

const nonAscii = /[^\0-\x7f]/;

/** How one field's values are looked up: a row of a table each, 0 where no rule asks. */
interface FieldLookup {
  readonly wholeTexts: Map<string, number>;
  readonly wholeNumbers: Map<number, number>;
  present: number;
  startRow: number;
  endRow: number;
  /** The number of the trie, or -1. */
  inside: number;
  insideRoot: number;
  /** Nothing is looked for but what is inside. */
  isSearchOnly: boolean;
  /** Single letters inside, none of ASCII. */
  readonly letters: Map<string, number>;
}

export class WitnessIndex {
  readonly #fields: EventFields;
  /** By field number; the last is for keywords. */
  readonly #lookups: readonly (FieldLookup | undefined)[];
  readonly #classes: Uint8Array;
  /** For texts' starts and ends. */
  readonly #edges: TrieTable;
  /** For what is inside. */
  readonly #inner: LiteralSearch;
  /** Rules of slot s: `#slotRules` from `#slotStarts[s]` to `#slotStarts[s + 1]`. */
  readonly #slotStarts: Int32Array;
  readonly #slotRules: Int32Array;
  readonly #slotStamps: Int32Array;
  readonly #ruleStamps: Int32Array;
  readonly #witnessFields: readonly (readonly number[])[];
  readonly #unannounced: readonly number[];
  /** Numbers of the rules that the event may match, `count` of them. */
  readonly candidates: Int32Array;
  count = 0;
  #generation = 0;
  readonly #onLiteral = (slot: number): boolean => {
    this.#announce(slot);
    return false;
  };
  #allowed: Uint8Array = new Uint8Array();

  /** `witnesses` by rule; undefined for a rule that needs none. */
  constructor(witnesses: readonly (readonly Witness[] | undefined)[], fields: EventFields) {
    this.#fields = fields;
    const built = build(witnesses, fields.names);
    this.#lookups = built.lookups;
    this.#classes = built.classes.of;
    this.#edges = built.edges;
    this.#inner = built.inner;
    this.#slotStarts = new Int32Array(built.slotRules.length + 1);
    for (const [slot, rules] of built.slotRules.entries())
      this.#slotStarts[slot + 1] = (this.#slotStarts[slot] ?? 0) + rules.length;
    this.#slotRules = Int32Array.from(built.slotRules.flat());
    this.#slotStamps = new Int32Array(built.slotRules.length);
    this.#ruleStamps = new Int32Array(witnesses.length);
    this.candidates = new Int32Array(witnesses.length);
    this.#witnessFields = built.witnessFields;
    this.#unannounced = [...witnesses.keys()].filter((rule) => witnesses[rule] === undefined);
  }

  /** What is particular to the rules of a route: where to look, and whom to ask in any case. */
  routeOf(rules: Uint8Array): Route {
    const fields = new Uint8Array(this.#lookups.length);
    for (const [rule, on] of rules.entries()) {
      if (on === 1) for (const field of this.#witnessFields[rule] ?? []) fields[field] = 1;
    }
    const keywords = fields[fields.length - 1] === 1;
    return {
      rules,
      fields,
      asked: Int32Array.from([...fields.keys()].filter((field) => fields[field] === 1 && field < fields.length - 1)),
      keywords,
      unannounced: Int32Array.from(this.#unannounced.filter((rule) => rules[rule] === 1)),
    };
  }

  /** Fills `candidates` for the event that the fields hold. */
  find(route: Route, generation: number): void {
    this.#generation = generation;
    this.#allowed = route.rules;
    this.candidates.set(route.unannounced);
    this.count = route.unannounced.length;
    const fields = this.#fields;
    if (route.asked.length <= fewFields) for (const field of route.asked) this.#lookAtField(field);
    else {
      fields.findAll();
      const { present, presentCount } = fields;
      for (let at = 0; at < presentCount; at++) {
        const field = present[at] ?? 0;
        if (route.fields[field] === 1) this.#lookAtField(field);
      }
    }
    if (route.keywords) this.#lookForKeywords();
  }

  #lookAtField(field: number): void {
    const lookup = this.#lookups[field];
    const value = this.#fields.value(field);
    if (lookup === undefined || value === undefined) return;
    if (lookup.present !== noSlot) this.#announce(lookup.present);
    this.#look(lookup, value, field);
  }

  #lookForKeywords(): void {
    const lookup = this.#lookups[this.#lookups.length - 1];
    if (lookup === undefined) return;
    for (const scalar of this.#fields.everyScalar()) {
      if (typeof scalar === 'string' && lookup.isSearchOnly) this.#inner.search(lookup.inside, scalar, this.#onLiteral);
      else this.#look(lookup, scalar, -1);
    }
  }

  restart(): void {
    this.#slotStamps.fill(0);
    this.#ruleStamps.fill(0);
  }

  #look(lookup: FieldLookup, value: unknown, field: number): void {
    if (typeof value === 'string') this.#lookAtText(lookup, value, field);
    else if (typeof value === 'number') {
      const slot = lookup.wholeNumbers.get(value);
      if (slot !== undefined) this.#announce(slot);
      if (lookup.startRow !== 0 || lookup.endRow !== 0 || lookup.inside >= 0 || lookup.letters.size > 0)
        this.#lookInText(lookup, String(value));
    } else if (typeof value === 'boolean') this.#lookAtText(lookup, String(value), -1);
    else {
      someScalar(value, (scalar) => {
        this.#look(lookup, scalar, -1);
        return false;
      });
    }
  }

  #lookAtText(lookup: FieldLookup, text: string, field: number): void {
    if (lookup.wholeTexts.size > 0) {
      const slot = lookup.wholeTexts.get(field < 0 ? foldCase(text) : this.#fields.foldedText(field, text));
      if (slot !== undefined) this.#announce(slot);
    }
    this.#lookInText(lookup, text);
  }

  #lookInText(lookup: FieldLookup, text: string): void {
    if (lookup.startRow !== 0) this.#walkFromStart(lookup.startRow, text);
    if (lookup.endRow !== 0) this.#walkFromEnd(lookup.endRow, text);
    if (lookup.inside >= 0) this.#inner.search(lookup.inside, text, this.#onLiteral);
    if (lookup.letters.size > 0 && nonAscii.test(text)) this.#lookAtLetters(lookup.letters, text);
  }

  #lookAtLetters(letters: ReadonlyMap<string, number>, text: string): void {
    for (let at = 0; at < text.length; at++) {
      const slot = letters.get(foldCase(text[at] ?? ''));
      if (slot !== undefined) this.#announce(slot);
    }
  }

  #walkFromStart(root: number, text: string): void {
    const { next, slots, width } = this.#edges;
    const classes = this.#classes;
    let row = root;
    for (let at = 0; at < text.length; at++) {
      row = next[row + (classes[text.charCodeAt(at)] ?? 0)] ?? 0;
      if (row === 0) return;
      const slot = slots[row / width] ?? noSlot;
      if (slot !== noSlot) this.#announce(slot);
    }
  }

  #walkFromEnd(root: number, text: string): void {
    const { next, slots, width } = this.#edges;
    const classes = this.#classes;
    let row = root;
    for (let at = text.length - 1; at >= 0; at--) {
      row = next[row + (classes[text.charCodeAt(at)] ?? 0)] ?? 0;
      if (row === 0) return;
      const slot = slots[row / width] ?? noSlot;
      if (slot !== noSlot) this.#announce(slot);
    }
  }

  #announce(slot: number): void {
    const generation = this.#generation;
    if (this.#slotStamps[slot] === generation) return;
    this.#slotStamps[slot] = generation;
    const end = this.#slotStarts[slot + 1] ?? 0;
    for (let at = this.#slotStarts[slot] ?? 0; at < end; at++) {
      const rule = this.#slotRules[at] ?? 0;
      if (this.#allowed[rule] === 0 || this.#ruleStamps[rule] === generation) continue;
      this.#ruleStamps[rule] = generation;
      this.candidates[this.count++] = rule;
    }
  }
}

interface Built {
  readonly lookups: readonly (FieldLookup | undefined)[];
  readonly classes: UnitClasses;
  readonly edges: TrieTable;
  readonly inner: LiteralSearch;
  readonly slotRules: readonly (readonly number[])[];
  readonly witnessFields: readonly (readonly number[])[];
}

function build(witnesses: readonly (readonly Witness[] | undefined)[], fieldNames: readonly string[]): Built {
  const classes = new UnitClasses(literals(witnesses));
  const windows = new WindowChooser(classes, literals(witnesses));
  for (let length = maxLiteralLength; ; length = length >> 1) {
    const builder = new Builder(classes, windows, fieldNames, length);
    for (const [rule, own] of witnesses.entries()) {
      for (const witness of own ?? []) builder.add(witness, rule);
      if (builder.isFull && length > leastLiteralLength) break;
    }
    if (!builder.isFull || length <= leastLiteralLength) return builder.finish(witnesses.length);
  }
}

function* literals(witnesses: readonly (readonly Witness[] | undefined)[]): Generator<string> {
  for (const own of witnesses) for (const { place, text } of own ?? []) if (place !== 'whole') yield text;
}

class Builder {
  readonly #classes: UnitClasses;
  readonly #windows: WindowChooser;
  readonly #length: number;
  readonly #edges: Tries;
  readonly #inner: Tries;
  readonly #fieldNumbers: ReadonlyMap<string, number>;
  readonly #lookups: (FieldLookup | undefined)[];
  readonly #slotRules: number[][] = [];
  readonly #witnessFields: Set<number>[] = [];

  constructor(classes: UnitClasses, windows: WindowChooser, fieldNames: readonly string[], length: number) {
    this.#classes = classes;
    this.#windows = windows;
    this.#length = length;
    this.#edges = new Tries(classes);
    this.#inner = new Tries(classes);
    this.#fieldNumbers = new Map(fieldNames.map((name, number) => [name, number]));
    this.#lookups = Array.from<FieldLookup | undefined>({ length: fieldNames.length + 1 });
  }

  get isFull(): boolean {
    return this.#edges.cells + this.#inner.cells > maxCells;
  }

  add({ field, place, text }: Witness, rule: number): void {
    const number = field === null ? this.#lookups.length - 1 : (this.#fieldNumbers.get(field) ?? 0);
    const lookup = (this.#lookups[number] ??= {
      wholeTexts: new Map(),
      wholeNumbers: new Map(),
      present: noSlot,
      startRow: 0,
      endRow: 0,
      inside: -1,
      insideRoot: 0,
      letters: new Map(),
      isSearchOnly: false,
    });
    const rules = this.#slotRules[this.#slotOf(lookup, place, text)];
    if (rules !== undefined && rules.at(-1) !== rule) rules.push(rule);
    (this.#witnessFields[rule] ??= new Set()).add(number);
  }

  finish(ruleCount: number): Built {
    const width = this.#classes.count;
    for (const lookup of this.#lookups) {
      if (lookup === undefined) continue;
      lookup.startRow *= width;
      lookup.endRow *= width;
      lookup.isSearchOnly =
        lookup.inside >= 0 && lookup.startRow + lookup.endRow + lookup.wholeTexts.size + lookup.letters.size === 0;
    }
    return {
      lookups: this.#lookups,
      classes: this.#classes,
      edges: this.#edges.finish(),
      inner: new LiteralSearch(this.#inner),
      slotRules: this.#slotRules,
      witnessFields: Array.from({ length: ruleCount }, (_, rule) => [...(this.#witnessFields[rule] ?? [])]),
    };
  }

  #slotOf(lookup: FieldLookup, place: WitnessPlace, text: string): number {
    switch (place) {
      case 'present':
        return (lookup.present = this.#known(lookup.present));
      case 'whole': {
        const slot = this.#known(lookup.wholeTexts.get(text));
        lookup.wholeTexts.set(text, slot);
        const number = Number(text);
        if (foldCase(String(number)) === text) lookup.wholeNumbers.set(number, slot);
        return slot;
      }
      case 'start':
        lookup.startRow ||= this.#edges.addRoot();
        return this.#slotAt(this.#edges, this.#edges.insert(lookup.startRow, text.slice(0, this.#length), false));
      case 'end':
        lookup.endRow ||= this.#edges.addRoot();
        return this.#slotAt(this.#edges, this.#edges.insert(lookup.endRow, text.slice(-this.#length), true));
      default:
        if (text.length > 1) return this.#slotAt(this.#inner, this.#insideState(lookup, text));
        lookup.letters.set(text, this.#known(lookup.letters.get(text)));
        return lookup.letters.get(text) ?? noSlot;
    }
  }

  #insideState(lookup: FieldLookup, text: string): number {
    if (lookup.inside < 0) {
      lookup.inside = this.#inner.roots.length;
      lookup.insideRoot = this.#inner.addRoot();
    }
    const { insideRoot } = lookup;
    const window = this.#windows.choose(text, this.#length, (pair) => this.#inner.begins(insideRoot, pair));
    return this.#inner.insert(insideRoot, window, false);
  }

  #slotAt(table: Tries, state: number): number {
    return (table.slots[state] = this.#known(table.slots[state]));
  }

  #known(slot: number | undefined): number {
    return slot === undefined || slot === noSlot ? this.#slotRules.push([]) - 1 : slot;
  }
}
