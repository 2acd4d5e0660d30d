/**
 * Keeps one program alive that reads commands line by line and says at stderr what went wrong: a command through it takes a fraction of a
 * millisecond, where a process of its own takes several. Such programs do not say that a command is done; so a line follows it that is sure to be
 * complained about, and that complaint is the mark at which the answer ends.
 */
import type { ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '@netsentinel/contracts/clock';
import { ended, startProgram, type Command } from './program.ts';

const MAX_ANSWER = 256 * 1024;
/** A program's memory may grow with each command (an editor's history), so it is replaced after this many. */
const ASKED_PER_PROCESS = 20_000;
/** So many questions in a row without an answer in time: it is not one that we can speak with, … */
const MOST_UNANSWERED = 3;
/** … for this long. */
const REST_MS = 60_000;
/** What the mark's line says, and how its complaint is known again; short, and another one each time. */
const MARK = 'netsentinel-done-';

export interface Dialogue {
  readonly args: readonly string[];
  /** A line without effect that is complained about with the word in it. */
  readonly markLine: (word: string) => string;
  /** Where the complaint about the mark begins among the lines that were said; -1 while it is not there. */
  readonly markAt: (lines: readonly string[], word: string) => number;
}

/** What `ask` of `InteractiveProgram` needs to be known for, by whoever is given one. */
export interface Conversation {
  /**
   * What the program says at stderr about these lines, or undefined where it gave no answer in time: then it is unknown whether they took effect.
   * To be asked for one thing at a time. Never rejects.
   */
  ask(lines: string): Promise<string | undefined>;
  /** Ends the process; the next question starts another. */
  renew(): Promise<void>;
  /** Resolves when no process is left. */
  close(): Promise<void>;
}

export class InteractiveProgram implements Conversation {
  readonly #command: Command;
  readonly #dialogue: Dialogue;
  readonly #clock: Clock;
  readonly #timeoutMs: number;
  #child: ChildProcessByStdio<Writable, Readable, Readable> | undefined;
  #said = '';
  #asked = 0;
  #token = 0;
  #waiting: { readonly word: string; readonly settle: (answer: string | undefined) => void } | undefined;
  #unanswered = 0;
  /** It is not asked before. */
  #notBefore = -Infinity;
  #closed = false;
  /** Ends with the processes that were dropped. */
  #gone: Promise<unknown> = Promise.resolve();

  constructor(command: Command, dialogue: Dialogue, clock: Clock, timeoutMs: number) {
    this.#command = command;
    this.#dialogue = dialogue;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  ask(lines: string): Promise<string | undefined> {
    // A process that was started now would outlive its owner.
    if (this.#closed || this.#clock.monotonicMs() < this.#notBefore) return Promise.resolve(undefined);
    if (this.#asked >= ASKED_PER_PROCESS) this.#drop();
    const child = (this.#child ??= this.#open());
    this.#asked += 1;
    this.#token += 1;
    const word = `${MARK}${this.#token}`;
    this.#said = '';
    return new Promise((resolve) => {
      const cancel = this.#clock.after(this.#timeoutMs, () => {
        this.#unanswered += 1;
        if (this.#unanswered >= MOST_UNANSWERED) this.#notBefore = this.#clock.monotonicMs() + REST_MS;
        this.#drop();
      });
      this.#waiting = {
        word,
        settle: (answer) => {
          cancel();
          this.#waiting = undefined;
          resolve(answer);
        },
      };
      child.stdin.write(`${lines}\n${this.#dialogue.markLine(word)}\n`);
    });
  }

  async renew(): Promise<void> {
    this.#drop();
    await this.#gone;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#drop();
    await this.#gone;
  }

  #open(): ChildProcessByStdio<Writable, Readable, Readable> {
    const child = startProgram(this.#command, this.#dialogue.args);
    this.#asked = 0;
    const gone = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#waiting?.settle(undefined);
    };
    child.once('error', gone);
    child.once('close', gone);
    child.stdin.on('error', () => {});
    child.stdout.resume();
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (this.#child === child) this.#heard(text);
    });
    return child;
  }

  #heard(text: string): void {
    if (this.#waiting === undefined) return;
    this.#said = (this.#said + text).slice(-MAX_ANSWER);
    const { word, settle } = this.#waiting;
    if (!this.#said.includes(word)) return;
    const lines = this.#said.split('\n');
    const end = this.#dialogue.markAt(lines, word);
    if (end < 0) return;
    this.#unanswered = 0;
    settle(lines.slice(0, end).join('\n'));
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
