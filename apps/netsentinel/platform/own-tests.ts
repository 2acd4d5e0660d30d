/**
 * Tests of our own decoys: which addresses `decoys verify` comes from just now. It takes one of the loopback network's sixteen million at random, which no
 * packet from outside can have, and announces it over the control socket, that only the data folder's owner can open; the decoys meet an attacker of its own, and
 * 127.0.0.1's state is left alone. What comes from it is kept with a mark and is nobody's attack. A decoy cannot give the mark: the platform alone stamps it.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Event } from '@netsentinel/contracts/event';
import { NetSentinelError } from '@netsentinel/kernel/errors';

/** A run over all decoys of a machine takes two; what is recorded late still comes from an announced address. */
const VALID_MS = 20 * 60_000;
const MAX_AT_ONCE = 16;
const LOOPBACK = /^127\.(?:\d{1,3})\.(?:\d{1,3})\.(?:\d{1,3})$/;

export class OwnTests {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #until = new Map<string, number>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  /**
   * Milliseconds since the epoch until when it holds.
   * @throws NetSentinelError `OWN_TEST_ADDRESS` for an address that anybody else could come from
   */
  announce(address: string): number {
    if (!LOOPBACK.test(address) || address.startsWith('127.0.0.'))
      throw new NetSentinelError('OWN_TEST_ADDRESS', 'user', `${address} is no address that only a test of ours has`, {
        hint: 'Own tests come from 127.x.y.z, but for 127.0.0.z.',
      });
    const now = this.#clock.now();
    for (const [known, until] of this.#until) if (until <= now) this.#until.delete(known);
    this.#until.delete(address);
    if (this.#until.size >= MAX_AT_ONCE) this.#until.delete(this.#until.keys().next().value!);
    this.#until.set(address, now + VALID_MS);
    return now + VALID_MS;
  }

  /** Marks a decoy's event where it is of an own test. */
  mark(event: Event): void {
    const ip = event.source?.ip;
    if (ip === undefined || this.#until.size === 0) return;
    const until = this.#until.get(ip);
    if (until !== undefined && until > this.#clock.now()) event.netsentinel.own_test = true;
  }
}
