/** Starts one process, watches it, and starts it again when it dies, sooner at first and more slowly when it keeps dying. */
import type { ChildProcess, Serializable } from 'node:child_process';
import type { Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import type { Server, Socket } from 'node:net';
import type { Logger } from '@netsentinel/contracts/log';
import { guardChannel } from './channel-guard.ts';
import { relayOutput } from './relay-output.ts';

const FIRST_RESTART_MS = 50;
const MAX_RESTART_MS = 10_000;
/** A process that lived this long starts afresh in our patience. */
const STEADY_MS = 30_000;
/** One that became ready before it died did work: it is away for at most this share of the time that it was there. */
const WORKER_SHARE = 0.1;
const STOP_MS = 8_000;

export interface SupervisorOptions<T extends { readonly t: string }> {
  readonly name: string;
  readonly spawn: () => ChildProcess;
  /** A message of the process's as what it says it is; undefined where it is not. */
  readonly read: (raw: unknown) => T | undefined;
  /** Called after every start, before anything is heard of the process. */
  readonly onStart: (process: Supervisor<T>) => void | Promise<void>;
  readonly onMessage: (message: T) => void;
  /** Called when it ended without being asked. */
  readonly onDeath?: (how: string) => void;
  /** It may end unasked when it has nothing to do, and is started anew. */
  readonly mayRest?: boolean;
  /** All that the process may ever say in messages; unlimited without. */
  readonly maxMessageBytes?: number;
  readonly log: Logger;
}

export class Supervisor<T extends { readonly t: string }> {
  readonly #options: SupervisorOptions<T>;
  #child: ChildProcess | undefined;
  #stopping = false;
  #delayMs = FIRST_RESTART_MS;
  #startedAt = 0;
  #wasReady = false;
  #onReady: (() => void)[] = [];
  /** Listeners on their way: a process that dies with them takes none. */
  readonly #given = new Set<() => void>();
  #isAsleep = false;
  /** It ends because it was asked to, or said that it would: no news, and no reason to wait. */
  #isExpected = false;
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

  /** Nothing where it was stopped: that is for good. */
  start(): void {
    if (this.#stopping) return;
    const { name, log, read, onMessage, onDeath } = this.#options;
    const child = this.#options.spawn();
    this.#child = child;
    guardChannel(child, {
      ...(this.#options.maxMessageBytes === undefined ? {} : { maxTotalBytes: this.#options.maxMessageBytes }),
      onBroken: (reason) => log.error('a process abused its channel and is killed', { process: name, reason }),
    });
    relayOutput(child);
    this.#startedAt = performance.now();
    this.#wasReady = false;
    this.#onReady = [];
    this.#isAsleep = false;
    this.#isExpected = false;
    child.on('message', (raw) => {
      const message = read(raw);
      if (message !== undefined) {
        if (message.t === 'ready') {
          this.#wasReady = true;
          for (const tell of this.#onReady.splice(0)) tell();
        }
        if (message.t === 'stopped' && this.#options.mayRest === true) this.#isExpected = true;
        this.#isAsleep = message.t === 'asleep';
        onMessage(message);
      } else log.warn('a process said what its schema does not know', { process: name });
    });
    child.on('error', (error) => log.error('a process could not be started', { process: name, error: error.message }));
    child.on('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.#child = undefined;
      for (const release of this.#given) release();
      if (this.#stopping) return;
      if (this.#isExpected) {
        this.#timer = setTimeout(() => this.start(), FIRST_RESTART_MS);
        return;
      }
      const livedMs = performance.now() - this.#startedAt;
      if (livedMs > STEADY_MS) this.#delayMs = FIRST_RESTART_MS;
      if (this.#wasReady) this.#delayMs = Math.max(FIRST_RESTART_MS, Math.min(this.#delayMs, livedMs * WORKER_SHARE));
      const how = signal === null ? `exit code ${String(code)}` : `signal ${signal}`;
      log.warn('a process ended and is started again', { process: name, how, inMs: Math.round(this.#delayMs) });
      onDeath?.(how);
      // Whoever heard of it may have stopped it.
      if (this.#stopping) return;
      this.#timer = setTimeout(() => {
        this.#restarts++;
        this.start();
      }, this.#delayMs);
      this.#delayMs = Math.min(this.#delayMs * 2, MAX_RESTART_MS);
    });
    void this.#options.onStart(this);
  }

  /** Resolves when the process that runs now says that it is ready; never where it dies before. */
  whenReady(): Promise<void> {
    return this.#wasReady ? Promise.resolve() : new Promise((resolve) => this.#onReady.push(resolve));
  }

  /** Sends a message, with a socket beside it; quietly nothing when the process is not there. */
  send(message: Serializable, socket?: Socket): void {
    if (this.#child?.connected === true) this.#child.send(message, socket, undefined, () => {});
    else socket?.destroy();
  }

  /** Gives a listener away. Resolves when it is no longer ours: until then connections may come to us, who end them. */
  handOver(message: Serializable, listener: Server | DatagramSocket): Promise<void> {
    return new Promise((resolve) => {
      const release = (): void => {
        if (this.#given.delete(release)) listener.close();
        resolve();
      };
      this.#given.add(release);
      if (this.#child?.connected === true) this.#child.send(message, listener, undefined, release);
      else release();
    });
  }

  /** Ends it, to be started anew. */
  renew(): void {
    this.#isExpected = true;
    this.#child?.kill('SIGKILL');
  }

  /** Asks it to stop, and kills it when it does not in time. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    // Who sleeps would not hear.
    if (this.#isAsleep) child.kill('SIGKILL');
    else this.send({ t: 'stop' });
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await gone;
    clearTimeout(timer);
  }
}
