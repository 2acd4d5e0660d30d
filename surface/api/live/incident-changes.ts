/** Incidents that change often: the first change goes out at once, what follows it within a moment as one. */
import type { Clock } from '@netsentinel/contracts/clock';
import type { IncidentSummary } from '@netsentinel/contracts/incident';

const MOMENT_MS = 25;

export class IncidentChanges {
  readonly #clock: Clock;
  readonly #send: (incident: IncidentSummary) => void;
  /** Sent in this moment. */
  #sent = new Set<string>();
  readonly #waiting = new Map<string, IncidentSummary>();
  #stop: (() => void) | undefined;

  constructor(clock: Clock, send: (incident: IncidentSummary) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  take(incident: IncidentSummary): void {
    if (this.#sent.has(incident.id)) {
      this.#waiting.set(incident.id, incident);
      return;
    }
    this.#sent.add(incident.id);
    this.#send(incident);
    this.#stop ??= this.#clock.after(MOMENT_MS, () => this.#next());
  }

  stop(): void {
    this.#stop?.();
  }

  #next(): void {
    this.#stop = undefined;
    const incidents = [...this.#waiting.values()];
    this.#waiting.clear();
    this.#sent = new Set(incidents.map(({ id }) => id));
    if (incidents.length === 0) return;
    this.#stop = this.#clock.after(MOMENT_MS, () => this.#next());
    for (const incident of incidents) this.#send(incident);
  }
}
