/**
 * Logsource routing: which rules an event may concern at all. A rule does not when the event is known to be of another category, product or service;
 * what is not known about an event excludes nothing. Answers are kept, since a stream knows few kinds of events.
 */
import type { LogSource, Rule } from '../rule.ts';

/** One byte a rule: 1 when the event may concern it. */
export interface Route {
  readonly rules: Uint8Array;
  /** Which fields any of its rules has a witness in, one byte each; worked out by the index. */
  readonly fields: Uint8Array;
  /** The numbers of those. */
  readonly asked: Int32Array;
  readonly keywords: boolean;
  /** Rules that no witness announces. */
  readonly unannounced: Int32Array;
}

/** More different kinds of events than this are somebody's play with names: the oldest is worked out again when it comes back. */
const maxRoutes = 512;
/** An event that claims to be more things than this is held to be anything. */
const maxAlternatives = 16;

const unnamed = 0;
/** A name that no rule mentions: all such names exclude the same rules. */
const unmentioned = 1;

export class Routes {
  readonly #rules: readonly Rule[];
  readonly #names = new Map<string, number>();
  readonly #known = new Map<string, Route>();
  readonly #finish: (rules: Uint8Array) => Route;
  readonly #everything: Route;
  /** By the very list: events of one kind share one (see `logsourceOf`). */
  readonly #asked = new WeakMap<readonly LogSource[], Route>();

  constructor(rules: readonly Rule[], finish: (rules: Uint8Array) => Route) {
    this.#rules = rules;
    this.#finish = finish;
    for (const { logsource } of rules) {
      for (const name of [logsource.category, logsource.product, logsource.service]) {
        if (name !== undefined && !this.#names.has(name)) this.#names.set(name, this.#names.size + 2);
      }
    }
    this.#everything = finish(new Uint8Array(rules.length).fill(1));
  }

  /** The list must not change afterwards. */
  of(logsources: readonly LogSource[] | undefined): Route {
    if (logsources === undefined || logsources.length > maxAlternatives) return this.#everything;
    const asked = this.#asked.get(logsources);
    if (asked !== undefined) return asked;
    let key = '';
    for (const { category, product, service } of logsources) {
      key += `${this.#number(category)},${this.#number(product)},${this.#number(service)};`;
    }
    let route = this.#known.get(key);
    if (route === undefined) {
      route = this.#work(logsources);
      const [oldest] = this.#known.keys();
      if (this.#known.size >= maxRoutes && oldest !== undefined) this.#known.delete(oldest);
      this.#known.set(key, route);
    }
    this.#asked.set(logsources, route);
    return route;
  }

  #number(name: string | undefined): number {
    return name === undefined ? unnamed : (this.#names.get(name) ?? unmentioned);
  }

  #work(logsources: readonly LogSource[]): Route {
    const rules = new Uint8Array(this.#rules.length);
    for (const [index, { logsource }] of this.#rules.entries()) {
      if (logsources.some((event) => mayConcern(logsource, event))) rules[index] = 1;
    }
    return this.#finish(rules);
  }
}

/** Whether a rule for `rule` may concern an event that is of `event`. */
export function mayConcern(rule: LogSource, event: LogSource): boolean {
  return (
    agree(rule.category, event.category) && agree(rule.product, event.product) && agree(rule.service, event.service)
  );
}

function agree(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}
