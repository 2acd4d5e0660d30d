/**
 * Detection and folding on event time, in memory: what the platform does with a stream, a database and several processes, here is a function call per event.
 * Nothing is answered: an attack in a log is over.
 */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Exception } from '@netsentinel/contracts/exception';
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import { closeIncident } from '@netsentinel/alert/close';
import { foldEvent, foldFindings } from '@netsentinel/alert/fold';
import { essenceOf, rememberBefore } from '@netsentinel/detect/actor-state';
import { Behaviours } from '@netsentinel/detect/behaviour/behaviours';
import type { Sighting } from '@netsentinel/detect/behaviour/sighting';
import { createDetectors } from '@netsentinel/detect/detectors';
import { rememberWebFindings } from '@netsentinel/detect/web-request';
import type { PlaceOf } from '@netsentinel/contracts/place';
import { evidenceOf, findingOfCorrelation } from '@netsentinel/detect/rule-finding';
import { SubjectWatch } from '@netsentinel/detect/subjects/subject-watch';
import { Correlator, type CorrelationMatch } from '@netsentinel/sigma/correlate/correlator';
import { rolesOf } from '@netsentinel/sigma/correlate/roles';
import { fieldOf, nativeEvent, type EventRecord } from '@netsentinel/sigma/event';
import type { Rule, RuleSet } from '@netsentinel/sigma/rule';
import { FindingExceptions } from '../rules/finding-exceptions.ts';
import { MetRules } from '../rules/met-rules.ts';
import { Actors, type ActorLimits, type Known, type Omitted } from './actors.ts';
import type { Notable } from './piece.types.ts';

export interface AnalyserOptions {
  readonly rules: RuleSet;
  /** Where addresses are; without it, travel is not judged. */
  readonly placeOf?: PlaceOf | undefined;
  readonly limits?: ActorLimits;
  /** What is not to be found. */
  readonly exceptions?: readonly Exception[];
  /** A quiet time after which an attacker's next move is another incident; default 24 hours. */
  readonly closeAfterMs?: number;
}

/** Each group of a correlation holds a few events in short: as many as a machine with little memory can hold. */
const LIMITS = { maxGroups: 12_000, maxGroupsEach: 6_000, evidence: 5 };
const CLOSE_AFTER_MS = 24 * 60 * 60 * 1000;
const QUIET = 'Its attacker was quiet for long, and then came back.';

export class Analyser {
  readonly counters = { events: 0, moves: 0, detections: 0, failures: 0 };
  readonly #detectors = createDetectors();
  readonly #rules: readonly Rule[];
  readonly #met = new MetRules(LIMITS);
  readonly #behaviours = new Behaviours();
  readonly #actors: Actors;
  readonly #reports: ReturnType<typeof rolesOf>;
  readonly #exceptions = new FindingExceptions();
  readonly #closeAfterMs: number;
  /** Of what does not lie within one attacker: by account, by machine. */
  readonly #correlator: Correlator<Event>;
  readonly #subjects: SubjectWatch;
  #observed: EventRecord = {};

