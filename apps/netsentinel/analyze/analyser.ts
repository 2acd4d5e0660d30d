/**
 * Detection and folding on event time, in memory: what the platform does with a stream, a database and several processes, here is a function call per event.
 * Nothing is answered: an attack in a log is over.
 */
import { hostActor, NOBODY } from '@netsentinel/contracts/actor';
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Incident } from '@netsentinel/contracts/incident';
import { closeIncident } from '@netsentinel/alert/close';
import { foldEvent, foldFindings } from '@netsentinel/alert/fold';
import { essenceOf, rememberBefore } from '@netsentinel/detect/actor-state';
import { createDetectors } from '@netsentinel/detect/detectors';
import { evidenceOf, findingOfCorrelation } from '@netsentinel/detect/rule-finding';
import { Correlator, type CorrelationMatch } from '@netsentinel/sigma/correlate/correlator';
import { rolesOf } from '@netsentinel/sigma/correlate/roles';
import { fieldOf, nativeEvent, type EventRecord } from '@netsentinel/sigma/event';
import type { RuleSet } from '@netsentinel/sigma/rule';
import { CompiledEventRules } from '../rules/event-rules.ts';
import { Actors, type ActorLimits, type Known } from './actors.ts';

export interface AnalyserOptions {
  readonly rules: RuleSet;
  /** Where the rules lie that come with the product. */
  readonly ownRules: string;
  readonly limits?: ActorLimits;
  /** A quiet time after which an attacker's next move is another incident; default 24 hours. */
  readonly closeAfterMs?: number;
}

/** Each group of a correlation holds a few events in short: as many as a machine with little memory can hold. */
const LIMITS = { maxGroups: 20_000, maxGroupsEach: 10_000, evidence: 5 };
const CLOSE_AFTER_MS = 24 * 60 * 60 * 1000;
const QUIET = 'Its attacker was quiet for long, and then came back.';

export class Analyser {
  readonly counters = { events: 0, moves: 0, detections: 0, failures: 0 };
  readonly #detectors = createDetectors();
  readonly #rules: CompiledEventRules;
  readonly #actors: Actors;
  readonly #reports: ReturnType<typeof rolesOf>;
  readonly #closeAfterMs: number;
  /** Of what does not lie within one attacker: by account, by machine. */
  readonly #correlator: Correlator<Event>;
  #observed: EventRecord = {};

  constructor({ rules, ownRules, limits, closeAfterMs = CLOSE_AFTER_MS }: AnalyserOptions) {
    this.#rules = new CompiledEventRules(ownRules);
    this.#rules.use(rules);
    this.#reports = rolesOf(rules);
    this.#actors = new Actors(limits);
    this.#closeAfterMs = closeAfterMs;
    this.#correlator = new Correlator<Event>(rules.correlations, {
      fieldOf: (_, name) => fieldOf(this.#observed, name),
      ...LIMITS,
    });
  }

  /** @param clockMs how far event time has come; correlations forget by it */
  take(given: Event, clockMs: number): void {
    this.counters.events++;
    try {
      const event = withActor(given);
      const found = this.#rules.judge(event, clockMs);
      const isMove = this.#detectors.concerns(given.netsentinel.decoy === undefined ? given : event);
      if (isMove || (found !== undefined && found.detections.length > 0)) this.#fold(event, found?.detections ?? []);
      if (found !== undefined && found.groups.length > 0) this.#correlate(event, found.groups, clockMs);
    } catch {
      // What breaks on one event is ours to mend, and no reason to say nothing of all others.
      this.counters.failures++;
    }
  }

  /** No more events come: what is open is judged as it stands. */
  finish(): void {
    this.#correlator.finish((match) => this.#found(match));
  }

  incidents(): Generator<Incident> {
    return this.#actors.incidents();
  }

  /** What memory had no room for. */
  get omitted(): Actors['counters'] & { readonly groups: number } {
    return { ...this.#actors.counters, groups: this.#correlator.stats.evicted };
  }

  #fold(event: Event, byRules: readonly Detection[]): void {
    const { actor } = event.netsentinel;
    const known = this.#actors.open(actor);
    const detections = [...this.#detectors.process(event, known.state), ...byRules];
    this.counters.moves++;
    this.counters.detections += detections.length;
    const next = foldEvent(known.incident, event, detections, this.#context(known));
    if (next === undefined) rememberBefore(known.state, event);
    else this.#become(known, next, event);
    this.#actors.weigh(actor);
  }

  #correlate(
    event: Event,
    groups: readonly { readonly correlations: readonly string[]; readonly rules: readonly string[] }[],
    clockMs: number,
  ): void {
    this.#observed = nativeEvent(event);
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
    const detection = findingOfCorrelation(correlation, events.map(evidenceOf), group, measured);
    const { actor } = newest.netsentinel;
    const known = this.#actors.open(actor);
    const next = foldFindings(known.incident, newest, [detection], this.#context(known));
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

/** What is found where no address is named is about the machine that wrote it down. */
function withActor(event: Event): Event {
  if (event.netsentinel.actor !== NOBODY) return event;
  const name = event.host?.name ?? event.netsentinel.sensor.id;
  return { ...event, netsentinel: { ...event.netsentinel, actor: hostActor(name) } };
}
