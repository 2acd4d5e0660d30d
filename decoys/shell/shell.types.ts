/**
 * The machine behind a login, as SSH (and later Telnet, FTP …) uses it: a file system per attacker and shell sessions on it. Pure of
 * sockets; time and randomness come from the persona and the clock.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Persona } from '../persona/persona.types.ts';

export type FsErrorCode =
  | 'ENOENT'
  | 'EACCES'
  | 'EPERM'
  | 'EEXIST'
  | 'ENOTDIR'
  | 'EISDIR'
  | 'ENOTEMPTY'
  | 'ELOOP'
  | 'ENAMETOOLONG'
  | 'ENOSPC'
  | 'EROFS'
  | 'EINVAL'
  | 'EXDEV';
export type FsResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: FsErrorCode };

export interface FsStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'char' | 'block' | 'fifo' | 'socket';
  readonly inode: number;
  /** Permission bits only, such as 0o644; `type` says the rest. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly nlink: number;
  /** Epoch seconds. */
  readonly atime: number;
  readonly mtime: number;
  readonly ctime: number;
}

/** Who asks, for permission checks. Root may everything. */
export interface FsUser {
  readonly uid: number;
  readonly gid: number;
  readonly groups: readonly number[];
}

/** Absolute paths only; `.` and `..` are resolved inside, and nothing reaches the real disk. */
export interface FileSystem {
  stat(path: string, user: FsUser): FsResult<FsStat>;
  lstat(path: string, user: FsUser): FsResult<FsStat>;
  list(path: string, user: FsUser): FsResult<readonly string[]>;
  /** Content is made on demand for files of the base; at most `MAX_READ` bytes from `offset`. */
  read(path: string, user: FsUser, offset?: number, length?: number): FsResult<Uint8Array>;
  /** Writes at `offset` (default: replaces the whole). Creates with `mode` (default 0o644). */
  write(
    path: string,
    data: Uint8Array,
    user: FsUser,
    options?: {
      readonly offset?: number;
      readonly append?: boolean;
      readonly mode?: number;
      readonly exclusive?: boolean;
    },
  ): FsResult<number>;
  truncate(path: string, size: number, user: FsUser): FsResult<void>;
  mkdir(path: string, user: FsUser, mode?: number): FsResult<void>;
  rmdir(path: string, user: FsUser): FsResult<void>;
  unlink(path: string, user: FsUser): FsResult<void>;
  rename(from: string, to: string, user: FsUser): FsResult<void>;
  symlink(target: string, path: string, user: FsUser): FsResult<void>;
  link(from: string, to: string, user: FsUser): FsResult<void>;
  readlink(path: string, user: FsUser): FsResult<string>;
  realpath(path: string, user: FsUser): FsResult<string>;
  chmod(path: string, mode: number, user: FsUser): FsResult<void>;
  chown(path: string, uid: number, gid: number, user: FsUser): FsResult<void>;
  utimes(path: string, atime: number, mtime: number, user: FsUser): FsResult<void>;
  /** What the attacker changed, in bytes and entries; bounded, `ENOSPC` beyond. */
  readonly usage: { readonly bytes: number; readonly entries: number };
}

/** One machine as one attacker knows it. Sessions of the same attacker share it. */
export interface Machine {
  readonly persona: Persona;
  readonly fs: FileSystem;
  /** The account of this name as /etc/passwd has it, with what this attacker added to it. */
  user(name: string): MachineUser | undefined;
  /** Grows with every change; what `snapshot` would give is new when it has grown. */
  readonly revision: number;
  /** What the attacker changed, to be remembered (at most 1 MiB; the largest contents are left out first). */
  snapshot(): Uint8Array;
  openShell(options: ShellOptions): ShellSession;
}

export interface MachineUser extends FsUser {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

/** `snapshot` from an earlier visit; hostile or damaged ones are ignored. */
export type OpenMachine = (persona: Persona, clock: Clock, snapshot?: Uint8Array) => Machine;

export type LoginDaemon = 'ssh' | 'telnet';

export interface ShellOptions {
  readonly user: string;
  /** What let the user in: shows in the environment, the greeting and the process list. `ssh` where nothing is said. */
  readonly by?: LoginDaemon;
  /** The peer, for `SSH_CONNECTION`, `who`, `last`. */
  readonly client: { readonly ip: string; readonly port: number };
  readonly server: { readonly ip: string; readonly port: number };
  readonly environment: Readonly<Record<string, string>>;
  /** With a terminal: line discipline (echo, editing, history, ^C, ^D, ^Z), prompts, motd and last login. */
  readonly terminal?: { readonly type: string; readonly columns: number; readonly rows: number };
  /** A program's child: this shell in place of the account's, `/bin/sh`. */
  readonly shell?: string;
  /** Where it begins, in place of the account's home. */
  readonly directory?: string;
  /** `exec`: run this and end. Without it: an interactive or piped login shell. */
  readonly command?: string;
  /** Output to the attacker. Answers false when the other side is slow: the shell pauses until `resume()`. */
  output(chunk: Uint8Array, stream: 'stdout' | 'stderr'): boolean;
  /** Called once at the end: an exit status, or the signal that killed it. */
  exit(status: { readonly code: number } | { readonly signal: string }): void;
  /** Called for what the platform should know. Text in it is the attacker's, capped at 16 KiB. */
  observe(observation: ShellObservation): void;
}

export interface ShellSession {
  input(chunk: Uint8Array): void;
  /** The client closed its side (no more input). */
  end(): void;
  resize(columns: number, rows: number): void;
  /** `INT`, `TERM`, `HUP` … from the channel. */
  signal(name: string): void;
  resume(): void;
  /** Ends at once, without `exit`. Idempotent; frees everything. */
  destroy(): void;
}

export type ShellObservation =
  /** One line as typed or given to exec, before expansion. */
  | { readonly kind: 'input'; readonly line: string }
  /** One simple command as it ran, after expansion. `known` is false where this machine had no such program. */
  | {
      readonly kind: 'command';
      readonly argv: readonly string[];
      readonly exitCode: number;
      readonly known: boolean;
      readonly cwd: string;
    }
  /** Something would have been fetched: nothing was; a plausible file appeared at `path`. */
  | { readonly kind: 'download'; readonly url: string; readonly tool: string; readonly path?: string }
  /** A file was written by the attacker, with its content (capped) once it was closed. */
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly content: Uint8Array;
      readonly how: 'redirect' | 'upload' | 'command';
    }
  /** A program of the attacker's own was started; nothing ran. */
  | { readonly kind: 'execute'; readonly path: string; readonly argv: readonly string[] }
  /** A network connection would have been made. */
  | { readonly kind: 'connect'; readonly tool: string; readonly host: string; readonly port: number }
  /** A bound was reached: time, memory, loops, output. */
  | { readonly kind: 'bounded'; readonly what: string };

/** Bounds of one shell session. */
export const SHELL_LIMITS = {
  /** Steps of the interpreter a command line; a step is a simple command, an expansion or a loop turn. */
  maxSteps: 20_000,
  maxOutputBytes: 4 * 1024 * 1024,
  maxLineBytes: 64 * 1024,
  maxVariablesBytes: 1024 * 1024,
  maxDepth: 64,
  /** Processor time of one command line, then it is killed as by an out-of-memory. */
  maxBusyMs: 250,
} as const;