  constructor({ rules, placeOf, limits, exceptions = [], closeAfterMs = CLOSE_AFTER_MS }: AnalyserOptions) {
    this.#exceptions.use(exceptions);
    this.#rules = rules.rules;
    this.#met.use(rules.correlations);
    this.#reports = rolesOf(rules);
    this.#subjects = new SubjectWatch({ placeOf });
    this.#actors = new Actors(limits);
    this.#closeAfterMs = closeAfterMs;
    this.#correlator = new Correlator<Event>(rules.correlations, {
      fieldOf: (_, name) => fieldOf(this.#observed, name),
      ...LIMITS,
    });
  }

  /** @param clockMs how far event time has come; correlations forget by it */
  take(notable: Notable, clockMs: number): void {
    try {
      const { seen } = notable;
      if (notable.isBrief) {
        // By the million: nobody else has to do with it.
        if (seen !== undefined) this.#takeBrief(seen, clockMs);
        return;
      }
      const { event, met, isMove, web, subjects } = notable;
      if (web !== undefined) rememberWebFindings(event, web);
      const detections: Detection[] = [];
      const rules = met.map((number) => this.#rules[number]!);
      const record = nativeEvent(event);
      const found = rules.length === 0 ? undefined : this.#met.judge(event, record, rules, clockMs);
      if (found !== undefined) detections.push(...found.detections);
      if (seen !== undefined) this.#behaviours.see(seen, clockMs, (detection) => detections.push(detection));
      if (isMove || detections.length > 0) this.#fold(event, detections);
      if (found !== undefined && found.groups.length > 0) this.#correlate(event, record, found.groups, clockMs);
      for (const subject of subjects) {
        const detection = this.#subjects.observe(subject, evidenceOf(event));
        if (detection !== undefined) this.#foldLate(event, detection);
      }
    } catch {
      // What breaks on one event is ours to mend, and no reason to say nothing of all others.
      this.counters.failures++;
    }
  }

  #takeBrief(seen: Sighting, clockMs: number): void {
    let found: Detection[] | undefined;
    this.#behaviours.see(seen, clockMs, (detection) => (found ??= []).push(detection));
    if (found !== undefined) this.#fold(seen.event, found);
  }

  /** No more events come: what is open is judged as it stands. */
  finish(): void {
    this.#correlator.finish((match) => this.#found(match));
  }

  incidents(): Generator<Incident> {
    return this.#actors.incidents();
  }

  /** What memory had no room for. */
  get omitted(): Omitted & { readonly groups: number; readonly pairs: number } {
    const groups = this.#correlator.stats.evicted + this.#met.evicted;
    return { ...this.#actors.omitted, groups, pairs: this.#behaviours.stats.evicted };
  }

  #fold(event: Event, byRules: readonly Detection[]): void {
    const { actor } = event.netsentinel;
    const known = this.#actors.open(actor);
    const found = [...this.#detectors.process(event, known.state), ...byRules];
    const { detections, isExcepted } = this.#exceptions.leave(event, found);
    this.counters.moves++;
    this.counters.detections += detections.length;
    const next = foldEvent(known.incident, event, detections, { ...this.#context(known), isExcepted });
    if (next === undefined) rememberBefore(known.state, event);
    else this.#become(known, next, event);
    this.#actors.weigh(actor);
  }

  #correlate(
    event: Event,
    record: EventRecord,
    groups: readonly { readonly correlations: readonly string[]; readonly rules: readonly string[] }[],
    clockMs: number,
  ): void {
    this.#observed = record;
    const essence = essenceOf(event);
    const timeMs = Date.parse(event['@timestamp']);
    for (const { correlations, rules } of groups)
      this.#correlator.observe(essence, timeMs, rules, (match) => this.#found(match), {
        only: new Set(correlations),
        arrivedMs: clockMs,
      });
  }

  #found({ correlation, events, group, measured }: CorrelationMatch<Event>): void {
    const newest = events.at(-1);
    if (newest === undefined || !this.#reports.reports(correlation.id)) return;
    this.#foldLate(newest, findingOfCorrelation(correlation, events.map(evidenceOf), group, measured));
  }

  #foldLate(newest: Event, finding: Detection): void {
    const { detections } = this.#exceptions.leave(newest, [finding]);
    if (detections.length === 0) return;
    const { actor } = newest.netsentinel;
    const known = this.#actors.open(actor);
    const next = foldFindings(known.incident, newest, detections, this.#context(known));
    if (next !== undefined) this.#become(known, next, newest);
    this.counters.detections++;
    this.#actors.weigh(actor);
  }

  #context({ state: { before } }: Known): Parameters<typeof foldEvent>[3] {
    return { before, reopenAfterMs: this.#closeAfterMs, contactOpens: true };
  }

  #become(known: Known, next: Incident, event: Event): void {
    known.state.before = [];
    if (known.incident !== undefined && known.incident.id !== next.id)
      this.#actors.close(closeIncident(known.incident, Date.parse(event['@timestamp']), QUIET));
    known.incident = next;
  }
}
