/**
 * What every decoy must do, whatever its protocol: valid and invalid configuration, start and stop without leaks, limits kept, raw bytes survived, and
 * a story that the platform understands.
 */
import { duplexPair } from 'node:stream';
import type { Clock } from '@netsentinel/contracts/clock';
import type { DecoyDefinition } from '@netsentinel/contracts/decoy';
import type { SensorEvent } from '@netsentinel/contracts/event';
import { ManualClock } from '@netsentinel/kernel/clock';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createDecoyContext, type DecoyContextOptions, type RecordedContext } from '../decoy-harness.ts';

const RUNS = 60;
const DAY_MS = 86_400_000;

interface Started extends RecordedContext {
  readonly decoy: ReturnType<DecoyDefinition<unknown>['create']>;
  readonly clock: CountingClock;
  readonly connect: (ip?: string) => Client;
}

interface Client {
  readonly received: () => number;
  readonly isOpen: () => boolean;
  send(bytes: Uint8Array): Promise<void>;
  leave(): Promise<void>;
}

export function decoySuite(id: string, load: () => Promise<DecoyDefinition<unknown>>): void {
  describe(`decoy: ${id}`, () => {
    const start = async (options: Omit<DecoyContextOptions, 'clock'> = {}): Promise<Started> => {
      const definition = await load();
      const started = startDecoy(definition, options);
      onTestFinished(() => started.decoy.close());
      return started;
    };

    it('is named as in the index, and says what it is', async () => {
      const definition = await load();
      expect(definition.id).toBe(id);
      expect(definition.id).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(definition.summary).toMatch(/^[A-Z].*\.$/s);
      expect(definition.standardPort).toBeGreaterThan(0);
    });

    it('needs no configuration, and takes none that it does not know', async () => {
      const { config } = await load();
      expect(config.safeParse({}).error).toBeUndefined();
      expect(config.safeParse({ noSuchSetting: true }).success).toBe(false);
      expect(config.safeParse({ persona: 7 }).success).toBe(false);
      expect(config.safeParse([]).success).toBe(false);
    });

    it('serves, tells of it in order, and leaves nothing behind', async () => {
      const { decoy, connect, events, clock, failures } = await start();
      const client = connect();
      await client.send(Buffer.from('hello\r\n'));
      expect(decoy.connections).toBeLessThanOrEqual(1);
      await client.leave();
      expect(decoy.connections).toBe(0);
      await decoy.close();
      clock.advance(1000);
      await turns();
      expect(clock.pending).toBe(0);
      expect(failures).toEqual([]);
      expectStory(id, events);
    });

    it('ends what is open when it is closed, and takes nothing more', async () => {
      const { decoy, connect, events } = await start();
      const clients = [connect('192.0.2.1'), connect('192.0.2.2')];
      await turns();
      expect(decoy.connections).toBe(2);
      await decoy.close();
      const late = connect('192.0.2.3');
      await turns();
      expect([...clients, late].map((client) => client.isOpen())).toEqual([false, false, false]);
      expect(decoy.connections).toBe(0);
      expect(events.filter((event) => event.event.action === `${id}-connect`)).toHaveLength(2);
      expect(events.filter((event) => event.event.action === `${id}-disconnect`)).toHaveLength(2);
    });

    it('keeps to the limits on connections', async () => {
      const { decoy, connect } = await start({ limits: { maxConnections: 4, maxConnectionsPerSource: 2 } });
      for (let i = 0; i < 5; i++) connect('192.0.2.1');
      await turns();
      expect(decoy.connections).toBe(2);
      for (let i = 2; i < 30; i++) connect(`192.0.2.${i}`);
      await turns();
      expect(decoy.connections).toBe(4);
    });

    it('holds nobody for longer than a session may last', async () => {
      const { decoy, connect, clock } = await start({ limits: { maxSessionMs: 60_000 } });
      const client = connect();
      await turns();
      clock.advance(DAY_MS);
      await turns();
      expect(client.isOpen()).toBe(false);
      expect(decoy.connections).toBe(0);
    });

    it('survives raw bytes in any pieces, and answers with no flood', async () => {
      const started = await start();
      const { decoy, connect, events, failures } = started;
      const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { minLength: 1, maxLength: 6 });
      await fc.assert(
        fc.asyncProperty(pieces, async (sent) => {
          events.length = 0;
          const client = connect();
          for (const piece of sent) await client.send(piece);
          started.clock.advance(3000);
          await turns();
          await client.leave();
          expect(client.received()).toBeLessThan(1024 * 1024);
          expect(decoy.connections).toBe(0);
          expect(failures).toEqual([]);
          expectStory(id, events);
        }),
        { numRuns: RUNS },
      );
    });

    it('bounds what it holds of a client that never ends its line', async () => {
      const { connect, failures } = await start();
      const client = connect();
      for (let i = 0; i < 40 && client.isOpen(); i++) await client.send(Buffer.alloc(64 * 1024, 0x41));
      await client.leave();
      expect(client.received()).toBeLessThan(8 * 1024 * 1024);
      expect(failures).toEqual([]);
    });
  });
}

