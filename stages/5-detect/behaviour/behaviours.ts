/** Shows background events to the behaviours that look at their kind, and makes detections of what they find. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type {
  Behaviour,
  BehaviourDefinition,
  BehaviourFinding,
  BehaviourInfo,
  BehaviourLimits,
  BehaviourStats,
} from './behaviour.types.ts';
import { BEHAVIOURS } from './index.ts';
import { sightingOf } from './read-sighting.ts';
import type { Sighting, SightingKind } from './sighting.ts';

const MAX_EVIDENCE = 32;
const MAX_SUMMARY = 1024;
const DEFAULT_LIMITS: BehaviourLimits = { maxEntries: 20_000 };
/** How often what was not seen for long is looked for, on the clock of arrival. */
const SWEEP_MS = 60_000;
const HALF_HOUR_MS = 30 * 60_000;

interface Member {
  readonly behaviour: Behaviour;
  /** Made once: one for each sighting would be the most of what there is to collect. */
  readonly tell: (finding: BehaviourFinding) => void;
}

/** What the behaviours are shown now, and who hears of it. */
interface Shown {
  readonly seen: Sighting;
  readonly report: (detection: Detection) => void;
}

export class Behaviours {
  /** How much of the stream they must be shown again after a restart: scans are found again from this, slower things learn anew. Milliseconds. */
  readonly memoryMs = HALF_HOUR_MS;
  readonly #members: readonly Member[];
  readonly #byKind = new Map<SightingKind, Member[]>();
  #shown: Shown | undefined;
  #sweptMs = Number.NEGATIVE_INFINITY;

  constructor(definitions: readonly BehaviourDefinition[] = BEHAVIOURS, limits: BehaviourLimits = DEFAULT_LIMITS) {
    this.#members = definitions.map((info) => {
      const member = { behaviour: info.create(limits), tell: (finding: BehaviourFinding) => this.#tell(info, finding) };
      for (const kind of info.on) {
        const members = this.#byKind.get(kind);
        if (members === undefined) this.#byKind.set(kind, [member]);
        else members.push(member);
      }
      return member;
    });
  }

  /** @param arrivedMs when the stream took it, or how far event time has come in an analysis of files */
  observe(event: Event, arrivedMs: number, report: (detection: Detection) => void): void {
    const seen = sightingOf(event);
    if (seen !== undefined) this.see(seen, arrivedMs, report);
  }

  /** As `observe`, for who has read already what the event tells of the network. */
  see(seen: Sighting, arrivedMs: number, report: (detection: Detection) => void): void {
    if (Math.abs(arrivedMs - this.#sweptMs) >= SWEEP_MS) this.#sweep(arrivedMs);
    const members = this.#byKind.get(seen.kind);
    if (members === undefined) return;
    this.#shown = { seen, report };
    for (const { behaviour, tell } of members) behaviour.observe(seen, tell);
    this.#shown = undefined;
  }

  /** Of what they are shown now: nobody finds anything later. */
  #tell(info: BehaviourInfo, finding: BehaviourFinding): void {
    const { seen, report } = this.#shown!;
    report(detectionOf(info, finding, seen.event, seen.timeMs));
  }

  get stats(): BehaviourStats {
    let [held, evicted] = [0, 0];
    for (const { behaviour } of this.#members) {
      held += behaviour.stats.held;
      evicted += behaviour.stats.evicted;
    }
    return { held, evicted };
  }

  #sweep(nowMs: number): void {
    this.#sweptMs = nowMs;
    for (const { behaviour } of this.#members) behaviour.expire(nowMs);
  }
}

function detectionOf(info: BehaviourInfo, finding: BehaviourFinding, event: Event, timeMs: number): Detection {
  const earlier = finding.evidence.filter((id) => id !== event.event.id).toReversed();
  return {
    id: `${info.id}~${event.event.id}`.slice(0, 256),
    rule: { id: info.id, title: info.title },
    actor: event.netsentinel.actor,
    time: timeMs,
    severity: finding.severity ?? info.severity,
    confidence: finding.confidence ?? info.confidence,
    techniques: [...(finding.techniques ?? info.techniques)],
    tactics: [...(finding.tactics ?? info.tactics)],
    summary: finding.summary.slice(0, MAX_SUMMARY),
    evidence: [event.event.id, ...earlier].slice(0, MAX_EVIDENCE),
    sourceVerified: finding.verified,
  };
}
