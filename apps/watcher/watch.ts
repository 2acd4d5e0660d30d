/** What the watcher does with packets, from their bytes to events, apart from where they come from and go to. */
import type { SensorEvent } from '@netsentinel/contracts/event';
import { readPacket } from '@netsentinel/sense/watcher/packet';
import { lossEvent, probeEvent } from '@netsentinel/sense/watcher/probe-event';
import { ProbeLedger } from '@netsentinel/sense/watcher/probe-ledger';
import type { Probe, ProbeBatch } from '@netsentinel/sense/watcher/probe.types';
import { Services } from '@netsentinel/sense/watcher/services';
import type { ServedPorts } from '@netsentinel/sense/watcher/socket-table';

/** Whoever resets a connection so soon wanted to know whether it would be taken. */
const GLANCE_MS = 3000;
const DNS_PORT = 53;
const MAX_OPENED = 4096;
const EXPIRE_MS = 30_000;
const STATISTICS_MS = 1000;
const LOSS_MS = 10_000;

export interface WatchOptions {
  /** Watched addresses, and whose each is. */
  readonly addresses: Readonly<Record<string, string>>;
  readonly decoyPorts: readonly string[];
  readonly clientPortsFrom: number;
  /** In canonical form. */
  readonly nameServers: readonly string[];
  /** What the kernel counted since it was last asked. */
  readonly statistics: () => { readonly packets: number; readonly dropped: number };
  /** The kernel's tables of sockets. */
  readonly tables: () => { readonly tcp: ServedPorts; readonly udp: ServedPorts };
  /** True while no more events can be taken. */
  readonly isBusy: () => boolean;
  readonly tell: (event: SensorEvent) => void;
}

export class Watch {
  readonly #options: WatchOptions;
  readonly #ledger = new ProbeLedger();
  readonly #services: Services;
  readonly #personas: ReadonlyMap<string, string>;
  readonly #nameServers: ReadonlySet<string>;
  /** Connections that programs opened at decoys lately, by both ends: the decoy tells of them, unless they are reset before it can look. */
  readonly #opened = new Map<string, { readonly probe: Probe; readonly atMs: number }>();
  #sawPackets = false;
  #countedAt = 0;
  #expiredAt = 0;
  #lossToldAt = 0;
  #loss = { unlisted: 0, dropped: 0 };
  /** All that was lost. */
  lost = 0;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#services = new Services(options.decoyPorts, options.clientPortsFrom);
    this.#personas = new Map(Object.entries(options.addresses));
    this.#nameServers = new Set(options.nameServers);
  }

  packet(bytes: Uint8Array, isOutgoing: boolean, nowMs: number): void {
    this.#sawPackets = true;
    const sight = readPacket(bytes, isOutgoing);
    if (sight === undefined) return undefined;
    if (sight.t === 'served') return this.#services.tookConnection(sight.address, sight.port);
    if (!this.#personas.has(sight.target) || this.#personas.has(sight.source)) return undefined;
    const ends = `${sight.source} ${sight.sourcePort} ${sight.target} ${sight.port}`;
    if (sight.t === 'reset') {
      const opened = this.#opened.get(ends);
      this.#opened.delete(ends);
      if (opened !== undefined && nowMs - opened.atMs < GLANCE_MS) this.#ledger.see(opened.probe, nowMs);
    } else if (sight.kind === 'connect' && this.#services.isDecoys('tcp', sight.target, sight.port))
      this.#open(ends, sight, nowMs);
    else if (!this.#isAnswerOfNames(sight)) this.#ledger.see(sight, nowMs);
    return undefined;
  }

  /** To be called some times a second. */
  tick(nowMs: number): void {
    if (this.#ledger.waiting > 0 && !this.#options.isBusy()) this.#tell(this.#due(nowMs));
    if (nowMs - this.#expiredAt > EXPIRE_MS) {
      this.#expiredAt = nowMs;
      this.#ledger.expire(nowMs);
    }
    if (this.#sawPackets && nowMs - this.#countedAt > STATISTICS_MS) this.#count(nowMs);
    if (this.#loss.unlisted + this.#loss.dropped > 0 && nowMs - this.#lossToldAt > LOSS_MS) this.#tellLoss(nowMs);
  }

  /** Tells what is left. */
  end(nowMs: number): void {
    for (let left = this.#due(Number.POSITIVE_INFINITY); left.length > 0; left = this.#due(Number.POSITIVE_INFINITY))
      this.#tell(left);
    this.#count(nowMs);
    if (this.#loss.unlisted + this.#loss.dropped > 0) this.#tellLoss(nowMs);
  }

  /** Some resolvers ask from low ports and close each at once, so that an answer finds nobody. Whoever forges one of these is not blamed for it anyway. */
  #isAnswerOfNames({ kind, source, sourcePort }: Probe): boolean {
    return kind === 'udp' && sourcePort === DNS_PORT && this.#nameServers.has(source);
  }

  #open(ends: string, probe: Probe, atMs: number): void {
    this.#opened.delete(ends);
    this.#opened.set(ends, { probe, atMs });
    for (const [oldest, one] of this.#opened)
      if (atMs - one.atMs > GLANCE_MS || this.#opened.size > MAX_OPENED) this.#opened.delete(oldest);
      else break;
  }

  #due(untilMs: number): ProbeBatch[] {
    // Only now is it looked who serves the ports, so that what began to listen before the probe came is known.
    return this.#ledger.due(untilMs, this.#isTouched(), () =>
      this.#services.update(this.#options.tables(), Date.now()),
    );
  }

  #isTouched(): Parameters<ProbeLedger['due']>[1] {
    return (kind, target, port) => this.#services.isTouched(kind, target, port);
  }

  #tell(batches: readonly ProbeBatch[]): void {
    for (const batch of batches) this.#options.tell(probeEvent(batch, this.#personas.get(batch.target)));
  }

  #count(nowMs: number): void {
    this.#countedAt = nowMs;
    this.#sawPackets = false;
    const { dropped } = this.#options.statistics();
    const unlisted = this.#ledger.takeUnlisted();
    this.#loss = { unlisted: this.#loss.unlisted + unlisted, dropped: this.#loss.dropped + dropped };
    this.lost += unlisted + dropped;
  }

  #tellLoss(nowMs: number): void {
    this.#options.tell(lossEvent(this.#loss, nowMs));
    this.#loss = { unlisted: 0, dropped: 0 };
    this.#lossToldAt = nowMs;
  }
}
