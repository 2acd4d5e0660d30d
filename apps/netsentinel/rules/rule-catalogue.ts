/** The rules of this installation as people are shown them: cards in their order, and each by itself with its file. */
import { relative } from 'node:path';
import type { RuleCard, RuleDetail } from '@netsentinel/contracts/rule-card';
import { techniquesOf } from '@netsentinel/detect/rule-finding';
import type { Correlation, Rule, RuleError } from '@netsentinel/sigma/rule';
import type { ReadRules } from './live-rules.ts';
import { severityOf } from '@netsentinel/contracts/rule-order';

const MAX_TITLE = 500;
const MAX_TEXT = 262_144;
const SLOW = 'It is not run, since nobody can say how long that would take; `netsentinel rules check` says more.';
const INERT = 'It meets nothing: placeholders in it have no values here.';

export class RuleCatalogue {
  /** The most severe first, then by id. */
  readonly cards: readonly RuleCard[];
  readonly #read: ReadRules;
  readonly #rules: ReadonlyMap<string, Rule | Correlation>;
  readonly #cards: ReadonlyMap<string, RuleCard>;

  /** @param running ids of the rules that are run, once they are compiled */
  constructor(read: ReadRules, running: ReadonlySet<string>) {
    const { all, inForce, library } = read;
    const off = new Map(library.disabled.map((one) => [one.rule, one]));
    const lacking = new Map(inForce.failed.map((one) => [placeOf(one), one.error]));
    const problemOf = (one: Rule | Correlation): string | undefined => {
      if (one.kind === 'correlation') return lacking.get(placeOf(one.position));
      if (one.expression.kind === 'constant' && !one.expression.value) return INERT;
      return running.has(one.id) ? undefined : SLOW;
    };
    this.#read = read;
    this.#rules = new Map([...all.rules, ...all.correlations].map((one) => [one.id, one]));
    this.cards = [...this.#rules.values()]
      .map((one): RuleCard => {
        const word = off.get(one.id);
        const problem = word === undefined ? problemOf(one) : undefined;
        return {
          id: one.id,
          kind: one.kind,
          title: one.title.slice(0, MAX_TITLE),
          ...(one.level === undefined ? {} : { level: one.level }),
          ...(one.status === undefined ? {} : { status: one.status }),
          techniques: techniquesOf(one.tags),
          set: this.#folderOf(one).set,
          enabled: word === undefined,
          ...(word === undefined ? {} : { off: whyOff(word) }),
          ...(problem === undefined ? {} : { problem }),
        };
      })
      .toSorted((a, b) => severityOf(b.level) - severityOf(a.level) || (a.id < b.id ? -1 : 1));
    this.#cards = new Map(this.cards.map((card) => [card.id, card]));
  }

  get(id: string): RuleDetail | undefined {
    const [one, card] = [this.#rules.get(id), this.#cards.get(id)];
    if (one === undefined || card === undefined) return undefined;
    const { description, author, date, modified, tags, falsePositives, references, position } = one;
    const { files, exceptions } = this.#read.library;
    return {
      ...card,
      ...given({ description, author, date, modified }),
      ...(one.kind === 'rule' ? { logsource: one.logsource } : { rules: [...one.rules] }),
      tags: [...tags],
      falsePositives: [...falsePositives],
      references: [...references],
      file: relative(this.#folderOf(one).path, position.path),
      line: position.line,
      text: files.find(({ path }) => path === position.path)?.text.slice(0, MAX_TEXT) ?? '',
      exceptions: exceptions.filter(({ rules }) => rules.includes(id)),
    };
  }

  #folderOf({ position }: Rule | Correlation): { readonly set: string; readonly path: string } {
    const found = this.#read.library.folders.find(({ path }) => position.path.startsWith(`${path}/`));
    if (found === undefined) throw new Error(`a rule lies in none of its folders: ${position.path}`);
    return found;
  }
}

function placeOf({ path, line }: Pick<RuleError, 'path' | 'line'>): string {
  return `${path}:${line}`;
}

function whyOff({ reason, until, by, at }: ReadRules['library']['disabled'][number]): NonNullable<RuleCard['off']> {
  return { reason, by, at, ...(until === undefined ? {} : { until }) };
}

function given<T extends object>(values: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as ReturnType<
    typeof given<T>
  >;
}
