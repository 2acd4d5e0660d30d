/** Incidents in their short form, as many as there is room for: where there is no more, the least of them goes, and of equal ones the oldest. */
import type { Incident } from '@netsentinel/contracts/incident';
import { folded, unfolded } from './folded.ts';
import { shortForm } from './short-form.ts';
import { rankOf } from './verdict.ts';

/** What an entry of a map costs besides its bytes. */
const ENTRY_BYTES = 300;
const SCORES = 101;
/** Room is made for some more than the one that needs it: the first entry of a map is found the slower the more were taken from its begin. */
const FILLED = 0.98;

export class ShortIncidents {
  /** What was lost, and the worst of that. */
  lost = 0;
  worstLost: Pick<Incident, 'severity' | 'score'> | undefined;
  readonly #maxBytes: number;
  /** By weight: severity, then score. */
  readonly #byWeight: Map<string, string>[] = [];
  readonly #weights = new Map<string, number>();
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** @param key of the incident among all of them */
  put(key: string, incident: Incident): void {
    const weight = weightOf(incident);
    const text = folded(shortForm(incident));
    (this.#byWeight[weight] ??= new Map()).set(key, text);
    this.#weights.set(key, weight);
    this.#bytes += text.length + ENTRY_BYTES;
    if (this.#bytes > this.#maxBytes) this.#makeRoom(this.#maxBytes * FILLED);
  }

  /** Undefined where there is none, or it was lost. */
  take(key: string): Incident | undefined {
    const weight = this.#weights.get(key);
    const text = weight === undefined ? undefined : this.#byWeight[weight]!.get(key);
    if (weight === undefined || text === undefined) return undefined;
    this.#remove(weight, key, text);
    return unfolded(text) as Incident;
  }

  *values(): Generator<Incident> {
    for (const some of this.#byWeight) for (const text of some?.values() ?? []) yield unfolded(text) as Incident;
  }

  #makeRoom(untilBytes: number): void {
    for (const [weight, some] of this.#byWeight.entries())
      for (const [key, text] of some ?? []) {
        if (this.#bytes <= untilBytes) return;
        this.#remove(weight, key, text);
        this.lost++;
        if (this.worstLost === undefined || weight > weightOf(this.worstLost)) {
          const { severity, score } = unfolded(text) as Incident;
          this.worstLost = { severity, score };
        }
      }
  }

  #remove(weight: number, key: string, text: string): void {
    this.#byWeight[weight]!.delete(key);
    this.#weights.delete(key);
    this.#bytes -= text.length + ENTRY_BYTES;
  }
}

function weightOf({ severity, score }: Pick<Incident, 'severity' | 'score'>): number {
  return rankOf(severity) * SCORES + Math.round(score);
}
