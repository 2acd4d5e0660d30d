/**
 * What goes wrong with senders: each kind is counted, told to the log at most once a minute, and shown as a problem for as long as it is new. However much a
 * flood does, it neither floods the log nor passes in silence.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger, LogFields } from '@netsentinel/contracts/log';

const LOG_EVERY_MS = 60_000;
/** So long a problem is shown after it was last seen. */
const NEW_MS = 10 * 60_000;

interface Complaint {
  total: number;
  logged: number;
  lastMs: number;
  /** What it was the last time, to begin the search with. */
  fields: LogFields;
  waiting: boolean;
}

export class Complaints {
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #byKind = new Map<string, Complaint>();

  constructor({ clock, log }: { readonly clock: Clock; readonly log: Logger }) {
    this.#clock = clock;
    this.#log = log;
  }

  /**
   * @param kind one of a few texts of ours, in the plural: `datagrams were dropped: …`
   * @param fields of one example; attacker's text only here
   */
  add(kind: string, count = 1, fields: LogFields = {}): void {
    let complaint = this.#byKind.get(kind);
    if (complaint === undefined) {
      complaint = { total: 0, logged: 0, lastMs: 0, fields, waiting: false };
      this.#byKind.set(kind, complaint);
    }
    complaint.total += count;
    complaint.lastMs = this.#clock.monotonicMs();
    complaint.fields = fields;
    if (complaint.waiting) return;
    this.#tell(kind, complaint);
    this.#wait(kind, complaint);
  }

  /** How often this was complained of since the start. */
  count(kind: string): number {
    return this.#byKind.get(kind)?.total ?? 0;
  }

  /** One sentence each, of those seen in the last ten minutes. */
  problems(): string[] {
    const since = this.#clock.monotonicMs() - NEW_MS;
    return [...this.#byKind]
      .filter(([, { lastMs }]) => lastMs > since)
      .map(([kind, { total }]) => `${total} ${total === 1 ? singular(kind) : kind}`);
  }

  #tell(kind: string, complaint: Complaint): void {
    this.#log.warn(kind, { count: complaint.total - complaint.logged, total: complaint.total, ...complaint.fields });
    complaint.logged = complaint.total;
  }

  #wait(kind: string, complaint: Complaint): void {
    complaint.waiting = true;
    this.#clock.after(LOG_EVERY_MS, () => {
      complaint.waiting = false;
      if (complaint.total === complaint.logged) return;
      this.#tell(kind, complaint);
      this.#wait(kind, complaint);
    });
  }
}

/** `connection was refused: …` */
function singular(kind: string): string {
  return kind.replace(/\b(byte|connection|datagram|request)s\b/, '$1').replace(' were ', ' was ');
}
