/**
 * Threshold random walk, a sequential hypothesis test (Jung, Paxson, Berger and Balakrishnan, "Fast Portscan Detection Using Sequential Hypothesis Testing", 2004). Whoever
 * knows where to go reaches 4 of 5 that are new to it, a scanner 1 of 5; each first contact multiplies the likelihood ratio by 4 or divides it by 4, so
 * the walk counts in powers of 4. It is never below even odds (as Schechter, Jung and Berger propose for hosts that are infected later): a host that was
 * good for long is as soon found as a new one, and who had no failure needs no memory.
 */

/** What a first contact is worth, in powers of 4 of the likelihood ratio, and how far the walk must come. */
export interface WalkTest {
  readonly failure: number;
  readonly answer: number;
  readonly threshold: number;
}

/** Of 5 first contacts a scanner reaches 1, others 4; with false alarms in 1 of 100 walks and 99 of 100 scanners found, four failures in a row decide. */
export const KNOWING: WalkTest = { failure: 1, answer: -1, threshold: Math.log(0.99 / 0.01) / Math.log(4) };
/** Where contacts fail often without any harm: a false alarm in 1 of 250,000 walks. */
export const DOUBTFUL: WalkTest = { ...KNOWING, threshold: 9 };
/** Of the ports that a program asks at a host it knows, 15 in 100 are closed; of those that a scanner takes for likely, 6 in 10. */
export const LIKELY_PORTS: WalkTest = {
  ...KNOWING,
  failure: Math.log(0.6 / 0.15) / Math.log(4),
  answer: Math.log(0.4 / 0.85) / Math.log(4),
};
/**
 * Of what people and programs visit all day, 3 in 100 are gone, so that single failures prove nothing; of a list that malware works off, 4 in 10 are. A false alarm
 * in 1 of a million walks.
 */
export const VISITING: WalkTest = {
  failure: Math.log(0.4 / 0.03) / Math.log(4),
  answer: Math.log(0.6 / 0.97) / Math.log(4),
  threshold: 10,
};

/** First contacts that a walk remembers; what is beyond is not counted any more. */
const MAX_CONTACTS = 512;
const MAX_EVIDENCE = 16;
/** Once decided, said again when the scan has grown to so many failures. */
const STEPS = [20, 100, 500];

export class RandomWalk {
  /** Distinct contacts that failed. */
  failed = 0;
  answered = 0;
  /** The latest of its evidence. */
  readonly evidence: string[] = [];
  readonly #test: WalkTest;
  #odds = 0;
  #reported = 0;
  /** Each with whether it counts as failed. */
  readonly #contacts = new Map<string, boolean>();

  constructor(test: WalkTest) {
    this.#test = test;
  }

  /** True where this contact leads to a decision, or the scan has grown much since the last. */
  step(contact: string, hasFailed: boolean, eventId: string): boolean {
    // An answer at even odds changes nothing.
    if (!hasFailed && this.#odds === 0) return false;
    if (this.#contacts.size >= MAX_CONTACTS || this.#contacts.has(contact)) return false;
    this.#contacts.set(contact, hasFailed);
    if (!hasFailed) {
      this.answered++;
      this.#odds = Math.max(0, this.#odds + this.#test.answer);
      return false;
    }
    this.failed++;
    this.#odds += this.#test.failure;
    this.evidence.push(eventId);
    if (this.evidence.length > MAX_EVIDENCE) this.evidence.shift();
    if (this.#odds < this.#test.threshold || this.failed < this.#nextReport()) return false;
    this.#reported = this.failed;
    return true;
  }

  /** A contact that was taken for a failure was answered after all. */
  answerLate(contact: string): void {
    if (this.#contacts.get(contact) !== true) return;
    this.#contacts.set(contact, false);
    this.failed--;
    this.answered++;
    this.#odds = Math.max(0, this.#odds - this.#test.failure + this.#test.answer);
  }

  /** How sure one may be, as the scan grows. */
  get confidence(): number {
    if (this.failed >= 100) return 90;
    return this.failed >= 20 ? 80 : 60;
  }

  #nextReport(): number {
    if (this.#reported === 0) return 1;
    return STEPS.find((step) => step > this.#reported) ?? Number.POSITIVE_INFINITY;
  }
}
