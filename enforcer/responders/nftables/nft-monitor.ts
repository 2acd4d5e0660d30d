/**
 * What the kernel reports of our table: the cheap proof that a block is in force (listing 100,000 entries takes half a second) and the alarm when
 * somebody else touches our table. `NftMonitor` keeps the process alive that tells of it: the reader of `kernel-reader.ts`, whose messages
 * `netlink-messages.ts` reads, or, where that does not run, `nft monitor`, whose lines `parseMonitorLine` reads.
 */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '@netsentinel/contracts/clock';
import { ended, startProgram, type Command } from '../../program.ts';
import { kernelReader } from './kernel-reader.ts';
import { NetlinkMessages } from './netlink-messages.ts';

export type MonitorEvent =
  | {
      readonly kind: 'element';
      readonly op: 'add' | 'delete';
      readonly set: string;
      readonly elements: readonly string[];
    }
  /** A table, chain, rule or set of ours came or went. */
  | { readonly kind: 'structure'; readonly op: 'add' | 'delete' }
  /** A transaction is over: what was said before it is how things stand now. */
  | { readonly kind: 'generation' }
  /** The kernel dropped messages: what happened meanwhile is unknown. */
  | { readonly kind: 'lost' };

const MAX_LINE = 64 * 1024;
const RESTART_MS = 500;

/** What a line says about our table, or undefined where it says nothing. */
export function parseMonitorLine(line: string, table: string): MonitorEvent | undefined {
  if (line.startsWith('# ERROR')) return { kind: 'lost' };
  if (line.startsWith('# new generation')) return { kind: 'generation' };
  const add = line.startsWith('add ');
  if (!add && !line.startsWith('delete ')) return undefined;
  const words = line.split(' ', 6);
  const op = add ? 'add' : 'delete';
  if (words[2] !== 'inet' || words[3]?.trimEnd() !== table) return undefined;
  if (words[1] !== 'element') return { kind: 'structure', op };
  const open = line.indexOf('{');
  const close = line.lastIndexOf('}');
  const set = words[4];
  if (set === undefined || open < 0 || close < open) return undefined;
  // Each element is an address and what belongs to it: `198.18.0.1 timeout 1m expires 59s`.
  const elements = line
    .slice(open + 1, close)
    .split(',')
    .map((element) => element.trim().split(' ', 1)[0] ?? '')
    .filter((element) => element !== '');
  return { kind: 'element', op, set, elements };
}

export class NftMonitor {
  readonly #command: Command;
  readonly #table: string;
  readonly #clock: Clock;
  readonly #onEvent: (event: MonitorEvent) => void;
  readonly #onDown: () => void;
  /** Undefined where `nft monitor` has to do. */
  #reader: Command | undefined;
  #child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  #closed = false;
  #cancelRestart: (() => void) | undefined;

  constructor(options: {
    readonly command: Command;
    readonly table: string;
    readonly clock: Clock;
    readonly onEvent: (event: MonitorEvent) => void;
    /** The process ended; another one is started shortly. */
    readonly onDown: () => void;
  }) {
    this.#command = options.command;
    this.#reader = kernelReader(options.command);
    this.#table = options.table;
    this.#clock = options.clock;
    this.#onEvent = options.onEvent;
    this.#onDown = options.onDown;
  }

  start(): void {
    if (this.#closed || this.#child !== undefined) return;
    const reader = this.#reader;
    const child = reader === undefined ? startProgram(this.#command, ['monitor']) : startProgram(reader, []);
    this.#child = child;
    child.stderr.resume();
    child.stdin.on('error', () => {});
    let listened = false;
    if (reader === undefined) this.#readLines(child.stdout);
    else this.#readMessages(child, () => (listened = true));
    let ended = false;
    const end = (): void => {
      if (ended) return;
      ended = true;
      if (this.#child === child) this.#child = undefined;
      // It never listened: there is no such right here, or another Perl.
      if (reader !== undefined && !listened) this.#reader = undefined;
      if (this.#closed) return;
      this.#onDown();
      this.#cancelRestart = this.#clock.after(RESTART_MS, () => this.start());
    };
    child.once('error', end);
    child.once('close', end);
  }

  /** Whether a start takes the longer the more elements there are. */
  get readsAllFirst(): boolean {
    return this.#reader === undefined;
  }

  #readLines(output: Readable): void {
    let rest = '';
    output.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = (lines.pop() ?? '').slice(0, MAX_LINE);
      for (const line of lines) {
        const event = parseMonitorLine(line, this.#table);
        if (event !== undefined) this.#onEvent(event);
      }
    });
  }

  #readMessages(child: ChildProcessByStdio<Writable, Readable, Readable>, onListening: () => void): void {
    const messages = new NetlinkMessages(this.#table, this.#onEvent, onListening);
    child.stdout.on('data', (chunk: Buffer) => {
      if (!messages.push(chunk)) child.kill('SIGKILL');
    });
  }

  /** Replaces the process: for when it runs but says nothing. */
  restart(): void {
    this.#child?.kill('SIGKILL');
  }

  /** Resolves when its process has ended. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRestart?.();
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined) return;
    child.kill('SIGTERM');
    await ended(child);
  }
}
