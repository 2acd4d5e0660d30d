/**
 * Asks the rules about the events of each batch, each event once: a batch that has to be analysed again gets the answers that it got before, because
 * correlations count what they are shown. After a restart it shows them again what they had in flight.
 */
import type { Event } from '@netsentinel/contracts/event';
import type { Position, StoredRecord } from '@netsentinel/contracts/stream';
import type { EventCodec } from '@netsentinel/kernel/event-record';
import type { EventRules, Judgement } from './analysis.types.ts';
import { ReplayPoints } from './replay-points.ts';

/** From where events must be seen again after a restart, as positions. */
export const REPLAY_GROUP = 'analysis-replay';
const SEEN_AGAIN: Judgement = { detections: [], groups: [] };

export class RuleJudge {
  readonly #rules: EventRules;
  readonly #withActor: (event: Event) => Event;
  readonly #records: EventCodec;
  readonly #replay = new ReplayPoints();
  /** Up to where events were analysed before this start. */
  #analysed: ReadonlyMap<number, bigint> = new Map();
  #judgements = new Map<StoredRecord, Judgement | undefined>();

  constructor(rules: EventRules, withActor: (event: Event) => Event, records: EventCodec) {
    this.#records = records;
    this.#rules = rules;
    this.#withActor = withActor;
  }

  /** From where the stream must be read, by partition. `analysed`: up to where analysis had come; `replay`: what `replayFrom` had said. */
  begin(analysed: ReadonlyMap<number, bigint>, replay: readonly Position[]): ReadonlyMap<number, bigint> {
    this.#analysed = analysed;
    const begins = new Map(analysed);
    for (const { partition, offset } of replay)
      if (offset < (begins.get(partition) ?? 0n)) begins.set(partition, offset);
    return begins;
  }

  /** The answers to the batch before are not needed any more. */
  nextBatch(): void {
    this.#judgements = new Map();
  }

  /** Whether this record was analysed before this start: then it is only shown to the correlations, and nothing of it is reported. */
  sawBefore(record: StoredRecord): boolean {
    this.#replay.pass(record, record.appendedAt);
    if (record.offset >= (this.#analysed.get(record.partition) ?? 0n)) return false;
    if (!this.#judgements.has(record)) {
      this.#judgements.set(record, SEEN_AGAIN);
      const event = this.#records.decode(record.value);
      if (event.netsentinel.own_test !== true) this.#rules.judgeAgain(this.#withActor(event), record.appendedAt);
    }
    return true;
  }

  /** Undefined where no rule matches. */
  judge(record: StoredRecord, event: Event): Judgement | undefined {
    if (this.#judgements.has(record)) return this.#judgements.get(record);
    const judgement = this.#rules.judge(event, record.appendedAt);
    this.#judgements.set(record, judgement);
    return judgement;
  }

  /** Positions from which everything comes again that correlations still remember. */
  replayFrom(nowMs: number): Position[] {
    return this.#replay.before(nowMs - this.#rules.memoryMs);
  }
}
