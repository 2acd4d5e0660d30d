/** The language of `condition`: `and`, `or`, `not`, parentheses, `1 of`, `all of`, with search identifiers and patterns of them. */
import type { Budget } from './budget.ts';
import { allOf, anyOf, noneOf } from './combine.ts';
import { didYouMean, quote, RuleProblem, type Path } from './problem.ts';
import type { Expression } from '../expression.ts';

const maxTokens = 10_000;
const maxDepth = 100;

/**
 * The condition as an expression over the searches' own.
 * @param searches expression by search identifier
 * @param budget what the rule may still ask: a search counts each time that it is named
 * @throws RuleProblem
 */
export function readCondition(
  text: string,
  searches: ReadonlyMap<string, Expression>,
  budget: Budget,
  path: Path,
): Expression {
  return new ConditionReader(text, searches, budget, path).read();
}

class ConditionReader {
  readonly #searches: ReadonlyMap<string, Expression>;
  readonly #budget: Budget;
  readonly #path: Path;
  readonly #tokens: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(text: string, searches: ReadonlyMap<string, Expression>, budget: Budget, path: Path) {
    this.#searches = searches;
    this.#budget = budget;
    this.#path = path;
    if (text.includes('|')) {
      throw this.#problem(
        '`|` in a condition was Sigma 1: write a correlation of the rule instead (`correlation:` with `type: event_count` and so on)',
      );
    }
    this.#tokens = text.match(/[()]|[^\s()]+/g) ?? [];
    if (this.#tokens.length === 0) throw this.#problem('the condition is empty');
    if (this.#tokens.length > maxTokens) throw this.#problem(`the condition has more than ${maxTokens} words`);
  }

  read(): Expression {
    const whole = this.#or();
    const rest = this.#tokens[this.#at];
    if (rest === undefined) return whole;
    throw this.#problem(rest === ')' ? 'a `)` too many' : `${quote(rest)} stands where \`and\` or \`or\` belongs`);
  }

  #or(): Expression {
    const parts = [this.#and()];
    while (this.#takes('or')) parts.push(this.#and());
    return anyOf(parts);
  }

  #and(): Expression {
    const parts = [this.#not()];
    while (this.#takes('and')) parts.push(this.#not());
    return allOf(parts);
  }

  #not(): Expression {
    let negated = false;
    while (this.#takes('not')) negated = !negated;
    const inner = this.#atom();
    return negated ? noneOf([inner]) : inner;
  }

  #atom(): Expression {
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw this.#problem('the condition ends where a search identifier belongs');
    if (token === '(') return this.#parenthesis();
    if (token === ')' || /^(and|or)$/i.test(token))
      throw this.#problem(`${quote(token)} stands where a search identifier belongs`);
    if (/^of$/i.test(this.#tokens[this.#at] ?? '')) return this.#quantified(token);
    const search = this.#named(token);
    if (search !== undefined) return search;
    if (token.includes('*')) throw this.#problem(`${quote(token)} needs \`1 of\` or \`all of\` before it`);
    throw this.#problem(`there is no search ${quote(token)}${didYouMean(token, this.#searches.keys())}`);
  }

  #parenthesis(): Expression {
    if (++this.#depth > maxDepth) throw this.#problem(`parentheses are nested more than ${maxDepth} deep`);
    const inner = this.#or();
    if (this.#tokens[this.#at++] !== ')') throw this.#problem('a `)` is missing');
    this.#depth--;
    return inner;
  }

  #quantified(quantifier: string): Expression {
    const pattern = this.#tokens[++this.#at];
    this.#at++;
    if (pattern === undefined) throw this.#problem(`${quote(`${quantifier} of`)} names no searches`);
    const found = this.#matching(pattern);
    if (found.length === 0)
      throw this.#problem(
        `no search is called ${quote(pattern)}${didYouMean(pattern.replaceAll('*', ''), this.#searches.keys())}`,
      );
    if (/^all$/i.test(quantifier)) return allOf(found);
    if (quantifier === '1' || /^any$/i.test(quantifier)) return anyOf(found);
    throw this.#problem(`${quote(`${quantifier} of`)} is not in Sigma: it is \`1 of\`, \`any of\` or \`all of\``);
  }

  /** `them` is every search but those whose name begins with an underscore. */
  #matching(pattern: string): Expression[] {
    const names = [...this.#searches.keys()];
    const wanted = /^them$/i.test(pattern)
      ? names.filter((name) => !name.startsWith('_'))
      : names.filter((name) => matchesPattern(name, pattern));
    return wanted.flatMap((name) => this.#named(name) ?? []);
  }

  #named(name: string): Expression | undefined {
    const search = this.#searches.get(name);
    if (search !== undefined) this.#budget.spendAll(search, this.#path);
    return search;
  }

  #takes(word: string): boolean {
    if (this.#tokens[this.#at]?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #problem(message: string): RuleProblem {
    return new RuleProblem(this.#path, message);
  }
}

/** `*` is any run of characters. */
function matchesPattern(name: string, pattern: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first) || name.length < first.length + last.length || !name.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = name.indexOf(part, at);
    if (found < 0 || found + part.length > name.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}
