/** `rules …`: what rules there are, whether they are good, and what they cover. */
import { writeFile } from 'node:fs/promises';
import { Argument, type Command } from 'commander';
import type { Correlation, Rule, RuleSet } from '@netsentinel/sigma/rule';
import { EXIT, paint, print, printJson, safe, table, warn } from './output.ts';
import { findRule, ownRules, readLibrary } from './rule-library.ts';
import { levelColour, levelOrder, readRuleSet, warnOfFailures } from './rule-sets.ts';
import { addLibrary } from './rules-library.command.ts';

export function addRules(program: Command): void {
  const rules = program
    .command('rules')
    .description('Sigma rules: what there is, whether it is good, and what is excepted');
  addCheck(rules);
  addTest(rules);
  addList(rules);
  addShow(rules);
  addCoverage(rules);
  addLibrary(rules);
}

function addCheck(rules: Command): void {
  rules
    .command('check')
    .description('compile rules; names each that is refused, with file, line and what was meant')
    .argument('<path...>', 'rule files, or folders of them')
    .option('--json', 'print JSON')
    .action(async (paths: string[], options: { json?: boolean }) => {
      const { checkRules } = await import('../hunt/check-rules.ts');
      const result = checkRules(await readRuleSet(paths));
      if (result.failed.length > 0) process.exitCode = EXIT.failed;
      if (options.json === true) return printJson(result);
      for (const { path, line, error } of result.failed)
        print(`${paint('refused', 'red')} ${safe(path, 400)}:${line}: ${safe(error, 600)}`);
      for (const { path, line, reason } of result.slow)
        print(`${paint('slow', 'yellow')} ${safe(path, 400)}:${line}: ${safe(reason, 400)}`);
      return print(
        `${result.compiled} of ${result.rules} rules compiled, ${result.correlations} correlations, ${result.failed.length} refused, ${result.slow.length} slow, ${result.inert.length} without their placeholders' values`,
      );
    });
}

function addTest(rules: Command): void {
  rules
    .command('test')
    .description("run each rule's cases (NAME.cases.yml beside NAME.yml): what it must find, and must not")
    .addArgument(
      new Argument('[path...]', 'rule files, or folders of them').default(
        [ownRules],
        'the rules that come with NetSentinel',
      ),
    )
    .option('--json', 'print JSON: one rule a line')
    .action(async (paths: string[], options: { json?: boolean }) => {
      const [{ readRuleFiles }, { runCases }] = await Promise.all([
        import('../hunt/rule-files.ts'),
        import('../hunt/rule-cases.ts'),
      ]);
      const totals = { rules: 0, passed: 0, failed: 0, without: 0 };
      for (const file of await readRuleFiles(paths)) {
        const result = await runCases(file);
        totals.rules++;
        totals.passed += result.passed;
        totals.failed += result.failures.length;
        if (!result.hasCases) totals.without++;
        if (options.json === true) printJson(result);
        else
          for (const failure of result.failures)
            print(`${paint('failed', 'red')} ${safe(result.path, 400)}: ${safe(failure, 400)}`);
      }
      if (totals.failed > 0) process.exitCode = EXIT.failed;
      const words = `${totals.rules} rules: ${totals.passed} cases passed, ${totals.failed} failed; ${totals.without} rules without cases`;
      if (options.json === true) warn(words);
      else print(words);
    });
}

type Document = Rule | Correlation;

function documents({ rules, correlations }: RuleSet): Document[] {
  return [...rules, ...correlations];
}

function withPaths(command: Command): Command {
  return command.option(
    '--rules <path...>',
    'rule files, or folders of them (default: our own and the installed ones that are on)',
  );
}

async function given(options: { readonly rules?: string[] }, command: Command): Promise<RuleSet> {
  const rules = options.rules === undefined ? (await readLibrary(command)).rules : await readRuleSet(options.rules);
  warnOfFailures(rules);
  return rules;
}

