/**
 * A sealed piece of the word index: for each word hash of some ten thousand events, which of them contain it.
 *
 *     first   u32 × terms   ascending, evenly spread: found by interpolation
 *     second  u32 × terms   the other half of the hash
 *     end     u32 × terms   where the term's postings end (they begin where the term before ends)
 *     postings              per term the events' numbers within the segment, ascending: LEB128 of the differences
 *
 * Little-endian. The segment's place and number of terms stand in the database, in the same transaction that says it is there.
 */
import { readSync } from 'node:fs';
import type { WordHash } from '../../event-words.ts';

/** Word occurrences in the order of their events. `row` is the event's number within the segment. */
export interface Occurrences {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly row: Uint32Array;
  readonly length: number;
}

export interface SealedWords {
  readonly content: Uint8Array;
  readonly terms: number;
}

/** Sorts and packs; an occurrence that repeats within an event counts once. */
export function sealWords(occurrences: Occurrences): SealedWords {
  const { first, second, row, length } = occurrences;
  const order = orderBy(first, length);
  separateCollisions(order, first, second);
  const firsts = new Uint32Array(length);
  const seconds = new Uint32Array(length);
  const ends = new Uint32Array(length);
  let terms = 0;
  let postings = new Uint8Array(length * 2 + 16);
  let size = 0;
  for (let i = 0; i < length;) {
    const a = first[order[i]!]!;
    const b = second[order[i]!]!;
    let previous = -1;
    for (; i < length; i++) {
      const at = order[i]!;
      if (first[at] !== a || second[at] !== b) break;
      const event = row[at]!;
      if (event === previous) continue;
      let difference = previous < 0 ? event : event - previous;
      previous = event;
      if (size + 3 > postings.length) postings = Buffer.concat([postings, new Uint8Array(postings.length)]);
      while (difference > 127) {
        postings[size++] = (difference & 127) | 128;
        difference >>>= 7;
      }
      postings[size++] = difference;
    }
    firsts[terms] = a;
    seconds[terms] = b;
    ends[terms++] = size;
  }
  const content = new Uint8Array(terms * 12 + size);
  const table = new Uint32Array(content.buffer, 0, terms * 3);
  table.set(firsts.subarray(0, terms), 0);
  table.set(seconds.subarray(0, terms), terms);
  table.set(ends.subarray(0, terms), terms * 2);
  content.set(postings.subarray(0, size), terms * 12);
  return { content, terms };
}

/** Where a sealed segment lies. */
export interface SegmentPlace {
  readonly descriptor: number;
  readonly position: number;
  readonly terms: number;
}

/** A term's postings within its segment, not yet read. */
export interface PostingRange {
  readonly from: number;
  readonly to: number;
}

/** Undefined where no event of the segment has the word. */
export function findTerm(place: SegmentPlace, word: WordHash): PostingRange | undefined {
  const { terms } = place;
  if (terms === 0) return undefined;
  const guess = Math.floor((word.first / 4_294_967_296) * terms);
  // A uniform guess is off by some hundreds at most; the window grows where it is not.
  for (let reach = 512; ; reach *= 8) {
    const low = Math.max(0, guess - reach);
    const high = Math.min(terms, guess + reach);
    const window = readNumbers(place, low, high - low);
    const startsBefore = low === 0 || window[0]! < word.first;
    const endsAfter = high === terms || window[high - low - 1]! > word.first;
    if (!startsBefore || !endsAfter) continue;
    let index = lowerBound(window, word.first);
    for (; index < window.length && window[index] === word.first; index++) {
      const term = low + index;
      if (readNumbers(place, terms + term, 1)[0] !== word.second) continue;
      if (term === 0) return { from: 0, to: readNumbers(place, terms * 2, 1)[0]! };
      const [from, to] = readNumbers(place, terms * 2 + term - 1, 2);
      return { from: from!, to: to! };
    }
    return undefined;
  }
}

/** The numbers of the events, ascending. */
export function readPostings(place: SegmentPlace, range: PostingRange): number[] {
  const bytes = Buffer.allocUnsafe(range.to - range.from);
  readExactly(place.descriptor, bytes, place.position + place.terms * 12 + range.from);
  const events: number[] = [];
  let value = 0;
  let shift = 0;
  let event = 0;
  for (const byte of bytes) {
    value |= (byte & 127) << shift;
    if (byte > 127) {
      shift += 7;
      continue;
    }
    event = events.length === 0 ? value : event + value;
    events.push(event);
    value = 0;
    shift = 0;
  }
  return events;
}

function readNumbers(place: SegmentPlace, index: number, count: number): Uint32Array {
  const numbers = new Uint32Array(count);
  readExactly(place.descriptor, new Uint8Array(numbers.buffer), place.position + index * 4);
  return numbers;
}

function readExactly(descriptor: number, target: Uint8Array, position: number): void {
  let done = 0;
  while (done < target.byteLength) {
    const read = readSync(descriptor, target, done, target.byteLength - done, position + done);
    if (read === 0) throw new Error('a word segment ends too early');
    done += read;
  }
}

function lowerBound(numbers: Uint32Array, value: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (numbers[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Radix sort, three passes, stable: occurrences of one word stay in the order of their events. */
function orderBy(keys: Uint32Array, length: number): Uint32Array {
  let from = new Uint32Array(length);
  let to = new Uint32Array(length);
  for (let i = 0; i < length; i++) from[i] = i;
  const counts = new Uint32Array(2048);
  for (const shift of [0, 11, 22]) {
    counts.fill(0);
    for (let i = 0; i < length; i++) counts[(keys[i]! >>> shift) & 2047]!++;
    let sum = 0;
    for (let i = 0; i < 2048; i++) {
      const count = counts[i]!;
      counts[i] = sum;
      sum += count;
    }
    for (let i = 0; i < length; i++) {
      const at = from[i]!;
      to[counts[(keys[at]! >>> shift) & 2047]!++] = at;
    }
    [from, to] = [to, from];
  }
  return from;
}

/** Two words with the same first half are rare; there the second half decides, still stable. */
function separateCollisions(order: Uint32Array, first: Uint32Array, second: Uint32Array): void {
  for (let start = 0; start < order.length;) {
    const key = first[order[start]!];
    const other = second[order[start]!];
    let end = start + 1;
    let mixed = false;
    for (; end < order.length && first[order[end]!] === key; end++) mixed ||= second[order[end]!] !== other;
    if (mixed) order.subarray(start, end).sort((a, b) => second[a]! - second[b]! || a - b);
    start = end;
  }
}
