/**
 * The rules of this installation over events as they come: which an event meets, and what follows from it. Another set takes the place of the one before
 * between two events, and what is in flight goes on.
 */
import type { Event } from '@netsentinel/contracts/event';
import { nativeEvent } from '@netsentinel/sigma/event';
import type { Rule, RuleSet } from '@netsentinel/sigma/rule';
import type { EventRules, Judgement } from '../platform/analysis.types.ts';
import { MetRules } from './met-rules.ts';
import { RuleMatcher } from './rule-matcher.ts';

export class CompiledEventRules implements EventRules {
  readonly #matcher: RuleMatcher;
  readonly #met = new MetRules();

  /** @param ownFolder where the rules lie that come with the product */
  constructor(ownFolder: string) {
    this.#matcher = new RuleMatcher(ownFolder);
  }

  /** From the next event on. */
  use({ rules, correlations }: RuleSet): void {
    this.#matcher.use(rules);
    this.#met.use(correlations);
  }

  get rules(): readonly Rule[] {
    return this.#matcher.rules;
  }

  get memoryMs(): number {
    return this.#met.memoryMs;
  }

  judge(event: Event, arrivedMs: number): Judgement | undefined {
    const record = nativeEvent(event);
    const met = this.#matcher.met(event, record);
    return met === undefined ? undefined : this.#met.judge(event, record, met, arrivedMs);
  }

  judgeAgain(event: Event, arrivedMs: number): void {
    const record = nativeEvent(event);
    const met = this.#matcher.met(event, record);
    if (met !== undefined) this.#met.remember(event, record, met, arrivedMs);
  }
}