function addList(rules: Command): void {
  withPaths(rules.command('list').description('rules and correlations, the most severe first'))
    .option('--json', 'print JSON: one rule a line')
    .action(async (options: { rules?: string[]; json?: boolean }, command: Command) => {
      const all = documents(await given(options, command)).toSorted(
        (a, b) => levelOrder(b.level) - levelOrder(a.level) || a.title.localeCompare(b.title),
      );
      if (options.json === true) {
        return all.forEach(({ id, kind, title, level, status, tags, position }) =>
          printJson({
            id,
            kind,
            title,
            level: level ?? null,
            status: status ?? null,
            tags,
            path: position.path,
            line: position.line,
          }),
        );
      }
      return table(
        ['id', 'level', 'kind', 'techniques', 'title'],
        all.map((one) => [
          safe(one.id, 40),
          paint(one.level ?? '-', levelColour(one.level)),
          one.kind,
          techniquesOf(one).join(' '),
          safe(one.title, 120),
        ]),
      );
    });
}

function addShow(rules: Command): void {
  withPaths(rules.command('show').description('one rule: what it looks for, and where it stands'))
    .argument('<id>', 'its id, the beginning of it, or its name')
    .option('--json', 'print JSON')
    .action(async (id: string, options: { rules?: string[]; json?: boolean }, command: Command) => {
      const only = findRule(await given(options, command), id);
      if (options.json === true) return printJson(plain(only));
      return describe(only);
    });
}

/** Maps become objects, which is how JSON has them. */
function plain(one: Document): unknown {
  return JSON.parse(
    JSON.stringify(one, (_, value: unknown) => (value instanceof Map ? Object.fromEntries(value) : value)),
  );
}

function describe(one: Document): void {
  print(paint(safe(one.title, 300), 'bold'));
  print(`${paint(one.level ?? 'no level', levelColour(one.level))}, ${one.status ?? 'no status'}; ${safe(one.id, 64)}`);
  print(`${safe(one.position.path, 400)}:${one.position.line}`);
  if (one.description !== undefined) print(`\n${safe(one.description, 4000)}`);
  print();
  if (one.kind === 'rule') {
    const { category, product, service } = one.logsource;
    print(
      `log source: ${
        [product, service, category]
          .filter((part) => part !== undefined)
          .map((part) => safe(part, 80))
          .join(', ') || 'any'
      }`,
    );
  } else {
    print(
      `${one.type} of ${one.rules.map((rule) => safe(rule, 64)).join(', ')} within ${one.timespanMs / 1000} s by ${one.groupBy.map((field) => safe(field, 80)).join(', ') || 'nothing'}`,
    );
  }
  if (one.tags.length > 0) print(`tags: ${one.tags.map((tag) => safe(tag, 80)).join(', ')}`);
  for (const harmless of one.falsePositives) print(`harmless when: ${safe(harmless, 400)}`);
  for (const reference of one.references) print(`see ${safe(reference, 400)}`);
}

function addCoverage(rules: Command): void {
  withPaths(rules.command('coverage').description('ATT&CK techniques that the rules are tagged with'))
    .option('--navigator <file>', 'write a layer for the ATT&CK Navigator')
    .option('--json', 'print JSON: one technique a line')
    .action(async (options: { rules?: string[]; navigator?: string; json?: boolean }, command: Command) => {
      const [{ coverageOf, navigatorLayer }, { technique }] = await Promise.all([
        import('../hunt/coverage.ts'),
        import('@netsentinel/detect/attack'),
      ]);
      const covered = coverageOf(documents(await given(options, command)));
      if (options.navigator !== undefined) {
        await writeFile(options.navigator, `${JSON.stringify(navigatorLayer(covered), null, 2)}\n`);
        warn(`wrote ${options.navigator}`);
      }
      if (options.json === true) return covered.forEach(printJson);
      table(
        ['technique', 'rules', 'name'],
        covered.map(({ technique: id, rules: count }) => [id, String(count), technique(id)?.name ?? '']),
      );
      return print(`\n${covered.length} techniques`);
    });
}

function techniquesOf(one: Document): string[] {
  return one.tags.flatMap((tag) => /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1]?.toUpperCase() ?? []);
}
