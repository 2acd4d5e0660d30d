/**
 * Rules that people put into force through the API (ADR 0038): what is looked at before a text of them is kept. By itself in a thread of its own, and then
 * beside all other rules, as the next reading will have them.
 */
import type { CheckedRules } from '@netsentinel/contracts/own-rules';
import type { Clock } from '@netsentinel/contracts/clock';
import type { RuleFault } from '@netsentinel/contracts/rule-trial';
import { BEHAVIOURS } from '@netsentinel/detect/behaviour/index';
import { DETECTORS } from '@netsentinel/detect/detectors/index';
import { SUBJECTS } from '@netsentinel/detect/subjects/index';
import { rolesOf } from '@netsentinel/sigma/correlate/roles';
import type { Correlation, Rule, RuleError, RuleSet } from '@netsentinel/sigma/rule';
import { isOwnRules, ownRulesPath } from './own-rule-files.ts';
import { firstFaults } from './rule-faults.ts';
import { RuleThread } from './rule-thread.ts';
import type { TrialSetup } from './rule-trial.messages.ts';
import { MAX_WEIGHT, weightOf } from './rule-weight.ts';

const MAX_TITLE = 100;

/**
 * What is wrong with the text by itself. Rejects as `openRuleTrial` does.
 * @param content the product's `content` folder
 * @param signal ends it, as when nobody waits any more
 */
export async function checkOwnRules(
  text: string,
  content: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<CheckedRules> {
  const setup: TrialSetup = { text, content };
  const thread = new RuleThread<CheckedRules>(new URL('./own-rules.worker.ts', import.meta.url), setup, clock, signal);
  try {
    return await thread.next();
  } finally {
    thread.end();
  }
}

type Document = Rule | Correlation;

/** From some own rules to others, which differ in the text of one name alone. */
export interface OwnRulesStep {
  readonly name: string;
  /** What the new text says by itself; empty where it is removed. */
  readonly says: readonly Document[];
  /** All rules as they are now … */
  readonly before: RuleSet;
  /** … and as they would be. */
  readonly after: RuleSet;
  /** The set that a rule is of, by its file. */
  readonly setOf: (path: string) => string;
}

/** What is wrong with the step: whose ids the text takes, what it rests on that is not there, and what others would lose by it. */
export function faultsOf(step: OwnRulesStep): RuleFault[] {
  const { name, says, before, after, setOf } = step;
  const path = ownRulesPath(name);
  const others = documentsOf(before).filter(({ position }) => position.path !== path);
  const taken = takenIds(says, others, setOf);
  const takenLines = new Set(taken.map(({ line }) => line));
  // By place alone: what the reader proposes instead may be another name now.
  const failed = new Set(before.failed.map(placeOf));
  const weight = after.rules
    .filter(({ position }) => isOwnRules(position))
    .reduce((sum, rule) => sum + weightOf(rule), 0);
  const faults: RuleFault[] = [
    ...taken,
    // What is taken has been said, and better: the reader names files of this machine.
    ...after.failed.filter((one) => one.path === path && !takenLines.has(one.line)),
    ...after.failed
      .filter((one) => one.path !== path && !failed.has(placeOf(one)))
      .map((one) => ({ line: 1, error: `${lossOf(one, others, setOf)}: ${one.error}` })),
    ...changedReports(step, others),
  ];
  if (weight > MAX_WEIGHT)
    faults.push({
      line: 1,
      error: `all own rules together ask too much of each event (${weight}; at most ${MAX_WEIGHT})`,
    });
  return firstFaults(faults);
}

function documentsOf({ rules, correlations }: RuleSet): Document[] {
  return [...rules, ...correlations];
}

function placeOf({ path, line }: RuleError): string {
  return `${path}:${line}`;
}

/** Where ids and names are others': findings, exceptions and correlations would take one for the other. */
function takenIds(says: readonly Document[], others: readonly Document[], setOf: OwnRulesStep['setOf']): RuleFault[] {
  const owners = new Map<string, string>();
  for (const { id } of [...DETECTORS, ...BEHAVIOURS, ...SUBJECTS]) owners.set(id, 'a detector of ours');
  for (const one of others)
    for (const word of [one.id, one.name ?? one.id]) owners.set(word, `the rule ${nameOf(one, setOf)}`);
  return says.flatMap(({ id, name, position: { line } }) =>
    [['id', id] as const, ['name', name] as const].flatMap(([what, word]) => {
      const owner = word === undefined ? undefined : owners.get(word);
      return owner === undefined ? [] : { line, error: `its \`${what}\` ${word} is taken: ${owner} has it` };
    }),
  );
}

/** Which rule is no longer what it was. */
function lossOf({ path, line }: RuleError, others: readonly Document[], setOf: OwnRulesStep['setOf']): string {
  const lost = others.find(({ position }) => position.path === path && position.line === line);
  const which = lost === undefined ? `a rule of the set ${setOf(path)}` : `the rule ${nameOf(lost, setOf)}`;
  return `${which} would not be in force any more`;
}

/**
 * A correlation keeps what it rests on from being reported, unless it says `generate`: of its own rules its author's choice, of others' the same as to turn
 * them off, or to have every login reported.
 */
function changedReports({ name, before, after, setOf }: OwnRulesStep, others: readonly Document[]): RuleFault[] {
  const [did, does] = [rolesOf(before), rolesOf(after)];
  const path = ownRulesPath(name);
  return others
    .filter(({ id }) => did.reports(id) !== does.reports(id))
    .map((one) => ({
      line: does.correlationsOf(one.id).find(({ position }) => position.path === path)?.position.line ?? 1,
      error: does.reports(one.id)
        ? `${nameOf(one, setOf)} would be reported by itself, which it is not now: leave \`generate: true\` away`
        : `${nameOf(one, setOf)} would not be reported by itself any more: say \`generate: true\``,
    }));
}

function nameOf({ title, position }: Document, setOf: OwnRulesStep['setOf']): string {
  return `“${title.slice(0, MAX_TITLE)}” of the set ${setOf(position.path)}`;
}
