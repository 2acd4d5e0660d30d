/** `hunt`: rules over events in files, as a table for people or a line of JSON for each match. */
import { Option, type Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { InputFile } from '@netsentinel/normalise/records/input-file';
import type { HuntMatch, HuntTotals } from '../hunt/hunt.ts';
import { paint, print, printJson, safe, table, warn, when } from './output.ts';
import { openProgress } from './progress.ts';
import { readLibrary } from './rule-library.ts';
import { levelColour, levelOrder, readRuleSet, warnOfFailures } from './rule-sets.ts';

interface HuntArguments {
  readonly rules?: string[];
  readonly fields: 'native' | 'ecs';
  readonly routing: 'on' | 'off';
  readonly json?: boolean;
}

/** Broken events that are named one by one; of more, only the number is said. */
const maxNamed = 10;

export function addHunt(program: Command): void {
  program
    .command('hunt')
    .description('run Sigma rules over events in files: JSON lines, arrays or values in a row; plain, gzip or zstd')
    .argument('[file...]', 'event files, folders of them, or - for the standard input')
    .option('--rules <path...>', 'rule files, or folders of them (default: our own and the installed ones that are on)')
    .addOption(
      new Option('--fields <names>', 'what the events call their fields: `native`, as the rules do, or `ecs`')
        .choices(['native', 'ecs'])
        .default('native'),
    )
    .addOption(
      new Option('--routing <mode>', 'whether an event meets only rules for its log source')
        .choices(['on', 'off'])
        .default('on'),
    )
    .option('--json', 'print JSON: one match a line')
    .addHelpText('after', '\nExample: netsentinel hunt logs/*.json.gz --rules rules/windows')
    .action(async (operands: string[], options: HuntArguments, command: Command) => {
      const [{ findInputFiles }, { hunt }] = await Promise.all([
        import('@netsentinel/normalise/records/input-file'),
        import('../hunt/hunt.ts'),
      ]);
      const { rulePaths, eventPaths } = await apart(options.rules, operands);
      const files = await findInputFiles(eventPaths);
      const ecs = options.fields === 'ecs';
      const rules =
        rulePaths === undefined ? (await readLibrary(command, { ecs })).rules : await readRuleSet(rulePaths, { ecs });
      warnOfFailures(rules);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const progress = openProgress();
      const found = new Tally();
      let bad = 0;
      const totals = await hunt({
        rules,
        files,
        routing: options.routing === 'on',
        onMatch: (match) => (options.json === true ? printMatch(match) : found.add(match)),
        onBad: ({ file, line, reason }) => {
          if (++bad <= maxNamed)
            warn(`${paint('skipped', 'yellow', process.stderr)} ${safe(file, 400)}:${line}: ${reason}`);
        },
        onProgress: (read) => progress.show(bytes === 0 ? 0 : read / bytes, `${(read / 1e6).toFixed(0)} MB`),
      }).finally(() => progress.end());
      if (bad > maxNamed) warn(`skipped ${bad - maxNamed} more broken events`);
      if (totals.uncorrelated > 0)
        warn(`${totals.uncorrelated} matches were too many for the correlations, which did not see them`);
      if (options.json !== true) tell(found, totals, files);
    });
}

/**
 * `--rules a b FILE` gives the option everything up to the next one, and leaves no file: then what is no rule file and holds none is the events. The first
 * is always rules.
 */
async function apart(
  given: readonly string[] | undefined,
  operands: readonly string[],
): Promise<{ rulePaths: readonly string[] | undefined; eventPaths: readonly string[] }> {
  const { holdsRules } = await import('../hunt/rule-files.ts');
  if (given === undefined || operands.length > 0)
    return noFiles(operands) ?? { rulePaths: given, eventPaths: operands };
  const [first = '', ...others] = given;
  const areRules = await Promise.all(others.map(holdsRules));
  const rulePaths = [first, ...others.filter((_, index) => areRules[index])];
  const eventPaths = others.filter((_, index) => areRules[index] !== true);
  return noFiles(eventPaths) ?? { rulePaths, eventPaths };
}

function noFiles(paths: readonly string[]): undefined {
  if (paths.length > 0) return undefined;
  throw new NetSentinelError('HUNT_NO_FILE', 'user', 'no event files are named', {
    hint: 'For example `netsentinel hunt --rules rules/ logs/*.json.gz`; `-` reads the standard input.',
  });
}

function printMatch({ rule, place }: HuntMatch): void {
  const { id, title, level, tags } = rule;
  printJson({ rule: { id, title, level: level ?? null, tags }, event: place });
}

interface Row {
  readonly rule: HuntMatch['rule'];
  readonly first: HuntMatch;
  count: number;
}

/** Matches by rule: what a person wants to see of thousands. */
class Tally {
  readonly #rows = new Map<string, Row>();

  add(match: HuntMatch): void {
    const row = this.#rows.get(match.rule.id);
    if (row === undefined) this.#rows.set(match.rule.id, { rule: match.rule, first: match, count: 1 });
    else row.count++;
  }

  rows(): Row[] {
    return [...this.#rows.values()].toSorted(
      (a, b) => levelOrder(b.rule.level) - levelOrder(a.rule.level) || b.count - a.count,
    );
  }
}

function tell(found: Tally, totals: HuntTotals, files: readonly InputFile[]): void {
  const rows = found.rows();
  if (rows.length > 0) {
    table(
      ['level', 'matches', 'first seen', 'first event', 'rule'],
      rows.map(({ rule, first, count }) => [
        paint(rule.level ?? '-', levelColour(rule.level)),
        String(count),
        first.atMs === undefined ? '-' : when(first.atMs),
        `${safe(files.length === 1 ? '' : first.place.file, 200)}#${first.place.index}`,
        safe(rule.title, 120),
      ]),
    );
    print();
  }
  const { events, matches } = totals;
  print(
    `${matches} ${matches === 1 ? 'match' : 'matches'} of ${rows.length} ${rows.length === 1 ? 'rule' : 'rules'} in ${events} events of ${totals.files} ${totals.files === 1 ? 'file' : 'files'}`,
  );
}