/** Connects first and disconnects last, counts on without a gap, and says everywhere whose it is. */
function expectStory(id: string, events: readonly SensorEvent[]): void {
  expect(events[0]?.event.action).toBe(`${id}-connect`);
  expect(events.at(-1)?.event.action).toBe(`${id}-disconnect`);
  for (const [at, event] of events.entries()) {
    expect(event.event.dataset).toBe(`netsentinel.${id}`);
    expect(event.event.action?.startsWith(`${id}-`)).toBe(true);
    expect(event.netsentinel?.decoy?.type).toBe(id);
    expect(event.netsentinel?.session?.sequence).toBe(at);
    expect(event.source?.ip).toBeDefined();
  }
}

function startDecoy(definition: DecoyDefinition<unknown>, options: Omit<DecoyContextOptions, 'clock'>): Started {
  const clock = new CountingClock();
  const recorded = createDecoyContext({ id: `${definition.id}-1`, ...options, clock });
  const decoy = definition.create(recorded.ctx, definition.config.parse({}));
  return {
    ...recorded,
    decoy,
    clock,
    connect(ip = '192.0.2.1') {
      const [ours, theirs] = duplexPair();
      let received = 0;
      let open = true;
      theirs.on('data', (chunk: Buffer) => (received += chunk.length));
      theirs.on('error', () => {});
      theirs.on('end', () => (open = false));
      theirs.on('close', () => ours.destroy());
      ours.on('close', () => {
        open = false;
        theirs.destroy();
      });
      decoy.accept({
        stream: ours,
        source: { ip, port: 40_000 },
        destination: { ip: '203.0.113.9', port: definition.standardPort },
      });
      return {
        received: () => received,
        isOpen: () => open,
        async send(bytes) {
          if (!theirs.destroyed && !theirs.writableEnded) theirs.write(bytes);
          await turns();
        },
        async leave() {
          theirs.destroy();
          await turns();
        },
      };
    },
  };
}

/** Time by hand, that knows how many timers nobody has cancelled. */
class CountingClock implements Clock {
  readonly #clock = new ManualClock(Date.UTC(2026, 10, 21, 18));
  pending = 0;

  now(): number {
    return this.#clock.now();
  }

  monotonicMs(): number {
    return this.#clock.monotonicMs();
  }

  after(delayMs: number, callback: () => void): () => void {
    let waits = true;
    const over = (): void => {
      if (waits) this.pending--;
      waits = false;
    };
    this.pending++;
    const cancel = this.#clock.after(delayMs, () => {
      over();
      callback();
    });
    return () => {
      over();
      cancel();
    };
  }

  advance(ms: number): void {
    this.#clock.advance(ms);
  }
}

async function turns(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
}
