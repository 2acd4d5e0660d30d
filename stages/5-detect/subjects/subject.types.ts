/**
 * A detection about something else than one attacker: an account, a service. Events reach it re-keyed by that subject (ADR 0009), so all that concerns one is in
 * one place, in order. It remembers in memory only, and is shown again after a restart what it had seen within `memoryMs`.
 */
import type { PlaceOf } from '@netsentinel/contracts/place';
import type { DetectorInfo } from '../detector.types.ts';
import type { Event } from '@netsentinel/contracts/event';
import type { Evidence } from '../rule-finding.ts';

export type Facts = Readonly<Record<string, string | number | undefined>>;

/** What one event says about a subject. */
export interface Sighting {
  /** Names the subject; the same for all of its events. */
  readonly subject: string;
  readonly facts: Facts;
}

/** What the installation knows besides events. */
export interface SubjectContext {
  /** Undefined without a table of addresses. */
  readonly placeOf: PlaceOf | undefined;
}

export interface SubjectFinding {
  /** One sentence; attacker text in it is quoted. */
  readonly summary: string;
  /** Earlier events that it rests on. */
  readonly evidence: readonly Evidence[];
}

export interface SubjectDefinition extends Omit<DetectorInfo, 'on'> {
  /** How far back it looks, in milliseconds. */
  readonly memoryMs: number;
  /** Cheap: asked of every event. Undefined for what does not concern it. */
  look(event: Event): Sighting | undefined;
  /** Undefined where the installation lacks what it needs. */
  create(context: SubjectContext): Watch | undefined;
}

/** For all subjects; `forget` bounds what it holds. */
export interface Watch {
  step(subject: string, facts: Facts, seen: Evidence): SubjectFinding | undefined;
  readonly subjects: number;
}

/** A watch that keeps something of each subject, of those that moved last. */
export function rememberingWatch<Memory>(
  maxSubjects: number,
  step: (
    facts: Facts,
    seen: Evidence,
    memory: Memory | undefined,
  ) => { readonly memory: Memory | undefined; readonly finding?: SubjectFinding | undefined },
): Watch {
  const memories = new Map<string, Memory>();
  return {
    get subjects() {
      return memories.size;
    },
    step(subject, facts, seen) {
      const { memory, finding } = step(facts, seen, memories.get(subject));
      memories.delete(subject);
      if (memory !== undefined) memories.set(subject, memory);
      if (memories.size > maxSubjects)
        for (const oldest of memories.keys()) {
          memories.delete(oldest);
          break;
        }
      return finding;
    },
  };
}
