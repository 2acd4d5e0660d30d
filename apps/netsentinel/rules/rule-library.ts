/**
 * The rules of this installation: those that come with NetSentinel and the sets that were installed, without the rules that are off, and with the
 * exceptions that are in force.
 */
import { join } from 'node:path';
import type { OwnRules } from '@netsentinel/contracts/own-rules';
import type { RuleWord } from '@netsentinel/contracts/rule-book';
import type { RuleError, RuleSet } from '@netsentinel/sigma/rule';
import { readRuleFiles, type RuleFile } from '../hunt/rule-files.ts';
import type { Exception } from '@netsentinel/contracts/exception';
import { filterText, inForce, offByNewestWord, readExceptions, type Disabled } from './exceptions.ts';
import { InstalledSets } from './installed-set.ts';
import { OWN_RULES, ownRulesFile } from './own-rule-files.ts';

export interface Library {
  /** Rules, and the exceptions as filters. */
  readonly files: readonly RuleFile[];
  /** Where its sets lie; `netsentinel` is the one that comes with the product, `own-rules` that of people's own, which lies nowhere. */
  readonly folders: readonly { readonly set: string; readonly path: string }[];
  readonly disabled: readonly Disabled[];
  /** Of those that are off, what the file says: in force or not, and whatever was said later. */
  readonly written: readonly Disabled[];
  readonly exceptions: readonly Exception[];
  readonly own: readonly OwnRules[];
  /** When an exception ends, and the rules must be read again: epoch milliseconds. */
  readonly changesAt: number | undefined;
}

/** What is kept in the state, because the platform writes it: exceptions of people and of incidents, words on whole rules, and rules of people's own. */
export interface KeptWords {
  readonly exceptions: readonly Exception[];
  readonly rules: readonly RuleWord[];
  readonly own: readonly OwnRules[];
}

const OWN_SET = 'netsentinel';

/** The `rules` folder of a data folder. */
export class RuleLibrary {
  readonly sets: InstalledSets;
  readonly exceptionsPath: string;
  readonly #own: string;

  /** @param own the folder of the rules that come with the product */
  constructor(folder: string, own: string, { readOnly = false } = {}) {
    this.sets = new InstalledSets(folder, readOnly);
    this.exceptionsPath = join(folder, 'exceptions.json');
    this.#own = own;
  }

  async read(now: number, kept: KeptWords = { exceptions: [], rules: [], own: [] }): Promise<Library> {
    const written = await readExceptions(this.exceptionsPath);
    const all = {
      disabled: offByNewestWord(written.disabled, kept.rules),
      exceptions: [...written.exceptions, ...kept.exceptions],
    };
    const { disabled, exceptions, changesAt } = inForce(all, now);
    const installed = (await this.sets.list()).map(({ name }) => ({ set: name, path: this.sets.folderOf(name) }));
    const folders = [{ set: OWN_SET, path: this.#own }, ...installed];
    const files = await readRuleFiles(
      folders.map(({ path }) => path),
      { mayBeEmpty: true },
    );
    const filters = exceptions.map((one) => ({ path: `${this.exceptionsPath}#${one.id}`, text: filterText(one) }));
    const { own } = kept;
    return {
      // Of two rules of one id the first counts: nobody's own takes the place of another.
      files: [...files, ...own.map(ownRulesFile), ...filters],
      folders: [...folders, { set: OWN_RULES, path: OWN_RULES }],
      disabled,
      written: written.disabled,
      exceptions,
      own,
      changesAt,
    };
  }
}

/** The set without the rules that are off, and without the correlations that need one of them. */
export function withoutDisabled(rules: RuleSet, disabled: readonly Disabled[]): RuleSet {
  const off = new Set(disabled.map(({ rule }) => rule));
  if (off.size === 0) return rules;
  const failed: RuleError[] = [];
  let correlations = rules.correlations.filter(({ id }) => !off.has(id));
  // One correlation may rest on another.
  for (let before = -1; before !== correlations.length;) {
    before = correlations.length;
    correlations = correlations.filter((one) => {
      const missing = one.rules.find((id) => off.has(id));
      if (missing === undefined) return true;
      off.add(one.id);
      failed.push({ path: one.position.path, line: one.position.line, error: `it needs ${missing}, which is off` });
      return false;
    });
  }
  return {
    ...rules,
    rules: rules.rules.filter(({ id }) => !off.has(id)),
    correlations,
    failed: [...rules.failed, ...failed],
  };
}
