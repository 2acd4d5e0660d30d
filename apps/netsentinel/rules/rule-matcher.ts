/** Which rules of a set an event meets, looked at by itself: nothing is remembered from one event to the next. */
import { join } from 'node:path';
import type { Event } from '@netsentinel/contracts/event';
import type { EventRecord } from '@netsentinel/sigma/event';
import { logsourceOf } from '@netsentinel/sigma/event-logsource';
import { compileRules, type Matcher } from '@netsentinel/sigma/match/matcher';
import type { Rule } from '@netsentinel/sigma/rule';

export class RuleMatcher {
  readonly #ownFolder: string;
  readonly #ofOneAddress: string;
  #matcher: Matcher = compileRules([]);

  /** @param ownFolder where the rules lie that come with the product */
  constructor(ownFolder: string) {
    this.#ownFolder = ownFolder;
    this.#ofOneAddress = join(ownFolder, 'authentication', 'one-address');
  }

  /** From the next event on. */
  use(rules: readonly Rule[]): void {
    this.#matcher = compileRules(rules);
  }

  /** Those that can be run. */
  get rules(): readonly Rule[] {
    return this.#matcher.rules;
  }

  /** Undefined where the event meets none. @param record the event as rules see it (`nativeEvent`) */
  met(event: Event, record: EventRecord): Rule[] | undefined {
    let met: Rule[] | undefined;
    const onMatch = (rule: Rule): void => {
      if (!this.#isJudgedByDetectors(rule, event)) (met ??= []).push(rule);
    };
    // An event's own names have no dots; those that others wrote may.
    this.#matcher.match(record, logsourceOf(record), onMatch, record === event);
    return met;
  }

  /**
   * Of moves at decoys, and of the logins of one address, our detectors say what our own rules say, and know more of the attacker. Such rules are there for
   * those who have no detectors: `hunt`, and other people's engines.
   */
  #isJudgedByDetectors({ position }: Rule, event: Event): boolean {
    if (!position.path.startsWith(this.#ownFolder)) return false;
    return event.netsentinel.decoy !== undefined || position.path.startsWith(this.#ofOneAddress);
  }
}
