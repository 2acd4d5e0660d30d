/**
 * Ranges of addresses in columns of numbers, searched by halving: millions of them take tens of megabytes. IPv4 addresses are their own numbers; of IPv6 the
 * first 52 bits count, behind all of IPv4, so that one column holds both and a number holds every key exactly.
 */
import { parseAddress, parseNetwork } from '@netsentinel/kernel/address';

const SIX = 2 ** 52;
const SIX_SHIFT = 76n;
const FIRST_ROWS = 1024;

/** Undefined for what is no address. */
export function keyOf(address: string): number | undefined {
  const four = fourOf(address);
  if (four !== undefined) return four;
  const parsed = parseAddress(address);
  if (parsed === undefined) return undefined;
  return parsed.family === 4 ? Number(parsed.value) : SIX + Number(parsed.value >> SIX_SHIFT);
}

/** The first and the last key of a network or of a single address. */
export function keysOfNetwork(text: string): readonly [number, number] | undefined {
  const slash = text.indexOf('/');
  const four = slash === -1 ? undefined : fourOf(text.slice(0, slash));
  const bits = Number(text.slice(slash + 1));
  if (four !== undefined && Number.isInteger(bits) && bits >= 0 && bits <= 32) {
    const size = 2 ** (32 - bits);
    const start = four - (four % size);
    return [start, start + size - 1];
  }
  const network = parseNetwork(text);
  if (network === undefined) return undefined;
  if (network.family === 4) return [Number(network.base), Number(network.base) + 2 ** (32 - network.prefix) - 1];
  const start = SIX + Number(network.base >> SIX_SHIFT);
  return [start, start + 2 ** Math.max(0, 52 - network.prefix) - 1];
}

/** Dotted decimal without leading zeros; most of any table, so it is read without a detour. */
function fourOf(text: string): number | undefined {
  let value = 0;
  let part = -1;
  let parts = 0;
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? 0x2e : text.charCodeAt(at);
    if (code === 0x2e) {
      if (part < 0 || ++parts > 4) return undefined;
      value = value * 256 + part;
      part = -1;
    } else if (code >= 0x30 && code <= 0x39) {
      if (part === 0) return undefined;
      part = (part < 0 ? 0 : part * 10) + code - 0x30;
      if (part > 255) return undefined;
    } else return undefined;
  }
  return parts === 4 ? value : undefined;
}

/** Rows in the order in which they were added; what a row means is its owner's business. */
export class Ranges {
  #starts = new Float64Array(FIRST_ROWS);
  #ends = new Float64Array(FIRST_ROWS);
  #count = 0;
  #isSorted = true;
  /** Rows by their start, where they did not come so. */
  #order: Uint32Array | undefined;

  get count(): number {
    return this.#count;
  }

  add(start: number, end: number): number {
    if (this.#count === this.#starts.length) {
      this.#starts = grown(this.#starts);
      this.#ends = grown(this.#ends);
    }
    const row = this.#count++;
    if (row > 0 && start < this.#starts[row - 1]!) this.#isSorted = false;
    this.#starts[row] = start;
    this.#ends[row] = end;
    return row;
  }

  /** Makes the last row longer where this range follows it without a gap; false where it does not. */
  lengthen(start: number, end: number): boolean {
    const row = this.#count - 1;
    if (row < 0 || this.#ends[row] !== start - 1) return false;
    this.#ends[row] = end;
    return true;
  }

  /** Before the first search. */
  finish(): void {
    this.#starts = this.#starts.slice(0, this.#count);
    this.#ends = this.#ends.slice(0, this.#count);
    if (this.#isSorted) return;
    const starts = this.#starts;
    this.#order = Uint32Array.from({ length: this.#count }, (_, row) => row).sort((a, b) => starts[a]! - starts[b]!);
  }

  /** The row that holds the key. Where ranges overlap, it is the one that begins last. */
  find(key: number): number | undefined {
    let low = 0;
    let high = this.#count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (this.#starts[this.#rowAt(middle)]! <= key) low = middle + 1;
      else high = middle - 1;
    }
    if (high < 0) return undefined;
    const row = this.#rowAt(high);
    return this.#ends[row]! >= key ? row : undefined;
  }

  #rowAt(place: number): number {
    return this.#order === undefined ? place : this.#order[place]!;
  }
}

function grown(column: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const next = new Float64Array(column.length * 2);
  next.set(column);
  return next;
}
