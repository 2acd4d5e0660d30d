/**
 * Gathers probes: each source, the address of ours that it asked and the kind of its packets is one tally, told in batches. A scan of all ports is some
 * dozens of events and every port of it is counted, once. What a flood of forged sources can take is bounded: sources that nobody has heard of are told at a
 * steady rate, and those for which there is no room are counted together.
 */
import type { Probe, ProbeBatch, ProbeKind } from './probe.types.ts';

export interface LedgerLimits {
  /** Tallies kept, told and untold; a set of many ports counts as `BITMAP_COST` of them. */
  readonly maxTallies: number;
  /** Of sources that were not told of before, so many a second, and this many at once after a quiet time. */
  readonly newPerSecond: number;
  readonly newAtOnce: number;
  /** Batches of one call. */
  readonly maxBatches: number;
}

const LIMITS: LedgerLimits = { maxTallies: 8192, newPerSecond: 50, newAtOnce: 1000, maxBatches: 40 };
/** The first ports of a scan are told soon, what follows in larger batches. */
const FIRST_WAIT_MS = 200;
const MAX_WAIT_MS = 1000;
/** After so long without a packet the same source starts anew. */
const FORGET_MS = 10 * 60_000;
/** Who touched so many ports is somebody: told at once, whatever else comes. */
const MANY_PORTS = 4;
const LIST_PORTS = 32;
const BITMAP_BYTES = 65_536 / 8;
const BITMAP_COST = 16;

/** Which ports were touched: a short list at first, then a bit for each. */
class PortSet {
  #list: number[] = [];
  #bits: Uint8Array | undefined;

  get isLarge(): boolean {
    return this.#bits !== undefined;
  }

