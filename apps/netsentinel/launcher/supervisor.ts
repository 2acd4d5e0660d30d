/** Starts one process, watches it, and starts it again when it dies, sooner at first and more slowly when it keeps dying. */
import type { ChildProcess, Serializable } from 'node:child_process';
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { z } from 'zod';
import type { Logger } from '@netsentinel/contracts/log';

const FIRST_RESTART_MS = 50;
const MAX_RESTART_MS = 10_000;
/** A process that lived this long starts afresh in our patience. */
const STEADY_MS = 30_000;
const STOP_MS = 8_000;

export interface SupervisorOptions<T extends { readonly t: string }> {
  readonly name: string;
  readonly spawn: () => ChildProcess;
  readonly messages: z.ZodType<T>;
  /** Called after every start, before anything is heard of the process. */
  readonly onStart: (process: Supervisor<T>) => void | Promise<void>;
  readonly onMessage: (message: T) => void;
  /** Called when it ended without being asked. */
  readonly onDeath?: (how: string) => void;
  readonly log: Logger;
}

export class Supervisor<T extends { readonly t: string }> {
  readonly #options: SupervisorOptions<T>;
  #child: ChildProcess | undefined;
  #stopping = false;
  #delayMs = FIRST_RESTART_MS;
  #startedAt = 0;
  #restarts = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SupervisorOptions<T>) {
    this.#options = options;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get restarts(): number {
    return this.#restarts;
  }

  get running(): boolean {
    return this.#child !== undefined;
  }

  start(): void {
    const { name, log, messages, onMessage, onDeath } = this.#options;
    const child = this.#options.spawn();
    this.#child = child;
    this.#startedAt = performance.now();
    child.on('message', (raw) => {
      const message = messages.safeParse(raw);
      if (message.success) onMessage(message.data);
      else log.warn('a process said what its schema does not know', { process: name });
    });
    child.on('error', (error) => log.error('a process could not be started', { process: name, error: error.message }));
    child.on('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      if (this.#stopping) return;
      if (performance.now() - this.#startedAt > STEADY_MS) this.#delayMs = FIRST_RESTART_MS;
      const how = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
      log.warn('a process ended and is started again', { process: name, how, inMs: this.#delayMs });
      onDeath?.(how);
      this.#timer = setTimeout(() => {
        this.#restarts++;
        this.start();
      }, this.#delayMs);
      this.#delayMs = Math.min(this.#delayMs * 2, MAX_RESTART_MS);
    });
    void this.#options.onStart(this);
  }

  /** Sends a message, with a handle beside it; quietly nothing when the process is not there. */
  send(message: Serializable, handle?: Socket | Server): void {
    const child = this.#child;
    if (child?.connected !== true) {
      if (handle !== undefined && 'destroy' in handle) handle.destroy();
      return;
    }
    child.send(message, handle, undefined, () => {
      // Our copy of a listener would go on accepting; a socket's is closed by Node itself.
      if (handle !== undefined && 'close' in handle) handle.close();
    });
  }

  /** Asks it to stop, and kills it when it does not in time. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    this.send({ t: 'stop' });
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(timer);
  }
}
