/** The connection as it comes and goes: one that is lost is followed by attempts to make another, with growing pauses. */
import type { Clock } from '@netsentinel/contracts/clock';
import { RedisConnection } from '@netsentinel/kernel/redis-connection';
import { NOT_STARTED } from '../../availability.ts';
import type { Availability } from '../../responder.types.ts';
import { placeOf } from './redis-place.ts';
import type { RedisConfig } from './redis.config.ts';

const RECONNECT_MS = [100, 200, 500, 1000, 2000];

export class RedisLink {
  readonly #config: RedisConfig;
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #connection: RedisConnection | undefined;
  #availability: Availability = NOT_STARTED;
  #attempts = 0;
  #cancelReconnect: (() => void) | undefined;
  #closed = false;

  /** `onDue`: there is no connection, and it is time to `open` one. */
  constructor(config: RedisConfig, clock: Clock, onDue: () => void) {
    this.#config = config;
    this.#clock = clock;
    this.#onDue = onDue;
  }

  availability(): Availability {
    return this.#availability;
  }

  get isOpen(): boolean {
    return this.#connection !== undefined;
  }

  /** Never rejects: why it failed can be asked, and it will be due again. */
  async open(): Promise<void> {
    if (this.#closed) return;
    try {
      let opened: RedisConnection | undefined;
      opened = await RedisConnection.open(placeOf(this.#config), this.#clock, () => this.#lost(opened));
      this.#connection = opened;
      this.#attempts = 0;
      this.#availability = { available: true, detail: `${this.#where()}, keys below ${this.#config.prefix}` };
    } catch (error) {
      this.#unavailable(reasonOf(error));
      this.#reconnectLater();
    }
  }

  /** Does something with Redis; answers why that failed, or that there is no connection. After a failure another one is made. */
  async use(work: (connection: RedisConnection) => Promise<void>): Promise<string | undefined> {
    const connection = this.#connection;
    if (connection === undefined) return this.#closed ? 'closed' : 'Redis cannot be reached';
    try {
      await work(connection);
      return undefined;
    } catch (error) {
      const reason = reasonOf(error);
      this.#unavailable(reason);
      connection.close();
      return reason;
    }
  }

  /** No more attempts; what is under way goes on until `close`. */
  stop(): void {
    this.#closed = true;
    this.#cancelReconnect?.();
  }

  close(): void {
    this.stop();
    this.#connection?.close();
  }

  #where(): string {
    const { socket, host, port } = this.#config;
    return socket ?? `${host}:${port}`;
  }

  #unavailable(reason: string): void {
    this.#availability = {
      available: false,
      reason: `Redis at ${this.#where()}: ${reason}`,
      hint: /^(NOAUTH|WRONGPASS|NOPERM)/.test(reason)
        ? 'See `username` and `passwordFile`, and what the user may do in Redis (ACL LIST).'
        : 'See that Redis runs there and takes connections from here; `redis-cli PING` tells.',
    };
  }

  #lost(connection: RedisConnection | undefined): void {
    if (connection === undefined || this.#connection !== connection) return;
    this.#connection = undefined;
    if (this.#closed) return;
    if (this.#availability.available) this.#unavailable('the connection was lost');
    this.#reconnectLater();
  }

  #reconnectLater(): void {
    if (this.#closed) return;
    const delayMs = RECONNECT_MS[Math.min(this.#attempts, RECONNECT_MS.length - 1)]!;
    this.#attempts += 1;
    this.#cancelReconnect?.();
    this.#cancelReconnect = this.#clock.after(delayMs, this.#onDue);
  }
}

function reasonOf(error: unknown): string {
  return (error instanceof Error ? error.message || String(Reflect.get(error, 'code')) : String(error)).slice(0, 300);
}
