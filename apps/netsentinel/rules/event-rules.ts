/**
 * The rules of this installation over events as they come, compiled; with the correlations whose groups lie within one attacker, as the stream is keyed.
 * Another set takes the place of the one before between two events, and what is in flight goes on.
 */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { interactionOf } from '@netsentinel/contracts/interaction';
import { evidenceOf, findingOfCorrelation, findingOfRule, type Evidence } from '@netsentinel/detect/rule-finding';
import { Correlator } from '@netsentinel/sigma/correlate/correlator';
import { splitByKey } from '@netsentinel/sigma/correlate/in-place';
import { rekey } from '@netsentinel/sigma/correlate/rekey';
import { rolesOf } from '@netsentinel/sigma/correlate/roles';
import { fieldOf, nativeEvent, type EventRecord } from '@netsentinel/sigma/event';
import { logsourceOf } from '@netsentinel/sigma/event-logsource';
import { compileRules, type Matcher } from '@netsentinel/sigma/match/matcher';
import type { Correlation, Rule, RuleSet } from '@netsentinel/sigma/rule';
import type { EventRules, Judgement } from '../platform/analysis.types.ts';

/** More than any event of this world meets; a set in which everything matches everything must not fill the incident. */
const MAX_FINDINGS = 32;
const NONE = { correlations: [] };
/** Events of one attacker are in one partition of the stream, in their order. */
const STREAM_KEY = 'source.ip';
const LIMITS = { maxGroups: 50_000, maxGroupsEach: 20_000, evidence: 8 };

export class CompiledEventRules implements EventRules {
  readonly #ownFolder: string;
  #matcher: Matcher = compileRules([]);
  #roles = rolesOf(NONE);
  /** Of the correlations that need the re-keyed stream. */
  #rekeyed = rolesOf(NONE);
  #inPlace: readonly Correlation[] = [];
  /** Keeps little of each event: its fields are at hand while it is observed, and not looked at later. */
  readonly #correlator = new Correlator<Evidence>([], {
    fieldOf: (_, name) => fieldOf(this.#observed, name),
    ...LIMITS,
  });
  #observed: EventRecord = {};

  /** @param ownFolder where the rules lie that come with the product */
  constructor(ownFolder: string) {
    this.#ownFolder = ownFolder;
  }

  /** From the next event on. */
  use(rules: RuleSet): void {
    const matcher = compileRules(rules.rules);
    const { inPlace, rekeyed } = splitByKey(rules.correlations, STREAM_KEY);
    this.#roles = rolesOf(rules);
    this.#rekeyed = rolesOf({ correlations: rekeyed });
    this.#inPlace = inPlace;
    this.#correlator.reload(inPlace);
    this.#matcher = matcher;
  }

  get rules(): readonly Rule[] {
    return this.#matcher.rules;
  }

  get memoryMs(): number {
    // Twice: a condition that goes on holding is reported once each timespan.
    return 2 * Math.max(0, ...this.#inPlace.map(({ timespanMs }) => timespanMs));
  }

  judge(event: Event, arrivedMs: number): Judgement | undefined {
    const record = nativeEvent(event);
    const met = this.#match(record, event);
    if (met === undefined) return undefined;
    const detections = met
      .filter(({ id }) => this.#roles.reports(id))
      .slice(0, MAX_FINDINGS)
      .map((rule) => findingOfRule(rule, event));
    const ids = met.map(({ id }) => id);
    this.#correlate(event, record, ids, arrivedMs, (detection) => detections.push(detection));
    const groups = rekey(record, ids, this.#rekeyed);
    return { detections, groups };
  }

  judgeAgain(event: Event, arrivedMs: number): void {
    const record = nativeEvent(event);
    const met = this.#match(record, event);
    if (met === undefined) return;
    const ids = met.map(({ id }) => id);
    this.#correlate(event, record, ids, arrivedMs, () => {});
  }

  #match(record: EventRecord, event: Event): Rule[] | undefined {
    let met: Rule[] | undefined;
    this.#matcher.match(record, logsourceOf(record), (rule) => {
      if (!this.#isJudgedByDetectors(rule, event)) (met ??= []).push(rule);
    });
    return met;
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

  /** Of moves at decoys and of logins our detectors say what our own rules say of the logs of others, and know more of the attacker. */
  #isJudgedByDetectors({ position }: Rule, event: Event): boolean {
    return position.path.startsWith(this.#ownFolder) && interactionOf(event) !== 'none';
  }
}
