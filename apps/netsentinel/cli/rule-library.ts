/** The rules of this installation, as the commands use them. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { RuleSet } from '@netsentinel/sigma/rule';
import type { Library, RuleLibrary } from '../rules/rule-library.ts';
import { safe } from './output.ts';
import { readEcsPipelines } from './rule-sets.ts';
import { HOME, settings } from './settings.ts';
import { readKeptWords } from './kept-words.ts';

/** The rules that come with the product. */
export const ownRules = join(HOME, 'content', 'rules');

export async function openLibrary(command: Command): Promise<RuleLibrary> {
  const { RuleLibrary: Opened } = await import('../rules/rule-library.ts');
  return new Opened(settings(command).folder.rules, ownRules);
}

/** What counts now: rules, what is off, and what is excepted. */
export async function installedLibrary(command: Command): Promise<Library> {
  return (await openLibrary(command)).read(Date.now(), await readKeptWords(command));
}

/** Own and installed rules, exceptions applied, without those that are off. `ecs`: with fields as our events name them. */
export async function readLibrary(
  command: Command,
  { ecs = false } = {},
): Promise<{ rules: RuleSet; all: RuleSet; library: Library }> {
  const [{ readRules }, { withoutDisabled }] = await Promise.all([
    import('@netsentinel/sigma/read/read-rules'),
    import('../rules/rule-library.ts'),
  ]);
  const library = await installedLibrary(command);
  const all = readRules(library.files, ecs ? { pipelines: await readEcsPipelines() } : {});
  return { rules: withoutDisabled(all, library.disabled), all, library };
}

/** The one rule or correlation with this id or name, or whose id begins so. */
export function findRule(
  { rules, correlations }: RuleSet,
  id: string,
): RuleSet['rules'][number] | RuleSet['correlations'][number] {
  const all = [...rules, ...correlations];
  const exact = all.filter((one) => one.id === id || one.name === id);
  const found = exact.length > 0 ? exact : all.filter((one) => one.id.startsWith(id));
  const [only, ...others] = found;
  if (only !== undefined && others.length === 0) return only;
  const message = only === undefined ? `no rule ${safe(id)}` : `${found.length} rules begin with ${safe(id)}`;
  throw new NetSentinelError('RULE_NOT_FOUND', 'user', message, { hint: '`netsentinel rules list` names them all.' });
}
