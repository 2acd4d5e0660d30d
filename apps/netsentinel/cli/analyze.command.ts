/** `analyze`: logs of any supported format in, incidents out. No stream, no database, and nothing is answered. */
import type { Command } from 'commander';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { RuleSet } from '@netsentinel/sigma/rule';
import type { Analyzed } from '../analyze/analyze.ts';
import type { Findings } from '../analyze/findings.ts';
import type { Verdict } from '../analyze/verdict.ts';
import { paint, print, printJson, safe, severityColour, span, table, warn, when } from './output.ts';
import { openProgress } from './progress.ts';
import { addReadOptions, readOptions, type ReadArguments } from './read-options.ts';
import { openLibrary, ownRules } from './rule-library.ts';
import { readEcsPipelines, warnOfFailures } from './rule-sets.ts';

interface AnalyzeArguments extends ReadArguments {
  readonly rules?: string[];
  readonly json?: boolean;
  readonly report?: string;
}

/** Files that are named one by one in a warning; of more, only the number is said. */
const MAX_NAMED = 5;
/** Incidents that the table shows; `--json` and the report know all. */
const MAX_ROWS = 200;

export function addAnalyze(program: Command): void {
  addReadOptions(
    program
      .command('analyze')
      .description('tell who attacked, and how, from logs of any supported format')
      .argument('[path...]', 'log files, plain or compressed, folders of them, or - for the standard input')
      .option('--rules <path...>', 'Sigma rules besides our own and the installed ones: files, or folders of them')
      .option('--json', 'print JSON: one incident a line')
      .option('--report <file.html>', 'also write a report: one page that needs nothing else'),
  )
    .addHelpText('after', '\nExample: netsentinel analyze /var/log/nginx /opt/zeek/logs/current --report report.html')
    .action(async (paths: string[], given: AnalyzeArguments, command: Command) => {
      if (paths.length === 0)
        throw new NetSentinelError('ANALYZE_NO_FILE', 'user', 'no logs are named', {
          hint: 'Name them before the options: `netsentinel analyze /var/log --rules my-rules`.',
        });
      const [{ ANY_NAME, findInputFiles }, { analyze }, parse, rules] = await Promise.all([
        import('@netsentinel/normalise/records/input-file'),
        import('../analyze/analyze.ts'),
        readOptions(given),
        rulesFor(command, given.rules ?? []),
      ]);
      warnOfFailures(rules);
      const files = await findInputFiles(paths, ANY_NAME);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const progress = openProgress();
      const startedMs = performance.now();
      const analyzed = await analyze({
        files,
        parse,
        rules,
        ownRules,
        nowMs: Date.now(),
        onProgress: (read, events) =>
          progress.show(bytes === 0 ? 0 : read / bytes, `${(read / 1e6).toFixed(0)} MB, ${events} events`),
      }).finally(() => progress.end());
      const [{ findingsOf }, { MAX_STORIES }] = await Promise.all([
        import('../analyze/findings.ts'),
        import('../analyze/report/page.ts'),
      ]);
      const findings = findingsOf(analyzed.analyser.incidents(), MAX_STORIES);
      warnOfReading(analyzed);
      if (given.json === true) findings.verdicts.forEach(printJson);
      else tell(findings.verdicts, analyzed, performance.now() - startedMs);
      if (given.report !== undefined) await writeReport(given.report, paths, findings, analyzed);
    });
}

async function rulesFor(command: Command, paths: readonly string[]): Promise<RuleSet> {
  const [{ readRules }, { withoutDisabled }, { readRuleFiles }] = await Promise.all([
    import('@netsentinel/sigma/read/read-rules'),
    import('../rules/rule-library.ts'),
    import('../hunt/rule-files.ts'),
  ]);
  const library = await (await openLibrary(command)).read(Date.now());
  const given = paths.length === 0 ? [] : await readRuleFiles(paths);
  const all = readRules([...library.files, ...given], { pipelines: await readEcsPipelines() });
  return withoutDisabled(all, library.disabled);
}

