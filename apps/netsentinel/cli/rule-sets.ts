/** What the commands about rules share: reading them as the user asked, and showing their levels. */
import { join } from 'node:path';
import type { Pipeline } from '@netsentinel/sigma/pipeline/pipeline';
import type { Level, RuleSet } from '@netsentinel/sigma/rule';
import { paint, safe, warn } from './output.ts';
import { HOME } from './settings.ts';

/** Refused rules that are named one by one; `rules check` names them all. */
const maxNamed = 5;

/** Reads rules; `ecs`: with their fields as our events name them. What cannot be read stands in `failed`. */
export async function readRuleSet(paths: readonly string[], { ecs = false } = {}): Promise<RuleSet> {
  const [{ readRuleFiles }, { readRules }] = await Promise.all([
    import('../hunt/rule-files.ts'),
    import('@netsentinel/sigma/read/read-rules'),
  ]);
  return readRules(await readRuleFiles(paths), ecs ? { pipelines: await readEcsPipelines() } : {});
}

/** Our mapping of log sources and fields to the Elastic Common Schema. */
export async function readEcsPipelines(): Promise<Pipeline[]> {
  const { readEcsPipelines: read } = await import('../rules/ecs-pipelines.ts');
  return read(join(HOME, 'content'));
}

export function warnOfFailures({ rules, correlations, failed }: RuleSet): void {
  for (const { path, line, error } of failed.slice(0, maxNamed)) {
    warn(`${paint('refused', 'yellow', process.stderr)} ${safe(path, 400)}:${line}: ${safe(error, 400)}`);
  }
  if (failed.length > maxNamed)
    warn(`and ${failed.length - maxNamed} more: \`netsentinel rules check\` names them all`);
  if (rules.length + correlations.length === 0) warn('no rule is left to run');
}

const levels: readonly (readonly [Level, 'dim' | 'blue' | 'yellow' | 'red' | 'magenta'])[] = [
  ['informational', 'dim'],
  ['low', 'blue'],
  ['medium', 'yellow'],
  ['high', 'red'],
  ['critical', 'magenta'],
];

/** Higher is worse; a rule without a level comes first. */
export function levelOrder(level: Level | undefined): number {
  return levels.findIndex(([name]) => name === level);
}

export function levelColour(level: Level | undefined): 'dim' | 'blue' | 'yellow' | 'red' | 'magenta' {
  return levels.find(([name]) => name === level)?.[1] ?? 'dim';
}
