/** Rules that people put into force through the API, as files beside those of the installed sets: the folder is not there, they lie in the state. */
import type { OwnRules } from '@netsentinel/contracts/own-rules';
import type { RuleFile } from '../hunt/rule-files.ts';

/** What their set is called, and their folder. */
export const OWN_RULES = 'own-rules';

export function ownRulesPath(name: string): string {
  return `${OWN_RULES}/${name}.yml`;
}

export function ownRulesFile({ name, text }: Pick<OwnRules, 'name' | 'text'>): RuleFile {
  return { path: ownRulesPath(name), text };
}

export function isOwnRules({ path }: Pick<RuleFile, 'path'>): boolean {
  return path.startsWith(`${OWN_RULES}/`);
}
