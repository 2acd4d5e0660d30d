/** The rules of this installation over events as they come, compiled. Another set takes the place of the one before between two events. */
import type { Detection } from '@netsentinel/contracts/detection';
import type { Event } from '@netsentinel/contracts/event';
import { interactionOf } from '@netsentinel/contracts/interaction';
import { findingOfRule } from '@netsentinel/detect/rule-finding';
import { rekey } from '@netsentinel/sigma/correlate/rekey';
import { rolesOf } from '@netsentinel/sigma/correlate/roles';
import { nativeEvent } from '@netsentinel/sigma/event';
import { logsourceOf } from '@netsentinel/sigma/event-logsource';
import { compileRules, type Matcher } from '@netsentinel/sigma/match/matcher';
import type { Rule, RuleSet } from '@netsentinel/sigma/rule';
import type { EventRules, Judgement } from '../platform/analysis.types.ts';

/** More than any event of this world meets; a set in which everything matches everything must not fill the incident. */
const MAX_FINDINGS = 32;
const NO_RULES: RuleSet = { rules: [], correlations: [], failed: [], inert: [] };

export class CompiledEventRules implements EventRules {
  readonly #ownFolder: string;
  #matcher: Matcher = compileRules([]);
  #roles = rolesOf(NO_RULES);

  /** @param ownFolder where the rules lie that come with the product */
  constructor(ownFolder: string) {
    this.#ownFolder = ownFolder;
  }

  /** From the next event on. */
  use(rules: RuleSet): void {
    const matcher = compileRules(rules.rules);
    this.#roles = rolesOf(rules);
    this.#matcher = matcher;
  }

  get rules(): readonly Rule[] {
    return this.#matcher.rules;
  }

  judge(event: Event): Judgement | undefined {
    const record = nativeEvent(event);
    let met: Rule[] | undefined;
    this.#matcher.match(record, logsourceOf(record), (rule) => void (met ??= []).push(rule));
    if (met === undefined) return undefined;
    const heard = met.filter((rule) => !this.#isJudgedByDetectors(rule, event));
    const detections: Detection[] = heard
      .filter(({ id }) => this.#roles.reports(id))
      .slice(0, MAX_FINDINGS)
      .map((rule) => findingOfRule(rule, event));
    const groups = rekey(
      record,
      heard.map(({ id }) => id),
      this.#roles,
    );
    return detections.length === 0 && groups.length === 0 ? undefined : { detections, groups };
  }

  /** Of moves at decoys and of logins our detectors say what our own rules say of the logs of others, and know more of the attacker. */
  #isJudgedByDetectors({ position }: Rule, event: Event): boolean {
    return position.path.startsWith(this.#ownFolder) && interactionOf(event) !== 'none';
  }
}
