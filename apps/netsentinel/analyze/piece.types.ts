/** What is read of a log file at a time, sifted: all that happened is counted, and only what somebody may care about is handed on. */
import type { Event } from '@netsentinel/contracts/event';
import type { Sighting } from '@netsentinel/detect/behaviour/sighting';
import type { Seen } from '@netsentinel/detect/subjects/subject-watch';
import type { WebFinding } from '@netsentinel/detect/web/web-inspection.types';

/** An event that a rule, a detector or a behaviour has to do with. Plain values, so that it may come from another thread. */
export interface Notable {
  readonly event: Event;
  /** Only a behaviour has to do with it: no more of it is needed than `brief-event.ts` leaves. */
  readonly isBrief: boolean;
  /** Rules that it meets, by their place in the set; empty for most. */
  readonly met: readonly number[];
  /** Whether detectors want to see it. */
  readonly isMove: boolean;
  /** What web inspection found in it, where it is a move and a web request. */
  readonly web: readonly WebFinding[] | undefined;
  /** What it tells of the network, for behaviours. */
  readonly seen: Sighting | undefined;
  /** What it tells of accounts and services, for those who watch these. */
  readonly subjects: readonly Seen[];
}

/** Undefined for background. */
export interface EventSifter {
  sift(event: Event): Notable | undefined;
}

/** In the order of their records. */
export interface Notables {
  readonly length: number;
  /** Of which record in `timesMs`. */
  placeOf(index: number): number;
  /** May be made for whoever asks: to be asked once. */
  get(index: number): Notable;
}

/** Where a piece's notables are put, one after the other. */
export interface NotableKeeper<T> {
  /** @param place of its record in `timesMs` */
  add(place: number, notable: Notable): void;
  /** Those of a piece; the next begins. */
  take(): T;
}

/** `T`: its notables, in the form that whoever asked for it wants. */
export interface Piece<T = Notables> {
  /** Event time of each record, milliseconds since the epoch. */
  readonly timesMs: Float64Array<ArrayBuffer>;
  readonly notable: T;
  /** Of the records that tell a time; infinite without any. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Events on which we broke. */
  readonly failures: number;
  /** Read from disk for it. */
  readonly bytes: number;
}

/** What was read of one file, so far. */
export interface FileRead {
  readonly path: string;
  /** Undefined where no parser knows the file. */
  readonly format: string | undefined;
  readonly records: number;
  readonly refused: number;
  readonly cutBytes: number;
  /** Why reading ended before the end of the file. */
  readonly failure: string | undefined;
}

/** A file that is being read, wherever that is done. */
export interface FileReader<T = Notables> {
  /** As of the last piece. */
  readonly read: FileRead;
  /** The next piece in the order of the file, with at least one record; undefined at its end. Never rejects: see `read.failure`. */
  next(): Promise<Piece<T> | undefined>;
  /** Lets go of the file before its end. */
  close(): Promise<void>;
}
