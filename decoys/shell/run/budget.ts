/** What one command line may use: steps, output and processor time. Once used up, whatever asks for more is killed. */
import type { Clock } from '@netsentinel/contracts/clock';
import { SHELL_LIMITS, type ShellObservation } from '../shell.types.ts';
import { Killed } from './control-flow.ts';

/** Between two of these the event loop serves others. */
const SLICE_MS = 4;
const MAX_OBSERVATIONS = 1000;
const MAX_FORK_MESSAGES = 6;

export class Budget {
  readonly #clock: Clock;
  readonly #report: (observation: ShellObservation) => void;
  #steps = 0;
  #output = 0;
  #busyMs = 0;
  #last = 0;
  #sliceStart = 0;
  #processorStart = 0;
  #observations = 0;
  #forkMessages = 0;
  #exhausted = false;
  /** Processes that live now, this line's and the background's. */
  processes = 0;

  constructor(clock: Clock, report: (observation: ShellObservation) => void) {
    this.#clock = clock;
    this.#report = report;
    this.reset();
  }

  get exhausted(): boolean {
    return this.#exhausted;
  }

  /** A new command line begins. */
  reset(): void {
    this.#steps = 0;
    this.#output = 0;
    this.#busyMs = 0;
    this.#observations = 0;
    this.#forkMessages = 0;
    this.#exhausted = false;
    this.#last = this.#clock.monotonicMs();
    this.#sliceStart = this.#last;
    this.#processorStart = processorMs();
  }

  step(count = 1): void {
    if (this.#exhausted) throw new Killed('KILL');
    this.#steps += count;
    if (this.#steps > SHELL_LIMITS.maxSteps) this.exhaust('steps');
    const now = this.#clock.monotonicMs();
    this.#busyMs += now - this.#last;
    this.#last = now;
    if (this.#busyMs > SHELL_LIMITS.maxBusyMs) this.#checkProcessor();
  }

  /** Time passes faster than work is done where others have the processor. */
  #checkProcessor(): void {
    this.#busyMs = Math.min(this.#busyMs, processorMs() - this.#processorStart);
    if (this.#busyMs > SHELL_LIMITS.maxBusyMs) this.exhaust('processor time');
  }

  /** Work on this many bytes of text. */
  bytes(count: number): void {
    if (count > 4096) this.step(count >> 12);
  }

  output(bytes: number): void {
    this.#output += bytes;
    if (this.#output > SHELL_LIMITS.maxOutputBytes) this.exhaust('output');
  }

  /** Waiting is over: the time did not count as work. */
  woke(): void {
    this.#last = this.#clock.monotonicMs();
    this.#sliceStart = this.#last;
  }

  /** True where others should have their turn now. */
  get sliceOver(): boolean {
    return this.#last - this.#sliceStart > SLICE_MS || this.#steps % 512 === 511;
  }

  exhaust(what: string): never {
    if (!this.#exhausted) this.#report({ kind: 'bounded', what });
    this.#exhausted = true;
    throw new Killed('KILL');
  }

  bounded(what: string): void {
    this.#report({ kind: 'bounded', what });
  }

  mayObserve(): boolean {
    return ++this.#observations <= MAX_OBSERVATIONS;
  }

  mayComplainOfForks(): boolean {
    return ++this.#forkMessages <= MAX_FORK_MESSAGES;
  }
}

/** Of this thread, milliseconds. */
function processorMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
