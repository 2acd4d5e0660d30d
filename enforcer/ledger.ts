/**
 * The enforcer's memory: blocks and audit as one thing. `commit` makes a change durable together with the lines that record it;
 * `later` adds what may be lost in a crash without harm (that a block has been seen in force) to the next commit. Audit lines reach
 * their files in the background, in groups, and leave the outbox once they are synced.
 */
import { join } from 'node:path';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import { AuditWriter, type AuditEntry } from './audit.ts';
import { BlockStore } from './block-store.ts';

const LATER_MS = 50;
const RETRY_MS = 1000;

export class Ledger {
  readonly store: BlockStore;
  readonly #audit: AuditWriter;
  readonly #clock: Clock;
  readonly #log: Logger;
  #later: (() => void)[] = [];
  #cancelLater: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;
  #pump: Promise<void> | undefined;
  #again = false;
  #writtenSeq: number;
  #closed = false;

  constructor(options: { directory: string; auditFileBytes: number; clock: Clock; log: Logger }) {
    this.#clock = options.clock;
    this.#log = options.log;
    this.store = new BlockStore(join(options.directory, 'enforcer.db'));
    this.#audit = new AuditWriter(join(options.directory, 'audit'), options.auditFileBytes);
    this.#writtenSeq = this.#audit.lastSeq;
    const time = options.clock.now();
    const { repaired } = this.#audit;
    this.store.transaction(() => {
      const known = this.store.lastSeq();
      if (known < this.#writtenSeq) this.store.continueAfter(this.#writtenSeq);
      this.store.forgetOutbox(this.#writtenSeq);
      const expected = (this.store.outbox(0)[0]?.seq ?? this.store.lastSeq() + 1) - 1;
      if (expected > this.#writtenSeq)
        this.store.note({ time, kind: 'audit-shortened', expectedSeq: expected, foundSeq: this.#writtenSeq });
      if (repaired !== undefined)
        this.store.note({ time, kind: 'audit-repaired', file: repaired.file, bytes: repaired.bytes });
    });
    if (repaired !== undefined) this.#log.warn('A torn last line of the audit was cut off', { ...repaired });
  }

  /** Number of the last audit line that is on disk. */
  get auditSeq(): number {
    return this.#writtenSeq;
  }

  /** Runs `work` in one transaction, with what has been put off before it; durable unless `lazily`. */
  commit<T>(work: () => T, lazily = false): T {
    const before = this.#later;
    this.#later = [];
    this.#cancelLater?.();
    this.#cancelLater = undefined;
    try {
      const result = this.store.transaction(() => {
        for (const put of before) put();
        return work();
      }, lazily);
      this.#startPump();
      return result;
    } catch (error) {
      this.#later = [...before, ...this.#later];
      throw error;
    }
  }

  note(kind: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const entry: AuditEntry = { ...fields, time: this.#clock.now(), kind };
    this.store.note(entry);
  }

  /** Commits `work` within a few milliseconds, or with the next commit. */
  later(work: () => void): void {
    this.#later.push(work);
    if (this.#closed) return;
    this.#cancelLater ??= this.#clock.after(LATER_MS, () => {
      this.#cancelLater = undefined;
      this.#flush();
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancelRetry?.();
    this.#flush();
    await this.#pump;
    // The lines are on disk; this only spares the next start from looking at them.
    this.#flush();
    await this.#audit.close();
    this.store.close();
  }

  #flush(): void {
    this.#cancelLater?.();
    this.#cancelLater = undefined;
    try {
      this.commit(() => {}, true);
    } catch (error) {
      this.#log.error('The enforcer’s state could not be written', { error });
      if (!this.#closed) this.#cancelRetry = this.#clock.after(RETRY_MS, () => this.#flush());
    }
  }

  #startPump(): void {
    if (this.#pump !== undefined) {
      this.#again = true;
      return;
    }
    this.#pump = this.#write()
      .catch((error: unknown) => {
        this.#log.error('The audit could not be written', { error });
        if (!this.#closed) this.#cancelRetry = this.#clock.after(RETRY_MS, () => this.#startPump());
      })
      .finally(() => {
        this.#pump = undefined;
      });
  }

  async #write(): Promise<void> {
    do {
      this.#again = false;
      const lines = this.store.outbox(this.#writtenSeq);
      const last = lines.at(-1);
      if (last === undefined) continue;
      await this.#audit.append(lines);
      this.#writtenSeq = last.seq;
      const through = last.seq;
      this.later(() => this.store.forgetOutbox(through));
      this.#again ||= lines.length === 1000;
    } while (this.#again);
  }
}
