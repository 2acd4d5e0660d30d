/** What a fault run of the response kills besides the product: Debian's redis-server and firewalld, in the lab's defender alone. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { FirewalldLab } from '@netsentinel/testkit/firewalld-lab';
import { heldByRedis } from './blocks-in-force.ts';
import { until } from './victims.ts';

/** A service of others that is killed and comes back. */
export interface Service {
  /** True where it is there and answers. */
  isReady(): boolean;
  /** Resolves once it is. */
  ready(): Promise<void>;
  /** Ends it hard and starts it again after a while; resolves once it is gone. `random`: 0 to 1. */
  killAndRestart(random: () => number): Promise<void>;
  destroy(): void;
}

const MOST_AWAY_MS = 1_000;

/** Redis on a unix socket in `folder`. What it comes back with is what its log had (and that may be old), or nothing. */
export class RedisService implements Service {
  readonly socket: string;
  readonly #folder: string;
  #process: ChildProcess | undefined;
  #starting: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = join(folder, 'redis');
    this.socket = join(folder, 'redis.sock');
  }

  isReady(): boolean {
    return heldByRedis(this.socket) !== undefined;
  }

  async ready(): Promise<void> {
    await this.#starting;
    await until('Redis to answer', () => this.isReady());
  }

  start(): void {
    mkdirSync(this.#folder, { recursive: true });
    const keep = ['--dir', this.#folder, '--save', '', '--appendonly', 'yes', '--appendfsync', 'everysec'];
    const where = ['--port', '0', '--unixsocket', this.socket, '--unixsocketperm', '700'];
    this.#process = spawn('redis-server', [...keep, ...where], { stdio: ['ignore', 'ignore', 'inherit'] });
  }

  async killAndRestart(random: () => number): Promise<void> {
    const forgets = random() < 0.5;
    const awayMs = random() * MOST_AWAY_MS;
    await killProcess(this.#process);
    if (forgets) rmSync(this.#folder, { recursive: true, force: true });
    this.#starting = pause(awayMs).then(() => this.start());
  }

  destroy(): void {
    this.#process?.kill('SIGKILL');
  }
}

/** firewalld; with some of the kills everything is flushed from nftables first, as a restart of `nftables.service` does. */
export class FirewallService implements Service {
  readonly #firewalld: FirewalldLab;
  #starting: Promise<void> = Promise.resolve();
  #isReady = true;

  constructor(firewalld: FirewalldLab) {
    this.#firewalld = firewalld;
  }

  isReady(): boolean {
    return this.#isReady;
  }

  async ready(): Promise<void> {
    await this.#starting;
  }

  async killAndRestart(random: () => number): Promise<void> {
    const flushes = random() < 0.5;
    const awayMs = random() * MOST_AWAY_MS;
    this.#isReady = false;
    await this.#firewalld.kill();
    if (flushes) this.#firewalld.run('nft', 'flush', 'ruleset');
    this.#starting = pause(awayMs)
      .then(() => this.#firewalld.start())
      .then(() => void (this.#isReady = true));
    // Whoever waits for it hears of it.
    this.#starting.catch(() => {});
  }

  destroy(): void {
    this.#firewalld.destroy();
  }
}

async function killProcess(process: ChildProcess | undefined): Promise<void> {
  if (process === undefined || process.exitCode !== null || process.signalCode !== null) return;
  const gone = once(process, 'exit');
  process.kill('SIGKILL');
  await gone;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
