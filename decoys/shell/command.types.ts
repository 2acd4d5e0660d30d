/**
 * What a program of the pretended machine is: a function from arguments and streams to an exit status, with the texts, columns and errors
 * of the real program. One file per program or family under `commands/`, listed in `commands/index.ts`.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { FileSystem, Machine, MachineUser, ShellObservation } from './shell.types.ts';

/** Resolves to the exit status. Must answer every argument the attacker can think of; what it throws kills this command alone. */
export type Command = (ctx: CommandContext) => Promise<number> | number;

/** A family of programs by name, as a file under `commands/` exports it. `path` is where the binary lies, for `which` and `ls`. */
export type CommandTable = Readonly<Record<string, { readonly path: string; readonly run: Command }>>;

export interface CommandContext {
  /** The name it was called by comes first. */
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly user: MachineUser;
  readonly machine: Machine;
  readonly fs: FileSystem;
  readonly clock: Clock;
  /** `cwd`-relative or absolute text as an absolute path (not resolved through links). */
  resolve(path: string): string;
  readonly stdin: CommandInput;
  readonly stdout: CommandOutput;
  readonly stderr: CommandOutput;
  /** True where stdout is the terminal: columns, colours. */
  readonly terminal: { readonly columns: number; readonly rows: number; readonly type: string } | undefined;
  readonly client: { readonly ip: string; readonly port: number };
  readonly server: { readonly ip: string; readonly port: number };
  /** Processes of this session, for `ps`, `kill`, `jobs`. */
  readonly processes: ProcessTable;
  observe(observation: ShellObservation): void;
  /** Counts a step against the session's bounds; throws (to be let through) when a bound is reached or the command was interrupted. */
  step(count?: number): void;
  /** Waits in the decoy's clock; ends early by throwing on ^C or hang-up. Bounded by the session's limits. */
  sleep(ms: number): Promise<void>;
  /** Runs another command line or program on the same machine (`sudo`, `sh -c`, `xargs`, `env`, `busybox`, `timeout`). */
  run(argv: readonly string[], options?: RunOptions): Promise<number>;
  /** Runs shell source text, as `sh -c`, `eval` or a script file would, in a shell of its own. */
  runScript(source: string, args: readonly string[], options?: RunOptions): Promise<number>;
}

export interface RunOptions {
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  readonly user?: MachineUser;
  readonly stdin?: CommandInput;
  readonly stdout?: CommandOutput;
  readonly stderr?: CommandOutput;
}

export interface CommandInput {
  /** The next bytes, or undefined at the end. */
  read(): Promise<Uint8Array | undefined>;
  /** The next line without its newline, or undefined at the end. */
  readLine(): Promise<string | undefined>;
  /** Everything up to the end, at most 1 MiB. */
  readAll(): Promise<Uint8Array>;
  readonly isTerminal: boolean;
  /** Turns the terminal's echo off and on (`passwd`, `sudo`, `read -s`). */
  setEcho(on: boolean): void;
}

export interface CommandOutput {
  /** Text is UTF-8. Counts against the session's output bound. */
  write(data: string | Uint8Array): void;
  readonly isTerminal: boolean;
}

export interface ProcessTable {
  list(): readonly MachineProcess[];
  /** True if there was one that the attacker may signal. */
  kill(pid: number, signal: string, by: MachineUser): 'done' | 'no-such-process' | 'not-permitted';
  readonly self: MachineProcess;
  /** Terminal logins of this machine that ended, the latest first. */
  visits?(): readonly PastVisit[];
}

/** A line of wtmp. */
export interface PastVisit {
  readonly user: string;
  readonly tty: string;
  readonly from: string;
  /** Epoch milliseconds. */
  readonly start: number;
  readonly end: number;
}

export interface MachineProcess {
  readonly pid: number;
  readonly ppid: number;
  readonly user: string;
  readonly uid: number;
  readonly tty: string;
  readonly state: string;
  readonly startedAt: number;
  readonly cpuSeconds: number;
  readonly rssKb: number;
  readonly vszKb: number;
  readonly comm: string;
  readonly args: string;
  /** Of a login shell: where its user came from. */
  readonly from?: string;
}
