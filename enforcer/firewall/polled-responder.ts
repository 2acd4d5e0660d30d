/**
 * A responder over a firewall that does not tell of its changes by itself. It looks every second or two whether our rules are in
 * place and whether the number of entries is as intended; only where it is not, and every few minutes to be sure, everything is read
 * and compared. Changes run one after another; proof that they are in force is asked for beside them, for many at once.
 */
import type { Measure } from '@netsentinel/contracts/action';
import { formatNetwork, parseNetwork } from '@netsentinel/kernel/address';
import { NOT_STARTED } from '../availability.ts';
import type { CommandResult } from '../program.ts';
import { repeat } from '../repeat.ts';
import type { Availability, Change, ChangeOutcome, Entry, Responder, ResponderContext } from '../responder.types.ts';
import { Turns } from '../turns.ts';
import type { Firewall, Upkeep } from './firewall.types.ts';

export interface Polling {
  /** Milliseconds between two looks at the rules and the number of entries. */
  readonly checkMs: number;
  /** Milliseconds between two comparisons of every entry. */
  readonly compareMs: number;
}

/** The firewalls' clocks tick in seconds: a difference up to this is none. */
const TOLERANCE_MS = 2500;
/** Entries beyond those intended are most often ones that end within the second; others are looked into this late. */
const EXTRA_MS = 15_000;
/** Comparing takes no more than a part of the time: after one, the next waits this many times as long as it took, up to `MOST_REST_MS`. */
const REST = 10;
const EXPIRY_RETRY_MS = 1000;
const MOST_REST_MS = 4000;

export class PolledResponder implements Responder {
  readonly id: string;
  readonly #ctx: ResponderContext;
  readonly #firewall: Firewall;
  readonly #polling: Polling;
  readonly #turns = new Turns();
  #availability: Availability = NOT_STARTED;
  /** Replacements of everything that were asked for and are not done yet. */
  #syncs = 0;
  /** Changes that were asked for and are not done yet: what is intended is ahead of the world by these. */
  readonly #underWay = new Set<readonly Change[]>();
  /** Times that entries were changed. */
  #changed = 0;
  #unverified: { readonly change: Change; readonly settle: (seen: boolean) => void }[] = [];
  #verifying = false;
  #verification: Promise<void> | undefined;
  #stopChecks: (() => void) | undefined;
  #looking: Promise<void> | undefined;
  #cancelExpiry: (() => void) | undefined;
  /** Taking out what is over is asked for already, and has its turn. */
  #expiring = false;
  /** Not sooner: what is over could not be taken out. */
  #expireAgainAt = 0;
  /** Blocks of the books without an entry of their own (two blocks of one network), as the last comparison found it. */
  #surplus = 0;
  #comparedAt = 0;
  #restUntil = 0;
  /** Since when there have been more entries than intended at each look. */
  #extraSince: number | undefined;
  /** The last look found it unavailable. */
  #doubtful = false;
  #cleared = false;
  #closed = false;

  constructor(id: string, ctx: ResponderContext, firewall: Firewall, polling: Polling) {
    this.id = id;
    this.#ctx = ctx;
    this.#firewall = firewall;
    this.#polling = polling;
  }

  availability(): Availability {
    return this.#availability;
  }

