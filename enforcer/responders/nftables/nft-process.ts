/**
 * Runs nft. `NftSession` keeps one `nft -i` alive: a transaction through it takes 0.1 ms where a new process takes 3. Each line is
 * one transaction; a line with a word that nft does not know follows it, and its error message, which quotes the word, says that the
 * line before is done and whether it complained. Where the session does not answer, the same commands go through a process of their
 * own.
 */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '@netsentinel/contracts/clock';
import { ended, runProgram, startProgram, summarize, type Command, type CommandResult } from '../../program.ts';
import { Turns } from '../../turns.ts';

const MAX_OUTPUT = 256 * 1024;
/** An editor's history may grow with each line, so the session is replaced after this many. */
const LINES_PER_SESSION = 20_000;
/** Longer scripts go through a process of their own: interactive line editing is slow on very long lines. */
const MAX_SESSION_LINE = 128 * 1024;

const CLOSED: CommandResult = { ok: false, reason: 'closed' };

export class NftSession {
  readonly #command: Command;
  readonly #timeoutMs: number;
  readonly #clock: Clock;
  readonly #turns = new Turns();
  #child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  #complaint = '';
  #lines = 0;
  #token = 0;
  #waiting: { word: string; settle: (result: CommandResult | undefined) => void } | undefined;
  #closed = false;
  /** Ends with the processes that were dropped. */
  #gone: Promise<unknown> = Promise.resolve();
  /** Transactions that had to go through a process of their own. */
  fallbacks = 0;

  constructor(command: Command, clock: Clock, timeoutMs: number) {
    this.#command = command;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  /** Runs the commands as one transaction, after those that were asked for before. Never rejects. */
  run(commands: readonly string[]): Promise<CommandResult> {
    return this.#turns.take(() => this.#run(commands));
  }

  async #run(commands: readonly string[]): Promise<CommandResult> {
    const line = commands.join('; ');
    if (this.#closed) return CLOSED;
    if (line.length <= MAX_SESSION_LINE) {
      const result = await this.#ask(line);
      if (result !== undefined) return result;
      // Closing is what ended the session: a process started now would outlive its owner.
      if (this.#closed) return CLOSED;
      this.fallbacks += 1;
    }
    return this.runAlone(commands);
  }

  /** Whether the commands would succeed as one transaction; changes nothing. */
  check(commands: readonly string[]): Promise<CommandResult> {
    return this.runAlone(commands, ['-c']);
  }

  /** Runs the commands as one transaction in a process of their own. */
  async runAlone(commands: readonly string[], options: readonly string[] = []): Promise<CommandResult> {
    const input = `${commands.join('\n')}\n`;
    // Large scripts take time in proportion; 100,000 entries need about half a second on a slow machine.
    const timeoutMs = this.#timeoutMs + Math.ceil(input.length / 100);
    const result = await runProgram(this.#command, [...options, '-f', '-'], { input, timeoutMs });
    return result.ok ? { ok: true } : { ok: false, reason: result.reason };
  }

  /** Resolves when no process of this session is left; whatever is asked from now on fails. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    await this.#turns.done();
    await this.#gone;
  }

  /** Undefined where the session gave no answer; then it is unknown whether the line took effect, and it must be safe to repeat. */
  #ask(line: string): Promise<CommandResult | undefined> {
    if (this.#lines >= LINES_PER_SESSION) this.#drop();
    const child = (this.#child ??= this.#open());
    this.#lines += 1;
    this.#token += 1;
    const word = `netsentinel-done-${this.#token}`;
    this.#complaint = '';
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#timeoutMs, () => this.#drop());
      this.#waiting = {
        word,
        settle: (result) => {
          cancel();
          this.#waiting = undefined;
          resolve(result);
        },
      };
      child.stdin.write(`${line}\n${word}\n`);
    });
  }

  #open(): ChildProcessByStdio<Writable, Readable, Readable> {
    const child = startProgram(this.#command, ['-i']);
    this.#lines = 0;
    const gone = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#waiting?.settle(undefined);
    };
    child.once('error', gone);
    child.once('close', gone);
    child.stdin.on('error', () => {});
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.#heard(text));
    return child;
  }

  #heard(text: string): void {
    if (this.#waiting === undefined) return;
    this.#complaint = (this.#complaint + text).slice(-MAX_OUTPUT);
    const { word, settle } = this.#waiting;
    const lines = this.#complaint.split('\n');
    const end = lines.indexOf(word);
    if (end < 0) return;
    // The line before the word is the error about the word itself; what stands before that is about our commands.
    const own = lines.slice(0, Math.max(0, end - 1)).find((part) => part.startsWith('Error:'));
    settle(own === undefined ? { ok: true } : { ok: false, reason: summarize(own) });
  }

  #drop(): void {
    const child = this.#child;
    this.#child = undefined;
    this.#waiting?.settle(undefined);
    if (child === undefined) return;
    this.#gone = Promise.all([this.#gone, ended(child)]);
    child.stdin.end();
    child.kill('SIGTERM');
  }
}
