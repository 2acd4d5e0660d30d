/**
 * The word index over all events: which event numbers (`seq`) contain given words. New events go into memory; every 16,000 or so they are
 * sorted and sealed into a file. The database says which sealed segments count, so after a crash the index is caught up from there and
 * never disagrees with the data. Files hold up to 64 MB and go when all their events have gone.
 */
import {
  closeSync,
  existsSync,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import type { WordHash, WordHashes } from '../../event-words.ts';
import { findTerm, readPostings, sealWords, type PostingRange, type SegmentPlace } from './word-segment.ts';

const syncData = promisify(fdatasync);

/** A sealed segment as the database lists it. */
export interface WordSegment {
  readonly firstSeq: number;
  readonly events: number;
  readonly minTime: number;
  readonly maxTime: number;
  readonly file: number;
  readonly position: number;
  readonly bytes: number;
  readonly terms: number;
}

/** Sealed between commits once there is this much in memory … */
const SEAL_OCCURRENCES = 524_288;
const SEAL_EVENTS = 32_768;
/** … and the words of one event have a bound of their own. */
const MAX_EVENT_WORDS = 131_072;
const MAX_FILE_BYTES = 64 * 1024 * 1024;
/** `addExact` labels. */
export const ID_LABEL = 1;

export interface WordMark {
  readonly length: number;
  readonly events: number;
  readonly minTime: number;
  readonly maxTime: number;
}

/** Where in time a stretch of events lies, and which of them match. */
export interface WordMatches {
  readonly minTime: number;
  readonly maxTime: number;
  /** Event numbers, ascending. Read on demand. */
  seqs(): readonly number[];
  /** At least as many as `seqs` has. */
  readonly atMost: number;
}

export class WordIndex {
  readonly #directory: string;
  readonly #files = new Map<number, { descriptor: number; size: number }>();
  #segments: WordSegment[] = [];
  #first = new Uint32Array(SEAL_OCCURRENCES * 1.5);
  #second = new Uint32Array(SEAL_OCCURRENCES * 1.5);
  #row = new Uint32Array(SEAL_OCCURRENCES * 1.5);
  #length = 0;
  #firstSeq: number;
  #events = 0;
  #minTime = Number.POSITIVE_INFINITY;
  #maxTime = Number.NEGATIVE_INFINITY;

  /**
   * `listed`: what the database says was sealed, in any order. Files are trimmed to it. Segments whose file is damaged are not taken;
   * `sealedUpTo` then says from where the events must be added again.
   */
  constructor(directory: string, listed: readonly WordSegment[], firstSeq: number) {
    this.#directory = directory;
    makeFolder(directory);
    for (const segment of listed.toSorted((a, b) => a.firstSeq - b.firstSeq)) {
      const file = this.#openExisting(segment.file);
      if (file === undefined || segment.position + segment.bytes > file.size) break;
      this.#segments.push(segment);
    }
    const known = new Map<number, number>();
    for (const { file, position, bytes } of this.#segments)
      known.set(file, Math.max(known.get(file) ?? 0, position + bytes));
    for (const name of readdirSync(directory)) {
      const match = /^words-(\d+)\.idx$/.exec(name);
      const size = match === null ? undefined : known.get(Number(match[1]));
      if (match === null || size === undefined) this.#removeFile(name, match === null ? undefined : Number(match[1]));
      else {
        const file = this.#files.get(Number(match[1]))!;
        if (file.size > size) ftruncateSync(file.descriptor, size);
        file.size = size;
      }
    }
    const last = this.#segments.at(-1);
    this.#firstSeq = last === undefined ? firstSeq : last.firstSeq + last.events;
  }

  /** Events below this number are in sealed segments. */
  get sealedUpTo(): number {
    return this.#firstSeq;
  }

  get segments(): readonly WordSegment[] {
    return this.#segments;
  }

  /** Adds the event with this number; numbers grow, and may leave gaps where events have been dropped. */
  add(seq: number, timeMs: number, words: WordHashes): void {
    const row = seq - this.#firstSeq;
    const count = Math.min(words.length, MAX_EVENT_WORDS);
    if (this.#length + count > this.#first.length) this.#grow();
    this.#first.set(words.first.subarray(0, count), this.#length);
    this.#second.set(words.second.subarray(0, count), this.#length);
    this.#row.fill(row, this.#length, this.#length + count);
    this.#length += count;
    this.#events = row + 1;
    if (timeMs < this.#minTime) this.#minTime = timeMs;
    if (timeMs > this.#maxTime) this.#maxTime = timeMs;
  }

  /** True where `add` of this number must wait for `seal`. */
  mustSealBefore(seq: number): boolean {
    return this.#length >= SEAL_OCCURRENCES || seq - this.#firstSeq >= SEAL_EVENTS;
  }

  /** What `rollback` goes back to, as long as nothing is sealed in between. */
  mark(): WordMark {
    return { length: this.#length, events: this.#events, minTime: this.#minTime, maxTime: this.#maxTime };
  }

  /** Forgets the events added since. */
  rollback(mark: WordMark): void {
    this.#length = mark.length;
    this.#events = mark.events;
    this.#minTime = mark.minTime;
    this.#maxTime = mark.maxTime;
  }

  /** True where there is nothing in memory. */
  get empty(): boolean {
    return this.#events === 0;
  }

  /** Starts behind a gap; only while nothing is in memory. */
  skipTo(seq: number): void {
    this.#firstSeq = seq;
  }

  /** Writes what is in memory to its file, durably. It counts once the database lists it: call `commitSeal` then. */
  async seal(): Promise<WordSegment> {
    const { content, terms } = sealWords({
      first: this.#first,
      second: this.#second,
      row: this.#row,
      length: this.#length,
    });
    const number = this.#fileFor(content.byteLength);
    const file = this.#files.get(number)!;
    for (let done = 0; done < content.byteLength;)
      done += writeSync(file.descriptor, content, done, content.byteLength - done, file.size + done);
    await syncData(file.descriptor);
    return {
      firstSeq: this.#firstSeq,
      events: this.#events,
      minTime: this.#minTime,
      maxTime: this.#maxTime,
      file: number,
      position: file.size,
      bytes: content.byteLength,
      terms,
    };
  }

  commitSeal(segment: WordSegment): void {
    this.#files.get(segment.file)!.size = segment.position + segment.bytes;
    this.#segments.push(segment);
    if (this.#first.length > SEAL_OCCURRENCES * 1.5) this.#allocate(SEAL_OCCURRENCES * 1.5);
    this.#firstSeq = segment.firstSeq + segment.events;
    this.#events = 0;
    this.#length = 0;
    this.#minTime = Number.POSITIVE_INFINITY;
    this.#maxTime = Number.NEGATIVE_INFINITY;
  }

  /** Stretches of events that may contain all the words, in no particular order. `words` must not be empty. */
  *find(words: readonly WordHash[], fromMs?: number, toMs?: number): Generator<WordMatches> {
    const outside = (min: number, max: number): boolean =>
      (fromMs !== undefined && max < fromMs) || (toMs !== undefined && min >= toMs);
    for (const segment of this.#segments) {
      if (outside(segment.minTime, segment.maxTime)) continue;
      const place = this.#placeOf(segment);
      const ranges = findAll(place, words);
      if (ranges === undefined) continue;
      ranges.sort((a, b) => a.to - a.from - (b.to - b.from));
      yield {
        minTime: segment.minTime,
        maxTime: segment.maxTime,
        atMost: ranges[0]!.to - ranges[0]!.from,
        seqs: () => intersect(place, ranges).map((row) => segment.firstSeq + row),
      };
    }
    if (this.#events > 0 && !outside(this.#minTime, this.#maxTime)) {
      const seqs = this.#inMemory(words);
      if (seqs.length > 0)
        yield { minTime: this.#minTime, maxTime: this.#maxTime, atMost: seqs.length, seqs: () => seqs };
    }
  }

  /** Forgets segments whose events all lie below `seq`; call it once the database no longer lists them. */
  dropBelow(seq: number): void {
    this.#segments = this.#segments.filter((segment) => segment.firstSeq + segment.events > seq);
    const used = new Set(this.#segments.map((segment) => segment.file));
    const newest = Math.max(...this.#files.keys());
    for (const number of this.#files.keys())
      if (!used.has(number) && number !== newest) this.#removeFile(fileName(number), number);
  }

  close(): void {
    for (const file of this.#files.values()) closeSync(file.descriptor);
    this.#files.clear();
  }

  #grow(): void {
    const first = this.#first;
    const second = this.#second;
    const row = this.#row;
    this.#allocate(this.#first.length * 2);
    this.#first.set(first);
    this.#second.set(second);
    this.#row.set(row);
  }

  #allocate(length: number): void {
    this.#first = new Uint32Array(length);
    this.#second = new Uint32Array(length);
    this.#row = new Uint32Array(length);
  }

  #inMemory(words: readonly WordHash[]): number[] {
    let rows: Set<number> | undefined;
    for (const word of words) {
      const found = new Set<number>();
      for (
        let at = this.#first.indexOf(word.first);
        at >= 0 && at < this.#length;
        at = this.#first.indexOf(word.first, at + 1)
      )
        if (this.#second[at] === word.second && (rows === undefined || rows.has(this.#row[at]!)))
          found.add(this.#row[at]!);
      rows = found;
    }
    return [...(rows ?? [])].map((row) => this.#firstSeq + row).sort((a, b) => a - b);
  }

  #placeOf(segment: WordSegment): SegmentPlace {
    const descriptor = this.#files.get(segment.file)!.descriptor;
    return { descriptor, position: segment.position, terms: segment.terms };
  }

  #fileFor(bytes: number): number {
    const newest = Math.max(0, ...this.#files.keys());
    const file = this.#files.get(newest);
    if (file !== undefined && file.size + bytes <= MAX_FILE_BYTES) return newest;
    const descriptor = openSync(join(this.#directory, fileName(newest + 1)), 'w+', 0o600);
    this.#files.set(newest + 1, { descriptor, size: 0 });
    return newest + 1;
  }

  #openExisting(number: number): { descriptor: number; size: number } | undefined {
    const known = this.#files.get(number);
    if (known !== undefined) return known;
    const path = join(this.#directory, fileName(number));
    if (!existsSync(path)) return undefined;
    const descriptor = openSync(path, 'r+');
    const file = { descriptor, size: fstatSync(descriptor).size };
    this.#files.set(number, file);
    return file;
  }

  #removeFile(name: string, number: number | undefined): void {
    const file = number === undefined ? undefined : this.#files.get(number);
    if (file !== undefined) closeSync(file.descriptor);
    if (number !== undefined) this.#files.delete(number);
    rmSync(join(this.#directory, name), { force: true, recursive: true });
  }
}

function findAll(place: SegmentPlace, words: readonly WordHash[]): PostingRange[] | undefined {
  const ranges: PostingRange[] = [];
  for (const word of words) {
    const range = findTerm(place, word);
    if (range === undefined) return undefined;
    ranges.push(range);
  }
  return ranges;
}

/** `ranges`: shortest first. */
function intersect(place: SegmentPlace, ranges: readonly PostingRange[]): number[] {
  let rows = readPostings(place, ranges[0]!);
  for (const range of ranges.slice(1)) {
    if (rows.length === 0) break;
    const others = readPostings(place, range);
    let at = 0;
    rows = rows.filter((row) => {
      while (at < others.length && others[at]! < row) at++;
      return others[at] === row;
    });
  }
  return rows;
}

function fileName(number: number): string {
  return `words-${number}.idx`;
}
