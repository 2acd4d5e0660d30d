/** What one source says is blocked, and how old that is. A new list takes the old one's place at once, however long it took to read. */
import { parseNetwork } from '@netsentinel/kernel/address';
import type { Address, Network } from '@netsentinel/kernel/address';
import { NetworkSet } from './network-set.ts';

/** Text of a network, and when it ends in milliseconds since 1970. */
export type Entry = readonly [network: string, untilMs: number];

export interface FeedStatus {
  readonly source: string;
  /** `never`: not reached since the start; `stale`: not heard of for too long; the list is as of `asOfMs`. */
  readonly state: 'live' | 'stale' | 'never';
  readonly entries: number;
  /** Entries that are no network, or one that is too wide to believe. */
  readonly refused: number;
  readonly asOfMs: number | undefined;
}

/** A list that would block a whole continent is a mistake, or an attack on us. */
const WIDEST = { 4: 8, 6: 19 } as const;
export const MAX_ENTRIES = 1_000_000;
/** Entries that are read at a time: requests are served between two of these. */
const SLICE = 2_000;

export class Feed {
  readonly #source: string;
  readonly #staleMs: number;
  readonly #now: () => number;
  #set = new NetworkSet();
  #heardMs: number | undefined;
  #refused = 0;

  constructor(source: string, staleMs: number, now: () => number) {
    this.#source = source;
    this.#staleMs = staleMs;
    this.#now = now;
  }

  until(address: Address, nowMs: number): number {
    return this.#set.until(address, nowMs);
  }

  /** The source is there, and has said all that it has to say. */
  heard(): void {
    this.#heardMs = this.#now();
  }

  /** Takes the whole list; @returns false where `isCancelled` became true on the way, and nothing was changed. */
  async replace(entries: Iterable<Entry>, isCancelled: () => boolean = () => false): Promise<boolean> {
    const set = new NetworkSet();
    let refused = 0;
    let count = 0;
    for (const entry of entries) {
      if (!add(set, entry)) refused++;
      if (++count % SLICE === 0) {
        await new Promise<void>((resolve) => setImmediate(resolve));
        if (isCancelled()) return false;
      }
    }
    this.#set = set;
    this.#refused = refused;
    return true;
  }

  change(added: Iterable<Entry>, removed: Iterable<string>): void {
    for (const text of removed) {
      const network = parseNetwork(text);
      if (network !== undefined) this.#set.delete(network);
    }
    for (const entry of added) if (!add(this.#set, entry)) this.#refused++;
  }

  /** Forgets what has ended. */
  sweep(nowMs: number): void {
    this.#set.sweep(nowMs);
  }

  status(nowMs: number): FeedStatus {
    const asOfMs = this.#heardMs;
    const state = asOfMs === undefined ? 'never' : nowMs - asOfMs > this.#staleMs ? 'stale' : 'live';
    return { source: this.#source, state, entries: this.#set.size, refused: this.#refused, asOfMs };
  }
}

function add(set: NetworkSet, [text, untilMs]: Entry): boolean {
  const network: Network | undefined = typeof text === 'string' ? parseNetwork(text) : undefined;
  if (network === undefined || !Number.isFinite(untilMs)) return false;
  if (network.prefix < WIDEST[network.family]) return false;
  if (set.size >= MAX_ENTRIES && !set.has(network)) return false;
  set.set(network, untilMs);
  return true;
}
