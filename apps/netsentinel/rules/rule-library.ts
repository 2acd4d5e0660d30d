/**
 * The rules of this installation: those that come with NetSentinel and the sets that were installed, without the rules that are off, and with the
 * exceptions that are in force.
 */
import { join } from 'node:path';
import type { RuleError, RuleSet } from '@netsentinel/sigma/rule';
import { readRuleFiles, type RuleFile } from '../hunt/rule-files.ts';
import type { Exception } from '@netsentinel/contracts/exception';
import { filterText, inForce, readExceptions, type Disabled } from './exceptions.ts';
import { InstalledSets } from './installed-set.ts';

export interface Library {
  /** Rules, and the exceptions as filters. */
  readonly files: readonly RuleFile[];
  readonly disabled: readonly Disabled[];
  readonly exceptions: readonly Exception[];
  /** When an exception ends, and the rules must be read again: epoch milliseconds. */
  readonly changesAt: number | undefined;
}

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

  /** @param taught exceptions that incidents taught */
  async read(now: number, taught: readonly Exception[] = []): Promise<Library> {
    const written = await readExceptions(this.exceptionsPath);
    const all = { ...written, exceptions: [...written.exceptions, ...taught] };
    const { disabled, exceptions, changesAt } = inForce(all, now);
    const folders = [this.#own, ...(await this.sets.list()).map(({ name }) => this.sets.folderOf(name))];
    const files = await readRuleFiles(folders, { mayBeEmpty: true });
    const filters = exceptions.map((one) => ({ path: `${this.exceptionsPath}#${one.id}`, text: filterText(one) }));
    return { files: [...files, ...filters], disabled, exceptions, changesAt };
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
