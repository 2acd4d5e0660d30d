/** What follows from the rules that events meet: findings, those of correlations whose groups lie within one attacker, and what others must see. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { evidenceOf, findingOfCorrelation, findingOfRule, type Evidence } from '@netsentinel/detect/rule-finding';
import { Correlator } from '@netsentinel/sigma/correlate/correlator';
import { splitByKey } from '@netsentinel/sigma/correlate/in-place';
import { rekey } from '@netsentinel/sigma/correlate/rekey';
import { rolesOf } from '@netsentinel/sigma/correlate/roles';
import { fieldOf, type EventRecord } from '@netsentinel/sigma/event';
import type { Correlation, Rule } from '@netsentinel/sigma/rule';
import type { Judgement } from '../platform/analysis.types.ts';

/** More than any event of this world meets; a set in which everything matches everything must not fill the incident. */
const MAX_FINDINGS = 32;
const NONE = { correlations: [] };
/** Events of one attacker are in one partition of the stream, in their order. */
const STREAM_KEY = 'source.ip';
const LIMITS: MetRulesLimits = { maxGroups: 50_000, maxGroupsEach: 20_000, evidence: 8 };

/** Of what correlations remember. */
export interface MetRulesLimits {
  readonly maxGroups: number;
  readonly maxGroupsEach: number;
  /** Events that are kept of each group. */
  readonly evidence: number;
}

export class MetRules {
  #roles = rolesOf(NONE);
  /** Of the correlations that need the re-keyed stream. */
  #rekeyed = rolesOf(NONE);
  #inPlace: readonly Correlation[] = [];
  /** Keeps little of each event: its fields are at hand while it is observed, and not looked at later. */
  readonly #correlator: Correlator<Evidence>;
  #observed: EventRecord = {};

  constructor(limits = LIMITS) {
    this.#correlator = new Correlator<Evidence>([], {
      fieldOf: (_, name) => fieldOf(this.#observed, name),
      ...limits,
    });
  }

  /** Groups that were forgotten for want of room. */
  get evicted(): number {
    return this.#correlator.stats.evicted;
  }

  /** From the next event on; what is in flight goes on. */
  use(correlations: readonly Correlation[]): void {
    const { inPlace, rekeyed } = splitByKey(correlations, STREAM_KEY);
    this.#roles = rolesOf({ correlations });
    this.#rekeyed = rolesOf({ correlations: rekeyed });
    this.#inPlace = inPlace;
    this.#correlator.reload(inPlace);
  }

  /** For how long correlations remember an event. Milliseconds. */
  get memoryMs(): number {
    // Twice: a condition that goes on holding is reported once each timespan.
    return 2 * Math.max(0, ...this.#inPlace.map(({ timespanMs }) => timespanMs));
  }

  /** @param record the event as rules see it; @param arrivedMs correlations forget by it */
  judge(event: Event, record: EventRecord, met: readonly Rule[], arrivedMs: number): Judgement {
    const detections = met
      .filter(({ id }) => this.#roles.reports(id))
      .slice(0, MAX_FINDINGS)
      .map((rule) => findingOfRule(rule, event));
    const ids = met.map(({ id }) => id);
    this.#correlate(event, record, ids, arrivedMs, (detection) => detections.push(detection));
    return { detections, groups: rekey(record, ids, this.#rekeyed) };
  }

  /** As `judge`, so that correlations know the event; nothing is reported. */
  remember(event: Event, record: EventRecord, met: readonly Rule[], arrivedMs: number): void {
    const ids = met.map(({ id }) => id);
    this.#correlate(event, record, ids, arrivedMs, () => {});
  }

  #correlate(
    event: Event,
    fields: EventRecord,
    ruleIds: readonly string[],
    arrivedMs: number,
    onFinding: (detection: Detection) => void,
  ): void {
    if (this.#inPlace.length === 0) return;
    const evidence = evidenceOf(event);
    this.#observed = fields;
    this.#correlator.observe(
      evidence,
      evidence.timeMs,
      ruleIds,
      ({ correlation, events, group, measured }) =>
        onFinding(findingOfCorrelation(correlation, events, group, measured)),
      { arrivedMs },
    );
  }
}
