/** Lines about runs on their way to the audit: each stays with its run in the store until the audit has it, and is sent again until then. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { PlaybookRecord } from '@netsentinel/contracts/playbook-record';
import type { StateStore } from '@netsentinel/contracts/state-store';

const RESEND_MS = 5_000;
const MAX_CONFIRMED = 10_000;
const MAX_RUNS = 1000;

export class RecordOutbox {
  readonly #state: StateStore;
  readonly #clock: Clock;
  readonly #send: (line: PlaybookRecord) => void;
  /** Lines that the audit has, not yet taken off their runs. */
  readonly #confirmed = new Set<string>();
  /** Sent since the last time that all were. */
  readonly #sent = new Set<string>();
  #allSentAt = -Infinity;

  constructor(options: {
    readonly state: StateStore;
    readonly clock: Clock;
    readonly send: (line: PlaybookRecord) => void;
  }) {
    this.#state = options.state;
    this.#clock = options.clock;
    this.#send = options.send;
  }

  confirm(id: string): void {
    if (this.#confirmed.size < MAX_CONFIRMED) this.#confirmed.add(id);
  }

  /** All that are not confirmed are sent again. */
  sendAgain(): void {
    this.#allSentAt = -Infinity;
  }

  /** Takes confirmed lines off their runs, and sends the others. Nobody else may change runs meanwhile. */
  async round(): Promise<void> {
    const open = await this.#state.read.playbookRuns({ open: true, limit: MAX_RUNS });
    const seen = new Set(this.#confirmed);
    const done = open.filter(({ unconfirmed }) => unconfirmed.some(({ id }) => seen.has(id)));
    if (done.length > 0)
      await this.#state.transaction(async (tx) => {
        for (const run of done)
          await tx.putPlaybookRun({ ...run, unconfirmed: run.unconfirmed.filter(({ id }) => !seen.has(id)) });
      });
    for (const id of seen) this.#confirmed.delete(id);
    const now = this.#clock.monotonicMs();
    if (now - this.#allSentAt >= RESEND_MS) {
      this.#allSentAt = now;
      this.#sent.clear();
    }
    for (const { unconfirmed } of open.toReversed())
      for (const line of unconfirmed) {
        if (seen.has(line.id) || this.#sent.has(line.id)) continue;
        this.#sent.add(line.id);
        this.#send(line);
      }
  }
}
