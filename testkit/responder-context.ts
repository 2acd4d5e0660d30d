/** What the tests of responders share: the context that one is given, changes, and patience. */
import type { Measure } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import { formatNetwork, parseNetwork, type Network } from '@netsentinel/kernel/address';
import { systemClock, type ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { vi } from 'vitest';
import type { ContextLike } from './contracts/responder.suite.ts';
import type { Change, Entry } from './responder-shape.types.ts';

/** What is intended is what the test says; what was mended is kept. */
export class FakeResponderContext implements ContextLike {
  readonly clock: Clock;
  readonly log = silentLogger;
  readonly mended: [what: string, entries: number][] = [];
  readonly #books = new Map<string, Entry>();
  readonly intended: ContextLike['intended'] = {
    remainingMs: (network) => this.#books.get(formatNetwork(network))?.remainingMs,
    measureOf: (network) => this.#books.get(formatNetwork(network))?.measure,
    all: () => this.#books.values(),
    count: () => this.#books.size,
  };

  constructor(clock: Clock = systemClock) {
    this.clock = clock;
  }

  /** For ten minutes. */
  intend(...texts: readonly string[]): void {
    for (const text of texts) this.#books.set(text, { network: networkOf(text), remainingMs: 600_000 });
  }

  /** The same, of a measure. */
  intendMeasure(measure: Measure, text: string): void {
    this.#books.set(text, { network: networkOf(text), remainingMs: 600_000, measure });
  }

  forget(text: string): void {
    this.#books.delete(text);
  }

  /** What was mended, without how much of it. */
  get mends(): string[] {
    return this.mended.map(([what]) => what);
  }

  onMended(what: string, entries: number): void {
    this.mended.push([what, entries]);
  }
}

export function blockOf(text: string, remainingMs = 60_000): Change {
  return { kind: 'block', network: networkOf(text), remainingMs, renew: false };
}

export function unblockOf(text: string): Change {
  return { kind: 'unblock', network: networkOf(text) };
}

/** Waits until it is so, with the patience that all tests have. */
export async function until(check: () => Promise<boolean> | boolean): Promise<void> {
  await vi.waitUntil(check, { interval: 20 });
}

/** Lets what was started go as far as it can without time passing. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Waits for a check in a world whose clock is turned by hand: ten seconds of its time at most. */
export function untilTurned(clock: ManualClock): (check: () => Promise<boolean>) => Promise<void> {
  return async (check) => {
    for (let i = 0; i < 100 && !(await check()); i++) {
      clock.advance(100);
      await settled();
    }
  };
}

function networkOf(text: string): Network {
  const network = parseNetwork(text);
  if (network === undefined) throw new Error(`not a network: ${text}`);
  return network;
}