/** @throws NetSentinelError REPORT_NOT_WRITTEN */
async function writeReport(
  path: string,
  paths: readonly string[],
  findings: Findings,
  analyzed: Analyzed,
): Promise<void> {
  const [{ reportPage }, { writeFile }] = await Promise.all([
    import('../analyze/report/page.ts'),
    import('node:fs/promises'),
  ]);
  const { analyser, files, firstMs, lastMs } = analyzed;
  const formats = new Map<string, number>();
  for (const { format } of files) if (format !== undefined) formats.set(format, (formats.get(format) ?? 0) + 1);
  const { events } = analyser.counters;
  const page = reportPage({ findings, events, paths, formats, firstMs, lastMs, writtenMs: Date.now() });
  // What is in it is nobody else's business: passwords that were tried, names of machines.
  await writeFile(path, page, { mode: 0o600 }).catch((cause: unknown) => {
    throw new NetSentinelError('REPORT_NOT_WRITTEN', 'user', `the report could not be written to ${path}`, {
      cause,
      hint: 'Name a file in a folder that is there and may be written to.',
    });
  });
  warn(`report: ${safe(path, 400)}`);
}

function tell(incidents: readonly Verdict[], { analyser, files, firstMs, lastMs }: Analyzed, tookMs: number): void {
  if (incidents.length > 0) {
    table(
      ['severity', 'score', 'attacker', 'first seen', 'last seen', 'techniques', 'what'],
      incidents
        .slice(0, MAX_ROWS)
        .map((one) => [
          paint(one.severity, severityColour[one.severity]),
          String(one.score),
          safe('ip' in one.attacker ? one.attacker.ip : one.attacker.host, 64),
          when(Date.parse(one.first_seen)),
          when(Date.parse(one.last_seen)),
          techniquesIn(one),
          safe(one.title, 120),
        ]),
    );
    if (incidents.length > MAX_ROWS) print(`… and ${incidents.length - MAX_ROWS} more: --json tells them all`);
    print();
  }
  const read = files.filter(({ format }) => format !== undefined);
  print(
    `${many(incidents.length, 'incident')} in ${many(analyser.counters.events, 'event')} of ${many(read.length, 'file')}, read in ${(tookMs / 1000).toFixed(1)} s`,
  );
  if (firstMs !== undefined && lastMs !== undefined)
    print(paint(`events from ${when(firstMs)} to ${when(lastMs)} (${span(lastMs - firstMs)})`, 'dim'));
}

function techniquesIn({ techniques }: Verdict): string {
  const shown = techniques.slice(0, 3).map((id) => safe(id, 16));
  return techniques.length > shown.length ? `${shown.join(' ')} +${techniques.length - shown.length}` : shown.join(' ');
}

function warnOfReading({ analyser, files }: Analyzed): void {
  const unknown = files.filter(({ format, failure }) => format === undefined && failure === undefined);
  for (const { path } of unknown.slice(0, MAX_NAMED))
    warn(`${safe(path, 400)}: no format that we read; it is left out`);
  if (unknown.length > MAX_NAMED) warn(`and ${unknown.length - MAX_NAMED} more files of no format that we read`);
  for (const { path, failure } of files) if (failure !== undefined) warn(`${safe(path, 400)}: ${safe(failure, 400)}`);
  const refused = files.reduce((sum, file) => sum + file.refused, 0);
  if (refused > 0) warn(`${many(refused, 'record')} could not be parsed: \`netsentinel normalize\` shows them`);
  const cutBytes = files.reduce((sum, file) => sum + file.cutBytes, 0);
  if (cutBytes > 0) warn(`${many(cutBytes, 'byte')} of records that were too long were left out`);
  const { failures } = analyser.counters;
  if (failures > 0) warn(`${many(failures, 'event')} could not be analysed; please report this`);
  const { forgotten, shortened, lost, groups } = analyser.omitted;
  if (forgotten + shortened + lost + groups > 0)
    warn(
      `too many attackers for the memory that is used: of ${shortened} incidents only a short form is kept, ${lost} are lost, ${forgotten} quiet addresses and ${groups} windows of correlations were forgotten`,
    );
}

function many(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
