/** Pure: what `nft list table` prints, in whatever pieces it comes, to elements and what stands around them. */

export interface ListedElement {
  readonly set: string;
  readonly address: string;
  /** Milliseconds until it ends by itself; infinite where it never does. */
  readonly remainingMs: number;
}

const UNITS_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const MAX_LINE = 64 * 1024;

export class TableReader {
  readonly sets = new Set<string>();
  readonly chains = new Set<string>();
  /** Rules of all chains. */
  rules = 0;
  /** How many of them look something up in a set, by its name. */
  readonly lookups = new Map<string, number>();
  readonly #onElement: (element: ListedElement) => void;
  #rest = '';
  #set = '';
  #isInChain = false;
  #isAmongElements = false;

  constructor(onElement: (element: ListedElement) => void) {
    this.#onElement = onElement;
  }

  push(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(0, MAX_LINE);
    for (const line of lines) this.#line(line.trim());
  }

  #line(line: string): void {
    if (this.#isAmongElements) return this.#elements(line);
    const [word = '', name = ''] = line.split(' ', 2);
    if (line === '}') this.#isInChain = false;
    else if (this.#isInChain) this.#inChain(word, line);
    else if (word === 'set') this.sets.add((this.#set = name));
    else if (word === 'elements') this.#elements(line.slice(line.indexOf('{') + 1));
    else if (word === 'chain') {
      this.#isInChain = true;
      this.chains.add(name);
    }
  }

  #inChain(word: string, line: string): void {
    // What kind of chain it is.
    if (word === 'type') return;
    this.rules += 1;
    for (const [, set = ''] of line.matchAll(/@([a-z0-9_]{1,64})/g))
      this.lookups.set(set, (this.lookups.get(set) ?? 0) + 1);
  }

  #elements(line: string): void {
    const end = line.indexOf('}');
    this.#isAmongElements = end < 0;
    for (const part of (end < 0 ? line : line.slice(0, end)).split(',')) {
      const text = part.trim();
      const [address = ''] = text.split(' ', 1);
      if (address !== '') this.#onElement({ set: this.#set, address, remainingMs: remainingOf(text) });
    }
  }
}

/** Of `198.18.0.1 timeout 1h expires 59m59s992ms`. */
function remainingOf(text: string): number {
  const at = text.lastIndexOf(' expires ');
  if (at < 0) return Infinity;
  let sum = 0;
  for (const [, digits, unit = ''] of text.slice(at + 9).matchAll(/(\d{1,9})(ms|[dhms])/g))
    sum += Number(digits) * (UNITS_MS[unit] ?? 0);
  return sum;
}
