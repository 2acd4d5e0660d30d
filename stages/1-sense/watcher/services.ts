/** What serves the machine's ports, and so which touches count: those of ports that nobody serves, and of decoys'. */
import type { ProbeKind } from './probe.types.ts';
import { isServed, type ServedPorts } from './socket-table.ts';

/** Sockets of UDP live shortly; an answer may come when its asker is gone. */
const KEEP_UDP_MS = 60_000;
const MAX_KEPT = 8192;

const NO_PORTS: ReadonlySet<string> = new Set();

export class Services {
  readonly #decoys: ReadonlySet<string>;
  readonly #clientPortsFrom: number;
  #tcp: ReadonlySet<string> = NO_PORTS;
  #udp: ReadonlySet<string> = NO_PORTS;
  /** UDP sockets of the last minute, with when they were last there. */
  readonly #recentUdp = new Map<string, number>();
  /** Ports whose connections somebody takes without a socket of this machine: passed on to a container. */
  readonly #passedOn = new Set<string>();

  /**
   * @param decoys what decoys listen on: `tcp 22` at all addresses, `tcp 192.0.2.1 22` at one
   * @param clientPortsFrom where the machine's own clients begin to take ports
   */
  constructor(decoys: readonly string[], clientPortsFrom: number) {
    this.#decoys = new Set(decoys);
    this.#clientPortsFrom = clientPortsFrom;
  }

  /** The kernel's tables of this moment. */
  update(tables: { readonly tcp: ServedPorts; readonly udp: ServedPorts }, nowMs: number): void {
    this.#tcp = tables.tcp;
    this.#udp = tables.udp;
    for (const one of tables.udp) {
      this.#recentUdp.delete(one);
      this.#recentUdp.set(one, nowMs);
    }
    for (const [one, at] of this.#recentUdp)
      if (nowMs - at > KEEP_UDP_MS || this.#recentUdp.size > MAX_KEPT) this.#recentUdp.delete(one);
      else break;
  }

  /** The machine took a connection there. */
  tookConnection(address: string, port: number): void {
    if (this.#passedOn.size < MAX_KEPT && !this.isDecoys('tcp', address, port))
      this.#passedOn.add(`${address} ${port}`);
  }

  isTouched(kind: ProbeKind, address: string, port: number): boolean {
    if (kind === 'udp') {
      if (isServed(this.#udp, address, port)) return false;
      return !this.#recentUdp.has(`${port}`) && !this.#recentUdp.has(`${address} ${port}`);
    }
    // A reset may answer a late segment of a connection of our own that is over.
    if (kind === 'ack' && port >= this.#clientPortsFrom) return false;
    if (this.isDecoys('tcp', address, port)) return kind !== 'ack';
    return !isServed(this.#tcp, address, port) && !this.#passedOn.has(`${address} ${port}`);
  }

  /** Whether a decoy listens there. */
  isDecoys(transport: string, address: string, port: number): boolean {
    return this.#decoys.has(`${transport} ${port}`) || this.#decoys.has(`${transport} ${address} ${port}`);
  }
}
