/**
 * A service in the hands of a test or a fuzzer: the real frame around the protocol, a client on the other end of a pair of streams in memory, time
 * that a test moves by hand, and all that was told.
 */
import { type Duplex, duplexPair } from 'node:stream';
import type { Decoy, DecoyDefinition } from '@netsentinel/contracts/decoy';
import type { SensorEvent } from '@netsentinel/contracts/event';
import { ManualClock } from '@netsentinel/kernel/clock';
import { createDecoyContext, type DecoyContextOptions, type RecordedContext } from '@netsentinel/testkit/decoy-harness';

export interface PlayedService extends RecordedContext {
  readonly decoy: Decoy;
  readonly clock: ManualClock;
  /** A connection of this client. */
  connect(from?: { readonly ip?: string; readonly port?: number }): PlayedClient;
  close(): Promise<void>;
}

export interface PlayedClient {
  /** The client's end: node:tls and other clients can be put on it. */
  readonly stream: Duplex;
  /** All that came so far. */
  readonly received: Buffer;
  /** The same as latin1, less what `take` took. */
  readonly text: string;
  readonly closed: boolean;
  /** Sends (strings as latin1), and lets all that follows from it happen. */
  send(bytes: Uint8Array | string): Promise<void>;
  /** Lets everything under way happen; then, with `ms`, lets time go by in the steps that timers ask for. */
  settle(ms?: number): Promise<void>;
  /** What came since the last `take`, as latin1. */
  take(): string;
  /** The client's FIN, and what follows. */
  end(): Promise<void>;
  destroy(): Promise<void>;
}

/** @param config as in the configuration file: what is left out has its default */
export function playService<Config>(
  definition: DecoyDefinition<Config>,
  config: unknown = {},
  options: Omit<DecoyContextOptions, 'clock'> = {},
): PlayedService {
  const clock = new ManualClock(Date.UTC(2026, 10, 21, 18));
  const recorded = createDecoyContext({ id: `${definition.id}-1`, ...options, clock });
  return attach({ ...recorded, clock }, definition, definition.config.parse(config));
}

/** Another decoy of the same decoy host, and so of the same machine where its persona is the same. */
export function joinService<Config>(
  host: PlayedService,
  definition: DecoyDefinition<Config>,
  config: unknown = {},
): PlayedService {
  const ctx = { ...host.ctx, decoy: `${definition.id}-2` };
  return attach({ ...host, ctx }, definition, definition.config.parse(config));
}

function attach<Config>(
  recorded: RecordedContext & { readonly clock: ManualClock },
  definition: DecoyDefinition<Config>,
  config: Config,
): PlayedService {
  const { clock } = recorded;
  const decoy = definition.create(recorded.ctx, config);
  const clients = new Set<Duplex>();
  return {
    ...recorded,
    decoy,
    connect({ ip = '198.51.100.7', port = 40_000 } = {}) {
      const [ours, theirs] = duplexPair();
      clients.add(theirs);
      const client = new MemoryClient(theirs, clock);
      decoy.accept({
        stream: ours,
        source: { ip, port },
        destination: { ip: '203.0.113.9', port: definition.standardPort },
      });
      // A pair in memory does not pass the end of one side on as a socket does.
      ours.on('close', () => theirs.destroy());
      theirs.on('close', () => ours.destroy());
      return client;
    },
    async close() {
      await decoy.close();
      for (const stream of clients) stream.destroy();
      await turns();
    },
  };
}

class MemoryClient implements PlayedClient {
  readonly stream: Duplex;
  readonly #clock: ManualClock;
  #chunks: Buffer[] = [];
  #taken = 0;
  closed = false;

  constructor(stream: Duplex, clock: ManualClock) {
    this.stream = stream;
    this.#clock = clock;
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    stream.on('end', () => (this.closed = true));
    stream.on('close', () => (this.closed = true));
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.received.subarray(this.#taken).toString('latin1');
  }

  async send(bytes: Uint8Array | string): Promise<void> {
    if (!this.stream.destroyed && !this.stream.writableEnded)
      this.stream.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
    await turns();
  }

  async settle(ms = 0): Promise<void> {
    await turns();
    if (ms > 0) this.#clock.advance(ms);
    await turns();
  }

  take(): string {
    const text = this.text;
    this.#taken += text.length;
    return text;
  }

  async end(): Promise<void> {
    this.stream.end();
    await turns();
  }

  async destroy(): Promise<void> {
    this.stream.destroy();
    await turns();
  }
}

/** Turns of the event loop that any chain of events of ours is through by then. */
async function turns(): Promise<void> {
  for (let i = 0; i < 16; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** The events' names and outcomes, for a test that looks at the story as a whole. */
export function toldOf(events: readonly SensorEvent[]): readonly string[] {
  return events.map(({ event }) => `${event.action}${event.outcome === undefined ? '' : ` ${event.outcome}`}`);
}
