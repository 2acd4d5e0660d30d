/** Shows events to the detections about subjects, and makes detections of what they find. */
import { createHash } from 'node:crypto';
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Evidence } from '../rule-finding.ts';
import { SUBJECTS } from './index.ts';
import type { Facts, SubjectContext, SubjectDefinition, Watch } from './subject.types.ts';

const MAX_EVIDENCE = 32;
const MAX_SUMMARY = 1024;

/** An event that one of them must see. */
export interface Seen {
  /** Which of them. */
  readonly detector: string;
  /** Of the subject, of a fixed length: the key of the re-keyed stream. */
  readonly key: string;
  readonly facts: Facts;
}

interface Member {
  readonly definition: SubjectDefinition;
  readonly watch: Watch;
}

const NOTHING: readonly Seen[] = [];

export class SubjectWatch {
  readonly #members: readonly Member[];
  readonly #byId: ReadonlyMap<string, Member>;

  constructor(context: SubjectContext, definitions: readonly SubjectDefinition[] = SUBJECTS) {
    this.#members = definitions.flatMap((definition) => {
      const watch = definition.create(context);
      return watch === undefined ? [] : { definition, watch };
    });
    this.#byId = new Map(this.#members.map((member) => [member.definition.id, member]));
  }

  /** From so far back they must be shown events again after a restart. */
  get memoryMs(): number {
    return Math.max(0, ...this.#members.map(({ definition }) => definition.memoryMs));
  }

  get subjects(): number {
    return this.#members.reduce((sum, { watch }) => sum + watch.subjects, 0);
  }

  has(detector: string): boolean {
    return this.#byId.has(detector);
  }

  look(event: Event): readonly Seen[] {
    let seen: Seen[] | undefined;
    for (const { definition } of this.#members) {
      const sighting = definition.look(event);
      if (sighting !== undefined)
        (seen ??= []).push({
          detector: definition.id,
          key: keyOf(definition.id, sighting.subject),
          facts: sighting.facts,
        });
    }
    return seen ?? NOTHING;
  }

  observe({ detector, key, facts }: Seen, seen: Evidence): Detection | undefined {
    const member = this.#byId.get(detector);
    const finding = member?.watch.step(key, facts, seen);
    if (member === undefined || finding === undefined) return undefined;
    const { id, title, severity, confidence, techniques, tactics } = member.definition;
    const rested = [seen, ...finding.evidence];
    return {
      id: `${id}~${seen.id}`.slice(0, 256),
      rule: { id, title },
      actor: seen.actor,
      time: seen.timeMs,
      severity,
      confidence,
      techniques: [...techniques],
      tactics: [...tactics],
      summary: finding.summary.slice(0, MAX_SUMMARY),
      evidence: [...new Set(rested.map((one) => one.id))].slice(0, MAX_EVIDENCE),
      sourceVerified: rested.every(({ verified }) => verified),
      ...(seen.session === undefined ? {} : { session: seen.session }),
    };
  }
}

function keyOf(detector: string, subject: string): string {
  return createHash('sha256').update(`${detector}\n${subject}`).digest('hex').slice(0, 32);
}
