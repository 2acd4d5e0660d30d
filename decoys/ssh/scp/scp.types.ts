/** What both directions of SCP share: a conversation written as a generator that gives way whenever it has to wait. */
import type { FileSystem, FsUser, ShellObservation } from '../../shell/shell.types.ts';

/** What the conversation waits for. */
export type ScpTurn = 'input' | 'output';

export interface ScpFlags {
  readonly recursive: boolean;
  /** Times and modes are kept. */
  readonly preserve: boolean;
  readonly mustBeFolder: boolean;
  readonly verbose: boolean;
}

export interface ScpContext {
  readonly fs: FileSystem;
  readonly user: FsUser & { readonly home: string };
  readonly flags: ScpFlags;
  /** How many things went wrong: any makes the exit status 1. */
  errors: number;
  observe(observation: ShellObservation): void;
  write(chunk: Uint8Array | string): Generator<ScpTurn, void>;
  /** At least one byte, or undefined at the end of input. */
  read(max: number): Generator<ScpTurn, Buffer | undefined>;
  /** Says an error that the conversation survives: `scp: text`. */
  error(text: string): Generator<ScpTurn, void>;
  /** Waits for the other side's answer: false where it was an error that may be passed over. */
  response(): Generator<ScpTurn, boolean>;
  verbose(text: string): void;
}

/** Ends the program at once. */
export class ScpExit extends Error {
  readonly code: number;

  constructor(code: number) {
    super('scp exits');
    this.code = code;
  }
}

export { ERROR_TEXT } from '../../shell/fs/error-text.ts';
