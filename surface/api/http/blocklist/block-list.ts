/**
 * The blocks that others may enforce for us, in memory: fed with what the enforcer said of each action, asked by the routes of this folder.
 * Every change has a number, and the last of them are kept, so that whoever comes often is told only what is new to it.
 */
import type { Action, ActionStatus } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import { measureOf } from '@netsentinel/contracts/measure-words';
import { formatNetwork, networkContains, parseNetwork, type Address, type Network } from '@netsentinel/kernel/address';

export interface Listed {
  readonly network: Network;
  /** Canonical text, the entry's name. */
  readonly text: string;
  /** Epoch milliseconds. */
  readonly until: number;
  /** A whole number that is the block's own across restarts. */
  readonly id: number;
  readonly incident: string;
  readonly reason: string;
}

/** An entry that is not in force any more; `reason` and `id` as they were. */
export type Ended = Pick<Listed, 'network' | 'text' | 'id' | 'reason'> & { readonly endedAt: number };

export interface ListChanges {
  /** To be shown at the next question. */
  readonly cursor: number;
  readonly added: readonly Listed[];
  readonly ended: readonly Ended[];
}

/** The enforcer has checked these and would not refuse them; whether its own firewall acts on them is its own mode's business. */
export const LISTED: readonly ActionStatus[] = ['simulated', 'applied', 'verified'];
/** For `seed`: how others learn of what ended while the platform was away. */
export const ENDED: readonly ActionStatus[] = ['expired', 'reverted'];

const MAX_CHANGES = 65_536;
const MAX_ENDED = 100_000;
const MAX_LISTED = 200_000;
/** Those who did not come for so long ask for the whole list. */
const KEEP_ENDED_MS = 86_400_000;
/** Between two looks for entries whose time is over. */
const SWEEP_MS = 500;

