/**
 * Rules, compiled: an event is routed by its log source, its values announce the few rules that could match, and only those are run, each shared
 * predicate at most once. The reference evaluator says the same, one rule after another; tests compare the two.
 */
import type { EventRecord } from '../event.ts';
import type { LogSource, Rule } from '../rule.ts';
import { toCondition, type Condition } from './condition.ts';
import { EventFields } from './event-fields.ts';
import { PredicateTable, type Predicates } from './predicates.ts';
import { FAILS, HOLDS, ProgramWriter } from './program.ts';
import { RegexRefused } from './regex/parse-regex.ts';
import { Routes } from './routes.ts';
import { WitnessChooser } from './witness.ts';
import { WitnessIndex } from './witness-index.ts';

/** A rule that is not run since nobody could say how long it would take, and why: one sentence. */
export interface SlowRule {
  readonly rule: Rule;
  readonly reason: string;
}

export interface Matcher {
  /** The rules that are run. */
  readonly rules: readonly Rule[];
  /** Rules that the event before was run against: what a witness announced, and what none can. */
  readonly candidates: number;
  /**
   * Calls back for every rule that the event (flat: see `nativeEvent`) matches, in the order in which the rules were given. `logsource`: what the event
   * may be; undefined when that is unknown, and every rule is meant; the list must not change later. The callback may keep the rule and may match other events.
   * `isNested`: none of the names at the event's top has a dot, which spares looking for those.
   */
  match(
    event: EventRecord,
    logsource: readonly LogSource[] | undefined,
    onMatch: (rule: Rule) => void,
    isNested?: boolean,
  ): void;
}

/**
 * Rules that cannot be run in bounded time stand in `slowRules`, and never match. `lastGeneration`: after so many events, all that is remembered of them
 * is cleared; only tests need another number.
 */
export function compileRules(rules: readonly Rule[], lastGeneration = defaultLastGeneration): Matcher {
  return new CompiledRules(rules, lastGeneration);
}

/** The rules that the matcher refuses to run. */
export function slowRules(matcher: Matcher): readonly SlowRule[] {
  return matcher instanceof CompiledRules ? matcher.slow : [];
}

/** Generations are kept with an answer's bit beside them in 32 bits. */
const defaultLastGeneration = 2 ** 30 - 1;

class CompiledRules implements Matcher {
  readonly rules: readonly Rule[];
  readonly slow: readonly SlowRule[];
  readonly #code: Int32Array;
  readonly #entries: Int32Array;
  readonly #fields: EventFields;
  readonly #predicates: Predicates;
  readonly #index: WitnessIndex;
  readonly #routes: Routes;
  readonly #lastGeneration: number;
  #generation = 0;

  constructor(rules: readonly Rule[], lastGeneration: number) {
    this.#lastGeneration = lastGeneration;
    const table = new PredicateTable();
    const taken: Rule[] = [];
    const conditions: Condition[] = [];
    const slow: SlowRule[] = [];
    for (const rule of rules) {
      try {
        conditions.push(toCondition(rule.expression, table));
        taken.push(rule);
      } catch (error) {
        if (!(error instanceof RegexRefused)) throw error;
        slow.push({ rule, reason: error.message });
      }
    }
    const writer = new ProgramWriter((id) => table.costOf(id));
    const chooser = new WitnessChooser(table.size, (id) => table.predicateOf(id));
    for (const condition of conditions) chooser.count(condition);
    const witnesses = conditions.map((condition) => chooser.choose(condition));
    const entries = conditions.map((condition) => writer.write(condition));
    this.rules = taken;
    this.slow = slow;
    this.#code = writer.finish();
    this.#entries = Int32Array.from(entries);
    this.#fields = new EventFields(table.fieldNames);
    this.#predicates = table.finish(this.#fields);
    this.#index = new WitnessIndex(witnesses, this.#fields);
    this.#routes = new Routes(taken, (own) => this.#index.routeOf(own));
  }

  get candidates(): number {
    return this.#index.count;
  }

  match(
    event: EventRecord,
    logsource: readonly LogSource[] | undefined,
    onMatch: (rule: Rule) => void,
    isNested = false,
  ): void {
    const generation = this.#nextGeneration();
    const index = this.#index;
    this.#fields.load(event, generation, isNested);
    index.find(this.#routes.of(logsource), generation);
    let met: number[] | undefined;
    for (let at = 0; at < index.count; at++) {
      const rule = index.candidates[at] ?? 0;
      if (this.#run(rule, generation)) (met ??= []).push(rule);
    }
    if (met === undefined) return;
    if (met.length > 1) met.sort((a, b) => a - b);
    for (const rule of met) {
      const own = this.rules[rule];
      if (own !== undefined) onMatch(own);
    }
  }

  #run(rule: number, generation: number): boolean {
    const code = this.#code;
    let at = this.#entries[rule] ?? FAILS;
    while (at >= 0) {
      const answer = this.#predicates.ask(code[at] ?? 0, generation);
      at = code[answer ? at + 1 : at + 2] ?? FAILS;
    }
    return at === HOLDS;
  }

  #nextGeneration(): number {
    if (this.#generation === this.#lastGeneration) {
      this.#generation = 0;
      this.#fields.restart();
      this.#predicates.restart();
      this.#index.restart();
    }
    return ++this.#generation;
  }
}
