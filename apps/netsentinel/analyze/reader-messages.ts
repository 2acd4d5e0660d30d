/** What the analysis and its reading threads say to each other. */
import type { ParseOptions } from '@netsentinel/contracts/parser';
import type { InputFile } from '@netsentinel/normalise/records/input-file';
import type { FileRead, Piece } from './piece.types.ts';
import type { SentNotables } from './sent-notables.ts';
import type { SifterSetup } from './sifter.ts';

export interface ReaderSetup {
  readonly sifting: SifterSetup;
  readonly parse: Omit<ParseOptions, 'fileName'>;
  readonly nowMs: number;
}

export type ReaderOrder =
  | { readonly kind: 'open'; readonly id: number; readonly file: InputFile; readonly index: number }
  /** So many pieces more may be sent. */
  | { readonly kind: 'more'; readonly id: number; readonly pieces: number }
  | { readonly kind: 'close'; readonly id: number };

/** `notable` in a form that is cheaper to hand over than objects (`sent-notables.ts`). */
export type SentPiece = Piece<SentNotables>;

export interface ReaderAnswer {
  readonly id: number;
  /** Undefined at the end of the file. */
  readonly piece: SentPiece | undefined;
  readonly read: FileRead;
}
