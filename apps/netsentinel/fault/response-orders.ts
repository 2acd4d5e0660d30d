/**
 * Orders that come and go: people who block and take back through the enforcer's own socket, several at once, on few networks, so that
 * blocks of one network overlap. Keeps what was promised to them.
 */
import { callEnforcer } from '@netsentinel/enforcer/control';

/** Several people. */
const AT_ONCE = 8;
const MOST_PAUSE_MS = 1_500;
const REVERT_SHARE = 0.25;
const [SHORTEST_MS, LONGEST_MS] = [1_000, 60_000];
/** The enforcer may be away: nobody waits long for it. */
const CALL_MS = 25_000;

export interface Promised {
  readonly target: string;
  /** Wall time; no later than the enforcer's own. */
  readonly expiresAt: number;
}

export class Orders {
  readonly #socketPath: string;
  readonly #random: () => number;
  /** Blocks that were said to be in force, by id. */
  readonly applied = new Map<string, Promised>();
  /** Blocks that were said to be taken back. */
  readonly reverted = new Set<string>();
  /** The latest end that was asked for each network, answered or not. */
  readonly #latest = new Map<string, number>();
  /** When each network was asked to be blocked, and until when: wall time. */
  readonly #asked = new Map<string, { readonly from: number; readonly until: number }[]>();
  /** Networks that are being asked for: their end is not known yet. */
  readonly #underWay: string[] = [];
  readonly #reverting = new Set<string>();
  count = 0;
  #going = false;
  #workers: Promise<void>[] = [];

  constructor(socketPath: string, random: () => number) {
    this.#socketPath = socketPath;
    this.#random = random;
  }

  begin(): void {
    this.#going = true;
    this.#workers = Array.from({ length: AT_ONCE }, () => this.#work());
  }

  /** Waits for what is under way. */
  async pause(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#workers);
  }

  /** Somebody has asked to take it back: both is right, in force or let in again, until that was answered. */
  isBeingReverted(id: string): boolean {
    return this.#reverting.has(id);
  }

  latestEnd(network: string): number | undefined {
    return this.#underWay.includes(network) ? undefined : this.#latest.get(network);
  }

  /** Whether somebody wanted it blocked at `at`, or up to `graceMs` before. Only known once those who asked were heard. */
  wasAsked(network: string, at: number, graceMs: number): boolean {
    return this.#asked.get(network)?.some(({ from, until }) => from <= at && at <= until + graceMs) ?? false;
  }

  /** Asked for from then on and until then: by us, or by the platform. */
  noteAsked(network: string, from: number, until: number): void {
    this.#latest.set(network, Math.max(until, this.#latest.get(network) ?? 0));
    const asked = this.#asked.get(network);
    if (asked === undefined) this.#asked.set(network, [{ from, until }]);
    else asked.push({ from, until });
  }

  async #work(): Promise<void> {
    while (this.#going) {
      await new Promise((resolve) => setTimeout(resolve, this.#random() * MOST_PAUSE_MS));
      const held = [...this.applied.keys()].filter((id) => this.applied.get(id)!.expiresAt > Date.now());
      const id = held[Math.floor(this.#random() * held.length)];
      if (id !== undefined && this.#random() < REVERT_SHARE) await this.#revert(id);
      else await this.#block();
    }
  }

  async #block(): Promise<void> {
    const target = this.#target();
    const ttlMs = Math.round(SHORTEST_MS + this.#random() * (LONGEST_MS - SHORTEST_MS));
    const request = { command: 'do', measure: 'block', target, ttlMs, reason: 'fault', by: 'fault' } as const;
    this.#underWay.push(target);
    const expiresAt = Date.now() + ttlMs;
    try {
      const { id, status } = await callEnforcer(this.#socketPath, request, CALL_MS);
      this.count += 1;
      if (status === 'applied' || status === 'verified') this.applied.set(id, { target, expiresAt });
    } catch {
      // Killed meanwhile: it may have been taken or not, and the journal says which.
    } finally {
      this.#underWay.splice(this.#underWay.indexOf(target), 1);
      this.noteAsked(target, expiresAt - ttlMs, Date.now() + ttlMs);
    }
  }

  async #revert(id: string): Promise<void> {
    const promised = this.applied.get(id)!;
    // From here on both are right: in force, or let in again.
    this.applied.delete(id);
    this.#reverting.add(id);
    try {
      const { status } = await callEnforcer(this.#socketPath, { command: 'revert', id, by: 'fault' }, CALL_MS);
      this.count += 1;
      if (status === 'reverted' && promised.expiresAt > Date.now()) this.reverted.add(id);
    } catch {
      // As above.
    }
  }

  #target(): string {
    const n = Math.floor(this.#random() * 200);
    const kind = this.#random();
    if (kind < 0.6) return `198.18.64.${n}`;
    if (kind < 0.8) return `198.18.${65 + (n % 40)}.0/24`;
    return `2001:db8:0:${(n + 1).toString(16)}::/64`;
  }
}
