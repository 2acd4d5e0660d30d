/**
 * Many texts asked for at once: whether a value is, begins with, ends with or holds any of them, in time that hardly grows with their number. For lists
 * of indicators with thousands of entries; short lists are asked one by one.
 */
import { LiteralSearch } from './literal-search.ts';
import { noSlot, Tries } from './literal-tables.ts';
import { UnitClasses } from './unit-classes.ts';

export type TextMode = 'equals' | 'startsWith' | 'endsWith' | 'contains';

export interface WantedText {
  readonly kind: TextMode;
  readonly text: string;
}

/** Texts to be found inside are recognised by their ends of this length, or shorter ones when the table would grow past `maxCells` (4 bytes each). */
const recognisedLength = 16;
const maxCells = 4_000_000;

const nonAscii = /[^\0-\x7f]/;

export class TextList {
  readonly #whole = new Set<string>();
  readonly #starts = new TextsByLength();
  readonly #ends = new TextsByLength();
  readonly #letters = new Set<string>();
  readonly #inside: Finder | undefined;
  readonly #isAlwaysInside: boolean;
  readonly #areLettersForeign: boolean;

  constructor(wanted: Iterable<WantedText>) {
    const inside: string[] = [];
    let hasEmpty = false;
    for (const { kind, text } of wanted) {
      if (kind === 'equals') this.#whole.add(text);
      else if (text === '') hasEmpty = true;
      else if (kind === 'startsWith') this.#starts.add(text);
      else if (kind === 'endsWith') this.#ends.add(text);
      else if (text.length === 1) this.#letters.add(text);
      else inside.push(text);
    }
    this.#isAlwaysInside = hasEmpty;
    this.#areLettersForeign = [...this.#letters].every((letter) => nonAscii.test(letter));
    this.#inside = inside.length === 0 ? undefined : new Finder(inside);
  }

  /** Whether the text is as any of those wanted; folded if those are. */
  test(text: string): boolean {
    return (
      this.#isAlwaysInside ||
      this.#whole.has(text) ||
      this.#starts.someAt(text, 0) ||
      this.#ends.someBefore(text, text.length) ||
      (this.#inside?.test(text) ?? false) ||
      this.#hasLetter(text)
    );
  }

  #hasLetter(text: string): boolean {
    if (this.#letters.size === 0 || (this.#areLettersForeign && !nonAscii.test(text))) return false;
    for (let at = 0; at < text.length; at++) if (this.#letters.has(text[at] ?? '')) return true;
    return false;
  }
}

/** Texts by their length: as many look-ups as there are lengths. */
class TextsByLength {
  readonly #lengths = new Map<number, Set<string>>();

  add(text: string): void {
    const known = this.#lengths.get(text.length);
    if (known === undefined) this.#lengths.set(text.length, new Set([text]));
    else known.add(text);
  }

  someAt(text: string, start: number): boolean {
    for (const [length, texts] of this.#lengths) {
      if (start + length <= text.length && texts.has(text.slice(start, start + length))) return true;
    }
    return false;
  }

  someBefore(text: string, end: number): boolean {
    for (const [length, texts] of this.#lengths) {
      if (length <= end && texts.has(text.slice(end - length, end))) return true;
    }
    return false;
  }
}

/** Finds by an automaton where one of the texts could end, then looks whether one does. */
class Finder {
  readonly #search: LiteralSearch;
  readonly #endings: readonly TextsByLength[];
  #text = '';
  readonly #onEnding = (slot: number, end: number): boolean =>
    this.#endings[slot]?.someBefore(this.#text, end) === true;

  /** Texts of two letters at least. */
  constructor(texts: readonly string[]) {
    const classes = new UnitClasses(texts);
    let length = recognisedLength;
    let built = build(classes, texts, length);
    while (built === undefined) built = build(classes, texts, (length = length >> 1));
    this.#endings = built.endings;
    this.#search = new LiteralSearch(built.tries);
  }

  test(text: string): boolean {
    this.#text = text;
    return this.#search.search(0, text, this.#onEnding);
  }
}

interface Built {
  readonly tries: Tries;
  readonly endings: readonly TextsByLength[];
}

/** Undefined when the table would be too large. A length of 2 always fits. */
function build(classes: UnitClasses, texts: readonly string[], length: number): Built | undefined {
  const tries = new Tries(classes);
  const root = tries.addRoot();
  const endings: TextsByLength[] = [];
  for (const text of texts) {
    const state = tries.insert(root, text.slice(-length), false);
    let slot = tries.slots[state] ?? noSlot;
    if (slot === noSlot) {
      slot = endings.push(new TextsByLength()) - 1;
      tries.slots[state] = slot;
    }
    endings[slot]?.add(text);
    if (tries.cells > maxCells && length > 2) return undefined;
  }
  return { tries, endings };
}