  /** True where it was not there yet. */
  add(port: number): boolean {
    if (this.#bits === undefined) {
      if (this.#list.includes(port)) return false;
      this.#list.push(port);
      if (this.#list.length > LIST_PORTS) {
        this.#bits = new Uint8Array(BITMAP_BYTES);
        for (const one of this.#list) this.#bits[one >> 3]! |= 1 << (one & 7);
        this.#list = [];
      }
      return true;
    }
    const bit = 1 << (port & 7);
    if ((this.#bits[port >> 3]! & bit) !== 0) return false;
    this.#bits[port >> 3]! |= bit;
    return true;
  }
}

interface Tally {
  readonly kind: ProbeKind;
  readonly source: string;
  readonly sourcePort: number;
  readonly target: string;
  readonly touched: PortSet;
  /** Touched since the last batch, in the order they came. */
  fresh: number[];
  /** Since the last batch. */
  packets: number;
  firstAt: number;
  lastAt: number;
  total: number;
  isTold: boolean;
  waitMs: number;
  dueAt: number;
}

/** Whether a port counts as touched: nothing of the machine's serves it. */
export type IsTouched = (kind: ProbeKind, target: string, port: number) => boolean;

export class ProbeLedger {
  readonly #limits: LedgerLimits;
  /** The one unheard for longest first. */
  readonly #tallies = new Map<string, Tally>();
  readonly #waiting = new Map<string, Tally>();
  #cost = 0;
  #credit: number;
  #creditAt = 0;
  #unlisted = 0;

  constructor(limits: LedgerLimits = LIMITS) {
    this.#limits = limits;
    this.#credit = limits.newAtOnce;
  }

  /** Probes that there was no room for, since the last time that it was asked. */
  takeUnlisted(): number {
    const unlisted = this.#unlisted;
    this.#unlisted = 0;
    return unlisted;
  }

  get held(): number {
    return this.#tallies.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  see(probe: Probe, nowMs: number): void {
    const key = `${probe.source} ${probe.target} ${probe.kind}`;
    const tally = this.#tallies.get(key) ?? this.#open(key, probe);
    if (tally === undefined) {
      this.#unlisted++;
      return;
    }
    if (tally.packets === 0) {
      tally.firstAt = nowMs;
      tally.dueAt = nowMs + tally.waitMs;
      this.#waiting.set(key, tally);
    }
    tally.packets++;
    tally.lastAt = nowMs;
    if (probe.port === 0 && isPortless(probe.kind)) return;
    const wasLarge = tally.touched.isLarge;
    if (tally.touched.add(probe.port)) tally.fresh.push(probe.port);
    if (!wasLarge && tally.touched.isLarge) this.#cost += BITMAP_COST;
  }

  /**
   * What is to be told by now; everything where `nowMs` is infinite.
   * @param beforeFirst called where there is something, before anything is asked about its ports
   */
  due(nowMs: number, isTouched: IsTouched, beforeFirst?: () => void): ProbeBatch[] {
    this.#refill(nowMs);
    const batches: ProbeBatch[] = [];
    let looked = 0;
    for (const [key, tally] of this.#waiting) {
      if (tally.dueAt > nowMs) continue;
      if (batches.length >= this.#limits.maxBatches) break;
      // In a flood thousands wait for their turn.
      if (!tally.isTold && tally.fresh.length < MANY_PORTS && this.#credit < 1) continue;
      if (looked++ === 0) beforeFirst?.();
      const ports = tally.fresh.filter((port) => isTouched(tally.kind, tally.target, port));
      const isKnown = tally.isTold || ports.length >= MANY_PORTS;
      const isWorth = isPortless(tally.kind) || ports.length > 0;
      if (isWorth && !isKnown) {
        if (this.#credit < 1) continue;
        this.#credit--;
      }
      this.#waiting.delete(key);
      // At the end, as the one heard last.
      this.#tallies.delete(key);
      this.#tallies.set(key, tally);
      if (isWorth) batches.push(told(tally, ports));
      tally.fresh = [];
      tally.packets = 0;
    }
    return batches;
  }

  expire(nowMs: number): void {
    for (const [key, tally] of this.#tallies)
      if (tally.packets === 0 && nowMs - tally.lastAt > FORGET_MS) this.#forget(key, tally);
  }

  #open(key: string, { kind, source, sourcePort, target }: Probe): Tally | undefined {
    while (this.#cost >= this.#limits.maxTallies) {
      const oldest = this.#tallies.entries().next().value!;
      // What was not told yet is not given up for what comes after it.
      if (oldest[1].packets > 0) return undefined;
      this.#forget(...oldest);
    }
    const tally: Tally = {
      kind,
      source,
      sourcePort,
      target,
      touched: new PortSet(),
      fresh: [],
      packets: 0,
      firstAt: 0,
      lastAt: 0,
      total: 0,
      isTold: false,
      waitMs: FIRST_WAIT_MS,
      dueAt: 0,
    };
    this.#tallies.set(key, tally);
    this.#cost++;
    return tally;
  }

  #forget(key: string, tally: Tally): void {
    this.#tallies.delete(key);
    this.#cost -= tally.touched.isLarge ? 1 + BITMAP_COST : 1;
  }

  #refill(nowMs: number): void {
    const { newPerSecond, newAtOnce } = this.#limits;
    if (nowMs === Number.POSITIVE_INFINITY) return;
    const passedMs = Math.max(0, nowMs - this.#creditAt);
    this.#creditAt = nowMs;
    this.#credit = Math.min(newAtOnce, this.#credit + (passedMs / 1000) * newPerSecond);
  }
}

function told(tally: Tally, ports: number[]): ProbeBatch {
  const { kind, source, sourcePort, target, packets, firstAt, lastAt } = tally;
  tally.total += ports.length;
  tally.isTold = true;
  tally.waitMs = Math.min(MAX_WAIT_MS, tally.waitMs * 2);
  ports.sort((a, b) => a - b);
  return { kind, source, sourcePort, target, ports, total: tally.total, packets, firstAt, lastAt };
}

/** Echo requests have no ports; port 0 of TCP is one that scanners ask for. */
export function isPortless(kind: ProbeKind): boolean {
  return kind === 'echo' || kind === 'timestamp';
}
