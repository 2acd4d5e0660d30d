/** Pure: what `nft list table` prints, in whatever pieces it comes, to elements and what stands around them. */

export interface ListedElement {
  readonly set: string;
  readonly address: string;
  /** Milliseconds until it ends by itself; infinite where it never does. */
  readonly remainingMs: number;
}

const UNITS_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
const MAX_LINE = 64 * 1024;
/** Lines besides elements: a table of ours has some dozens. */
const MOST_LINES = 10_000;

export class TableReader {
  /** Of each set what it says of itself, one line each. */
  readonly sets = new Map<string, string[]>();
  /** Of each chain its lines: what kind it is, and its rules without what they counted, as they are written. */
  readonly chains = new Map<string, string[]>();
  /** Lines that belong to neither, such as those of a map or of a flag of the table. */
  readonly others: string[] = [];
  readonly #onElement: (element: ListedElement) => void;
  #rest = '';
  #set = '';
  /** Where the lines of the block go in which we are. */
  #lines: string[] | undefined;
  #read = 0;
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
    if (line === '' || ++this.#read > MOST_LINES) return;
    const [word = '', name = '', opens] = line.split(' ', 3);
    if (line === '}') this.#lines = undefined;
    else if (this.#lines === undefined) {
      if (word === 'table') return;
      if (opens !== '{' || (word !== 'set' && word !== 'chain')) {
        this.others.push(line);
        // A block of another kind: its lines are of no use, nor are its elements any set's.
        if (line.endsWith('{')) this.#lines = this.others;
        return;
      }
      this.#lines = [];
      this[word === 'set' ? 'sets' : 'chains'].set(name, this.#lines);
      this.#set = word === 'set' ? name : '';
    } else if (word === 'elements' && this.#lines !== this.others) this.#elements(line.slice(line.indexOf('{') + 1));
    else this.#lines.push(line.replace(/counter packets \d+ bytes \d+/, 'counter').replace(' == @', ' @'));
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

/** Of `198.18.0.1 timeout 1h expires 59m59s992ms`; digit by digit, as there may be 100,000 of them. */
function remainingOf(text: string): number {
  const at = text.lastIndexOf(' expires ');
  if (at < 0) return Infinity;
  let [sum, digits] = [0, 0];
  for (let i = at + 9; i < text.length; i++) {
    const code = text.charCodeAt(i) - 48;
    if (code >= 0 && code <= 9) {
      digits = Math.min(digits * 10 + code, Number.MAX_SAFE_INTEGER);
      continue;
    }
    const unit = text.startsWith('ms', i) ? 'ms' : text.charAt(i);
    sum += digits * (UNITS_MS[unit] ?? 0);
    digits = 0;
    i += unit.length - 1;
  }
  return sum;
}