export class BlockList {
  readonly #clock: Clock;
  readonly #listed = new Map<string, Listed>();
  /** Blocks of one network overlap while they are renewed: the action's id and when it ends. */
  readonly #holding = new Map<string, Map<string, Action>>();
  readonly #ended = new Map<string, Ended>();
  /** How many entries have each prefix, by family. */
  readonly #prefixes = { 4: new Map<number, number>(), 6: new Map<number, number>() } as const;
  /** Names of the entries that changed, the last with the number `#cursor`. */
  #changes: string[] = [];
  #cursor = 0;
  #swept = 0;
  #next = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
    // So that a number from before a restart is never taken for one of now.
    this.#cursor = clock.now() * 1000;
  }

  /** Grows with each change, also when an entry ends by itself. */
  get version(): number {
    this.#sweep();
    return this.#cursor;
  }

  get size(): number {
    this.#sweep();
    return this.#listed.size;
  }

  /** What is known at the start. */
  seed(actions: readonly Action[]): void {
    for (const action of actions) this.take(action);
  }

  /** Takes what the enforcer said of an action; of any other status than listed it is not, or no more. */
  take(action: Action): void {
    const network = parseNetwork(action.target);
    // Whoever is redirected or slowed here is to be blocked nowhere.
    if (network === undefined || measureOf(action) !== 'block') return;
    const text = formatNetwork(network);
    const holding = this.#holding.get(text) ?? new Map<string, Action>();
    const holds = LISTED.includes(action.status) && action.expiresAt > this.#clock.now();
    if (!holds && !holding.has(action.id)) {
      if (ENDED.includes(action.status) && !this.#listed.has(text)) this.#bury(entryOf(network, action));
      return;
    }
    if (holds) holding.set(action.id, action);
    else holding.delete(action.id);
    if (holding.size > 0 && (this.#holding.size < MAX_LISTED || this.#holding.has(text)))
      this.#holding.set(text, holding);
    else this.#holding.delete(text);
    this.#settle(network, text);
  }

  all(): Iterable<Listed> {
    this.#sweep();
    return this.#listed.values();
  }

  get(text: string): Listed | undefined {
    this.#sweep();
    return this.#listed.get(text);
  }

  /** Entries that this network lies in, itself included. */
  containing(network: Network): Listed[] {
    this.#sweep();
    const width = network.family === 4 ? 32 : 128;
    const found: Listed[] = [];
    for (const prefix of this.#prefixes[network.family].keys()) {
      if (prefix > network.prefix) continue;
      const hostBits = BigInt(width - prefix);
      const base = (network.base >> hostBits) << hostBits;
      const entry = this.#listed.get(formatNetwork({ family: network.family, base, prefix }));
      if (entry !== undefined) found.push(entry);
    }
    return found;
  }

  /** Entries that lie in this network. */
  within(network: Network): Listed[] {
    this.#sweep();
    const { family, prefix } = network;
    const first = (entry: Listed): Address => ({ family: entry.network.family, value: entry.network.base });
    return [...this.#listed.values()].filter(
      (entry) =>
        entry.network.family === family && entry.network.prefix >= prefix && networkContains(network, first(entry)),
    );
  }

  /** What changed since; everything, and all that is known to have ended, where that is not known any more. */
  since(cursor: number | undefined): ListChanges {
    this.#sweep();
    const behind = cursor === undefined ? Infinity : this.#cursor - cursor;
    if (behind < 0 || behind > this.#changes.length)
      return { cursor: this.#cursor, added: [...this.#listed.values()], ended: [...this.#ended.values()] };
    const added: Listed[] = [];
    const ended: Ended[] = [];
    for (const text of new Set(behind === 0 ? [] : this.#changes.slice(-behind))) {
      const entry = this.#listed.get(text);
      const gone = this.#ended.get(text);
      if (entry !== undefined) added.push(entry);
      else if (gone !== undefined) ended.push(gone);
    }
    return { cursor: this.#cursor, added, ended };
  }

  /** Makes the entry what the actions that hold it say. */
  #settle(network: Network, text: string): void {
    const before = this.#listed.get(text);
    let last: Action | undefined;
    for (const action of this.#holding.get(text)?.values() ?? [])
      if (last === undefined || action.expiresAt > last.expiresAt) last = action;
    if (last === undefined) {
      if (before !== undefined) this.#remove(before);
      return;
    }
    const entry: Listed = { ...entryOf(network, last), until: last.expiresAt, incident: last.incident };
    if (before !== undefined && before.until === entry.until && before.id === entry.id) return;
    this.#listed.set(text, entry);
    this.#ended.delete(text);
    this.#next = Math.min(this.#next, entry.until);
    if (before === undefined) this.#count(network, 1);
    this.#changed(text);
  }

  #remove(entry: Listed): void {
    this.#listed.delete(entry.text);
    this.#count(entry.network, -1);
    this.#bury({ ...entry, endedAt: this.#clock.now() });
    this.#changed(entry.text);
  }

  #bury({ network, text, id, reason, endedAt }: Ended): void {
    this.#ended.delete(text);
    this.#ended.set(text, { network, text, id, reason, endedAt });
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.keys().next().value!);
  }

  #changed(text: string): void {
    this.#changes.push(text);
    this.#cursor += 1;
    if (this.#changes.length >= 2 * MAX_CHANGES) this.#changes = this.#changes.slice(-MAX_CHANGES);
  }

  #count({ family, prefix }: Network, by: number): void {
    const prefixes = this.#prefixes[family];
    const count = (prefixes.get(prefix) ?? 0) + by;
    if (count === 0) prefixes.delete(prefix);
    else prefixes.set(prefix, count);
  }

  /** Drops what is over. Costs a walk only where something is. */
  #sweep(): void {
    const now = this.#clock.now();
    if (now < this.#next || Math.abs(now - this.#swept) < SWEEP_MS) return;
    this.#swept = now;
    this.#next = Infinity;
    for (const entry of this.#listed.values())
      if (entry.until > now) this.#next = Math.min(this.#next, entry.until);
      else {
        this.#holding.delete(entry.text);
        this.#remove(entry);
      }
    for (const { text, endedAt } of this.#ended.values()) if (now - endedAt > KEEP_ENDED_MS) this.#ended.delete(text);
  }
}

function entryOf(network: Network, action: Action): Ended {
  return {
    network,
    text: formatNetwork(network),
    id: numberOf(action.id),
    reason: action.reason.slice(0, 200),
    endedAt: action.updatedAt,
  };
}

/** FNV-1a in two halves: 53 bits, so that it stays exact in every reader's JSON. */
function numberOf(id: string): number {
  let [low, high] = [0x811c9dc5, 0x1b873593];
  for (let i = 0; i < id.length; i++) {
    low = Math.imul(low ^ id.charCodeAt(i), 0x01000193) >>> 0;
    high = Math.imul(high ^ id.charCodeAt(i), 0x85ebca6b) >>> 0;
  }
  return (high & 0x1fffff) * 2 ** 32 + low;
}