  async start(): Promise<Availability> {
    await this.#exclusive(() => this.#rebuild());
    if (!this.#closed)
      this.#stopChecks ??= repeat(
        this.#ctx.clock,
        this.#polling.checkMs,
        () => (this.#looking = this.#look()),
        (error) => this.#ctx.log.error('Looking after the firewall failed', { responder: this.id, error }),
      );
    return this.#availability;
  }

  plan(change: Change): readonly string[] {
    const refusal = this.#firewall.refusal(change.network);
    return refusal === undefined ? this.#firewall.plan(change) : [`nothing: ${refusal}`];
  }

  refuses(measure: Measure): string | undefined {
    if (this.#firewall.refuses !== undefined) return this.#firewall.refuses(measure);
    return measure === 'block' ? undefined : 'it can only block';
  }

  async apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    this.#underWay.add(changes);
    try {
      return await this.#exclusive(() => this.#apply(changes));
    } finally {
      this.#underWay.delete(changes);
    }
  }

  async sync(): Promise<Availability> {
    this.#syncs += 1;
    try {
      return await this.#exclusive(async () => {
        await this.#rebuild();
        return this.#availability;
      });
    } finally {
      this.#syncs -= 1;
    }
  }

  clear(): Promise<Availability> {
    return this.#exclusive(async () => {
      this.#cleared = true;
      const result = await this.#firewall.remove();
      if (!result.ok)
        this.#unavailable(
          `what is in force could not be removed: ${result.reason}`,
          'Remove it by hand, or try again.',
        );
      return this.#availability;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#stopChecks?.();
    this.#cancelExpiry?.();
    await this.#looking;
    await this.#turns.done();
    await Promise.all([this.#verification, this.#firewall.close?.()]);
    for (const { settle } of this.#unverified.splice(0)) settle(false);
  }

  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    return this.#turns.take(() => work().finally(() => this.#planExpiry()));
  }

  #planExpiry(): void {
    this.#cancelExpiry?.();
    const next = this.#firewall.nextEnd?.();
    if (next === undefined || this.#expiring || this.#closed || this.#cleared) return;
    // What ended while others had their turn is due now: a pause from here on would begin anew with each of their turns.
    const delayMs = Math.max(next, this.#expireAgainAt) - this.#ctx.clock.monotonicMs();
    this.#cancelExpiry = this.#ctx.clock.after(Math.max(0, delayMs), () => {
      this.#expiring = true;
      void this.#exclusive(async () => {
        this.#expiring = false;
        await this.#expire();
        const now = this.#ctx.clock.monotonicMs();
        if ((this.#firewall.nextEnd?.() ?? Infinity) <= now) this.#expireAgainAt = now + EXPIRY_RETRY_MS;
      });
    });
  }

  async #expire(): Promise<void> {
    const due = this.#firewall.due?.(this.#ctx.clock.monotonicMs()) ?? [];
    // What is unavailable or cleared is made anew as a whole.
    if (due.length === 0 || this.#closed || this.#cleared || !this.#availability.available) return;
    const changes = due.map((network): Change => {
      const remainingMs = this.#intends(network);
      return remainingMs === undefined
        ? { kind: 'unblock', network }
        : { kind: 'block', network, remainingMs, renew: true };
    });
    await this.#change(changes);
  }

  async #apply(changes: readonly Change[]): Promise<readonly ChangeOutcome[]> {
    const availability = this.#availability;
    if (this.#closed || !availability.available) {
      const reason = availability.available ? 'closed' : availability.reason;
      return changes.map(() => ({ ok: false as const, reason }));
    }
    const refusals = changes.map((change) => this.#firewall.refusal(change.network));
    const result = await this.#change(changes.filter((_, i) => refusals[i] === undefined));
    const { ok } = result;
    const failure = result.ok ? '' : result.reason;
    return changes.map((change, i) => {
      const reason = refusals[i] ?? (ok ? undefined : failure);
      return reason === undefined ? { ok: true, verified: this.#verify(change) } : { ok: false, reason };
    });
  }

  /** Makes the changes; where that fails, a set is most likely gone, or half of them is made, and everything is replaced. */
  async #change(changes: readonly Change[]): Promise<CommandResult> {
    this.#changed += 1;
    const result = await this.#firewall.change(changes);
    if (result.ok) return result;
    this.#ctx.log.warn('A change failed; everything is replaced', { responder: this.id, reason: result.reason });
    // What is intended includes these changes, so they are made too.
    const rebuilt = await this.#rebuild();
    if (rebuilt.ok) this.#ctx.onMended('a change found the firewall altered', this.#ctx.intended.count());
    return rebuilt;
  }

  #unavailable(reason: string, hint: string): void {
    this.#availability = { available: false, reason, hint };
  }

  /** Puts rules and entries in place, whatever was there. */
  async #rebuild(): Promise<CommandResult> {
    this.#cleared = false;
    const upkeep = await this.#firewall.uphold();
    if (!upkeep.ok) {
      this.#unavailable(upkeep.reason, upkeep.hint);
      return upkeep;
    }
    let entries = 0;
    const result = await this.#firewall.replace(
      counted(this.#ctx.intended.all(), () => {
        entries += 1;
      }),
    );
    if (!result.ok) {
      this.#unavailable(result.reason, 'See what the log and the firewall’s own programs say.');
      return result;
    }
    this.#surplus = this.#ctx.intended.count() - entries;
    this.#comparedAt = this.#ctx.clock.monotonicMs();
    this.#extraSince = undefined;
    this.#availability = { available: true, detail: upkeep.detail };
    return result;
  }

  #verify(change: Change): Promise<boolean> {
    return new Promise((resolve) => {
      this.#unverified.push({ change, settle: resolve });
      if (this.#verifying) return;
      this.#verifying = true;
      // After the answer has gone out: asking for proof must not make the change slower.
      setImmediate(() => {
        this.#verification = this.#verifyAll();
      });
    });
  }

  async #verifyAll(): Promise<void> {
    while (this.#unverified.length > 0 && !this.#closed) {
      const batch = this.#unverified.splice(0);
      const seen = await this.#firewall.seen(batch.map(({ change }) => change));
      // What has been changed again since is no failure of this change: that one will be asked for by itself.
      for (const [i, { change, settle }] of batch.entries())
        settle(seen[i] === true || (this.#intends(change.network) !== undefined) !== (change.kind === 'block'));
    }
    this.#verifying = false;
    if (this.#closed) for (const { settle } of this.#unverified.splice(0)) settle(false);
  }

  #intends(network: Entry['network']): number | undefined {
    const remainingMs = this.#ctx.intended.remainingMs(network);
    return remainingMs === undefined ? undefined : Math.min(remainingMs, this.#firewall.longestMs);
  }

  async #look(): Promise<void> {
    const upkeep = await this.#exclusive(() => this.#uphold());
    if (upkeep === undefined) return;
    // Changes do not wait while entries are counted.
    if (await this.#comparisonDue()) await this.#exclusive(() => this.#compare(upkeep.mended));
    else if (upkeep.mended !== undefined) this.#ctx.onMended(upkeep.mended, this.#ctx.intended.count());
  }

  /** Undefined where entries need no look: the firewall is not there, or they have just been put in place. */
  async #uphold(): Promise<Extract<Upkeep, { readonly ok: true }> | undefined> {
    if (this.#closed || this.#cleared) return undefined;
    if (!this.#availability.available) {
      const result = await this.#rebuild();
      if (result.ok) this.#ctx.onMended('the firewall is there again', this.#ctx.intended.count());
      return undefined;
    }
    const upkeep = await this.#firewall.uphold();
    if (!upkeep.ok) {
      // A firewall that is being reloaded is gone for a moment; changes of entries that cannot be made say so themselves.
      if (this.#doubtful) this.#unavailable(upkeep.reason, upkeep.hint);
      this.#doubtful = true;
      return undefined;
    }
    this.#doubtful = false;
    this.#availability = { available: true, detail: upkeep.detail };
    return upkeep;
  }

  async #comparisonDue(): Promise<boolean> {
    const now = this.#ctx.clock.monotonicMs();
    // Not while changes wait: they make the difference, and they wait for us.
    if (this.#changesWait()) return false;
    const changed = this.#changed;
    const entries = await this.#firewall.count();
    if (this.#changesWait()) return false;
    if (entries === undefined) return true;
    if (now - this.#comparedAt > this.#polling.compareMs) return true;
    // A change that came and went meanwhile is in what is intended, and perhaps not in what was counted.
    if (changed !== this.#changed) return false;
    const extra = entries + this.#surplus - this.#ctx.intended.count();
    if (extra <= 0) this.#extraSince = undefined;
    else this.#extraSince ??= now;
    if (now < this.#restUntil) return false;
    return extra < 0 || (this.#extraSince !== undefined && now - this.#extraSince > EXTRA_MS);
  }

  #changesWait(): boolean {
    return this.#underWay.size > 0 || this.#syncs > 0 || (this.#ctx.intended.waiting?.().size ?? 0) > 0;
  }

  /** Reads everything and sets right what differs; `mended`: what has been set right already. */
  async #compare(mended: string | undefined): Promise<void> {
    if (this.#closed || this.#cleared || !this.#availability.available) return;
    const begun = this.#ctx.clock.monotonicMs();
    const listed = await this.#firewall.list();
    // All of it is about to be replaced.
    if (this.#syncs > 0 && listed !== undefined) {
      if (mended !== undefined) this.#ctx.onMended(mended, this.#ctx.intended.count());
      return;
    }
    if (listed === undefined) {
      const result = await this.#rebuild();
      if (result.ok) this.#ctx.onMended(mended ?? 'entries could not be read', this.#ctx.intended.count());
      return;
    }
    const waiting = new Set<string>();
    for (const changes of this.#underWay) for (const { network } of changes) waiting.add(formatNetwork(network));
    const later = this.#ctx.intended.waiting?.();
    const waits = (key: string): boolean => waiting.has(key) || later?.has(key) === true;
    const changes: Change[] = [];
    let [entries, renewed] = [0, 0];
    for (const entry of this.#ctx.intended.all()) {
      const { network, remainingMs } = entry;
      const key = formatNetwork(network);
      const actualMs = listed.get(key);
      listed.delete(key);
      const refused = this.#firewall.refusal(network) !== undefined;
      if (actualMs !== undefined || !refused) entries += 1;
      if (waits(key) || refused) continue;
      const longest = this.#firewall.longestMs;
      if (actualMs !== undefined) {
        if (near(actualMs, Math.min(remainingMs, longest))) continue;
        // Shorter than is intended because the firewall holds none as long: renewed when half of its time is over.
        const held = actualMs < remainingMs && actualMs <= longest + TOLERANCE_MS;
        if (held && remainingMs > longest && actualMs >= longest / 2) continue;
        if (held && actualMs >= longest / 2 - this.#polling.compareMs - TOLERANCE_MS) renewed += 1;
      }
      changes.push({ kind: 'block', ...entry, renew: true });
    }
    // What is left of the list was not intended as it was read; one that ends within the second is none of our concern.
    for (const [key, remainingMs] of listed) {
      const network = parseNetwork(key);
      if (network !== undefined && remainingMs > TOLERANCE_MS && !waits(key))
        changes.push({ kind: 'unblock', network });
    }
    this.#surplus = this.#ctx.intended.count() - entries;
    this.#comparedAt = this.#ctx.clock.monotonicMs();
    this.#restUntil = this.#comparedAt + Math.min(MOST_REST_MS, REST * (this.#comparedAt - begun));
    this.#extraSince = undefined;
    if (changes.length === 0) {
      if (mended !== undefined) this.#ctx.onMended(mended, entries);
      return;
    }
    const result = await this.#firewall.change(changes);
    if (result.ok && mended === undefined && changes.length === renewed) return;
    if (result.ok) this.#ctx.onMended(mended ?? 'somebody changed entries', changes.length - renewed);
    else this.#unavailable(result.reason, 'See what the log and the firewall’s own programs say.');
  }
}

function near(actualMs: number, intendedMs: number): boolean {
  return Math.abs(actualMs - intendedMs) <= TOLERANCE_MS;
}

function* counted(entries: Iterable<Entry>, onEntry: () => void): Generator<Entry> {
  for (const entry of entries) {
    onEntry();
    yield entry;
  }
}
