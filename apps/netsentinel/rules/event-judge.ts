/** All that is asked about every event, moves or background: the rules of this installation, and the behaviours that show only over many events. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import type { Behaviours } from '@netsentinel/detect/behaviour/behaviours';
import type { EventRules, Judgement } from '../platform/analysis.types.ts';

export class EventJudge implements EventRules {
  readonly #rules: EventRules;
  readonly #behaviours: Behaviours;

  constructor(rules: EventRules, behaviours: Behaviours) {
    this.#rules = rules;
    this.#behaviours = behaviours;
  }

  get memoryMs(): number {
    return Math.max(this.#rules.memoryMs, this.#behaviours.memoryMs);
  }

  judge(event: Event, arrivedMs: number): Judgement | undefined {
    const byRules = this.#rules.judge(event, arrivedMs);
    let found: Detection[] | undefined;
    this.#behaviours.observe(event, arrivedMs, (detection) => (found ??= []).push(detection));
    if (found === undefined) return byRules;
    return { detections: [...(byRules?.detections ?? []), ...found], groups: byRules?.groups ?? [] };
  }

  judgeAgain(event: Event, arrivedMs: number): void {
    this.#rules.judgeAgain(event, arrivedMs);
    // What was found then was stored then.
    this.#behaviours.observe(event, arrivedMs, () => {});
  }
}
