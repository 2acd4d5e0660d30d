/**
 * The ports on which clients may open data connections. They are bound by the launcher all the time and shared by all sessions of a decoy; a
 * connection belongs to the session that offered that port to that address, and to nobody else: what comes without an offer is reset.
 */
import { randomInt } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { DecoyConnection } from '@netsentinel/contracts/decoy';

export interface PassiveOffer {
  readonly port: number;
  /** Called at most once, with the connection that took the offer up; before that it waits with the offer. */
  take(taken: (stream: Duplex) => void): void;
  withdraw(): void;
}

interface Offer extends PassiveOffer {
  readonly key: string;
  stream: Duplex | undefined;
  taken: ((stream: Duplex) => void) | undefined;
}

export class PassivePorts {
  readonly #ports: readonly number[];
  /** By port and address; the oldest first. */
  readonly #offers = new Map<string, Offer>();

  constructor(ports: readonly number[]) {
    this.#ports = ports;
  }

  has(port: number): boolean {
    return this.#ports.includes(port);
  }

  /** A port for this address; undefined where there are none at all. The oldest offer to the same address gives way where all are taken. */
  offer(ip: string): PassiveOffer | undefined {
    const free = this.#ports.filter((port) => !this.#offers.has(keyOf(port, ip)));
    const port = free.length > 0 ? free[randomInt(free.length)]! : this.#oldestOf(ip);
    if (port === undefined) return undefined;
    const key = keyOf(port, ip);
    const offer: Offer = {
      key,
      port,
      stream: undefined,
      taken: undefined,
      take: (taken) => {
        if (offer.stream === undefined) offer.taken = taken;
        else taken(offer.stream);
        offer.stream = undefined;
      },
      withdraw: () => {
        if (this.#offers.get(key) === offer) this.#offers.delete(key);
        offer.taken = undefined;
        offer.stream?.destroy();
        offer.stream = undefined;
      },
    };
    this.#offers.set(key, offer);
    return offer;
  }

  accept({ stream, source, destination }: DecoyConnection): void {
    stream.on('error', () => {});
    const key = keyOf(destination.port, source.ip);
    const offer = this.#offers.get(key);
    if (offer === undefined) {
      if ('resetAndDestroy' in stream && typeof stream.resetAndDestroy === 'function') stream.resetAndDestroy();
      else stream.destroy();
      return;
    }
    this.#offers.delete(key);
    stream.pause();
    // Both directions end apart, as with a real server's socket.
    (stream as { allowHalfOpen?: boolean }).allowHalfOpen = true;
    stream.setNoDelay?.(true);
    if (offer.taken === undefined) offer.stream = stream;
    else offer.taken(stream);
    offer.taken = undefined;
  }

  close(): void {
    for (const offer of this.#offers.values()) offer.withdraw();
  }

  #oldestOf(ip: string): number | undefined {
    for (const offer of this.#offers.values())
      if (offer.key.endsWith(` ${ip}`)) {
        offer.withdraw();
        return offer.port;
      }
    return undefined;
  }
}

function keyOf(port: number, ip: string): string {
  return `${port} ${ip}`;
}
