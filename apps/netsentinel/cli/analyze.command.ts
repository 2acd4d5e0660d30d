/** `analyze`: logs of any supported format in, incidents out. No stream, no database, and nothing is answered. */
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Exception } from '@netsentinel/contracts/exception';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { PlaceOf } from '@netsentinel/contracts/place';
import type { RuleSet } from '@netsentinel/sigma/rule';
import type { Analyzed } from '../analyze/analyze.ts';
import type { EnrichmentSetup } from '../analyze/sifter.ts';
import type { Findings } from '../analyze/findings.ts';
import type { Verdict } from '../analyze/verdict.ts';
import { placeFiles } from '../config/place-files.ts';
import { paint, print, printJson, safe, severityColour, span, table, warn, when } from './output.ts';
import { openProgress } from './progress.ts';
import { addReadOptions, needNetworks, readOptions, type ReadArguments } from './read-options.ts';
import { installedLibrary, ownRules } from './rule-library.ts';
import { readEcsPipelines, warnOfFailures } from './rule-sets.ts';
import { HOME, settings } from './settings.ts';

interface AnalyzeArguments extends ReadArguments {
  readonly rules?: string[];
  readonly json?: boolean;
  readonly report?: string;
  readonly addressTable?: string;
  readonly vpn?: string[];
  readonly ownScanner?: string[];
}

/** Files that are named one by one in a warning; of more, only the number is said. */
const MAX_NAMED = 5;
/** As shells have it for a program that was interrupted. */
const INTERRUPTED = 130;
/** Incidents that the table shows; `--json` and the report know all. */
const MAX_ROWS = 200;

export function addAnalyze(program: Command): void {
  addReadOptions(
    program
      .command('analyze')
      .description('tell who attacked, and how, from logs of any supported format')
      .argument('[path...]', 'log files, plain or compressed, folders of them, or - for the standard input')
      .option('--rules <path...>', 'Sigma rules besides our own and the installed ones: files, or folders of them')
      .option(
        '--address-table <file.csv>',
        'where addresses are (network,latitude,longitude,country,…): shows impossible travel',
      )
      .option('--vpn <file...>', 'networks of VPNs and proxies, one a line: their places say nothing')
      .option('--own-scanner <network...>', 'networks that scan by your own order, besides those of the configuration')
      .option('--json', 'print JSON: one incident a line')
      .option('--report <file.html>', 'also write a report: one page that needs nothing else'),
  )
    .addHelpText('after', '\nExample: netsentinel analyze /var/log/nginx /opt/zeek/logs/current --report report.html')
    .action(async (paths: string[], given: AnalyzeArguments, command: Command) => {
      if (paths.length === 0)
        throw new NetSentinelError('ANALYZE_NO_FILE', 'user', 'no logs are named', {
          hint: 'Name them before the options: `netsentinel analyze /var/log --rules my-rules`.',
        });
      const [{ ANY_NAME, findInputFiles }, { analyze }, parse, { rules, exceptions }, placeOf] = await Promise.all([
        import('@netsentinel/normalise/records/input-file'),
        import('../analyze/analyze.ts'),
        readOptions(given),
        rulesFor(command, given.rules ?? []),
        placesFor(given, command),
      ]);
      warnOfFailures(rules);
      const enrichment = enrichmentFor(command, given.ownScanner ?? []);
      const files = await findInputFiles(paths, ANY_NAME);
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
      const progress = openProgress();
      const startedMs = performance.now();
      const interrupt = onInterrupt(() => progress.end());
      const analyzed = await analyze({
        files,
        parse,
        rules,
        ownRules,
        placeOf,
        exceptions,
        enrichment,
        nowMs: Date.now(),
        signal: interrupt.signal,
        onProgress: (read, events) =>
          progress.show(bytes === 0 ? 0 : read / bytes, `${(read / 1e6).toFixed(0)} MB, ${events} events`),
      }).finally(() => {
        interrupt.end();
        progress.end();
      });
      const [{ findingsOf }, { MAX_STORIES }] = await Promise.all([
        import('../analyze/findings.ts'),
        import('../analyze/report/page.ts'),
      ]);
      const findings = findingsOf(analyzed.analyser.incidents(), MAX_STORIES);
      warnOfReading(analyzed);
      if (!analyzed.isWhole) {
        warn(
          `${paint('interrupted', 'yellow', process.stderr)}: ${(analyzed.bytes / 1e6).toFixed(0)} of ${(bytes / 1e6).toFixed(0)} MB were read; this is what was found in them`,
        );
        process.exitCode = INTERRUPTED;
      }
      if (given.json === true) findings.verdicts.forEach(printJson);
      else tell(findings.verdicts, analyzed, performance.now() - startedMs);
      if (given.report !== undefined) await writeReport(given.report, paths, findings, analyzed);
    });
}

/** The first interruption ends the reading, and what was found is told; the second ends the program. */
function onInterrupt(tell: () => void): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(INTERRUPTED);
    tell();
    warn('interrupted: telling what was found so far; once more to leave it');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  return { signal: controller.signal, end: () => process.off('SIGINT', interrupt) };
}

async function rulesFor(
  command: Command,
  paths: readonly string[],
): Promise<{ rules: RuleSet; exceptions: readonly Exception[] }> {
  const [{ readRules }, { withoutDisabled }, { readRuleFiles }] = await Promise.all([
    import('@netsentinel/sigma/read/read-rules'),
    import('../rules/rule-library.ts'),
    import('../hunt/rule-files.ts'),
  ]);
  const library = await installedLibrary(command);
  const given = paths.length === 0 ? [] : await readRuleFiles(paths);
  const all = readRules([...library.files, ...given], { pipelines: await readEcsPipelines() });
  return { rules: withoutDisabled(all, library.disabled), exceptions: library.exceptions };
}

/** @throws NetSentinelError what `readPlaces` throws, USAGE_VPN */
async function placesFor({ addressTable, vpn }: AnalyzeArguments, command: Command): Promise<PlaceOf | undefined> {
  const { loaded, configFile } = settings(command);
  const configured = addressTable === undefined ? placeFiles(loaded, configFile) : { addressTable };
  if (configured === undefined) {
    if (vpn === undefined) return undefined;
    throw new NetSentinelError('USAGE_VPN', 'user', '--vpn says something only about an address table', {
      hint: 'Name one with --address-table, or as networks.addressTable in the configuration.',
    });
  }
  const { readPlaces } = await import('@netsentinel/enrich/places/read-places');
  return readPlaces(vpn === undefined ? configured : { ...configured, elsewhere: vpn });
}

/** @throws NetSentinelError USAGE_NETWORK */
function enrichmentFor(command: Command, ownScanners: readonly string[]): EnrichmentSetup {
  needNetworks(ownScanners, 'one of your own scanners', '10.1.2.0/24 or 192.0.2.1');
  const { networks } = settings(command).loaded.config;
  return {
    content: join(HOME, 'content'),
    networks: { ...networks, ownScanners: [...networks.ownScanners, ...ownScanners] },
  };
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
  const { events } = analyser.counters;
  const omitted = analyser.omitted.lost;
  const page = reportPage({ findings, events, paths, files, omitted, firstMs, lastMs, writtenMs: Date.now() });
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
  const { forgotten, shortened, lost, worstLost, groups, pairs } = analyser.omitted;
  if (forgotten + shortened + lost + groups > 0)
    warn(
      `too many attackers for the memory that is used: of ${shortened} incidents only a short form is kept, ${forgotten} quiet addresses and ${groups} windows of correlations were forgotten`,
    );
  if (worstLost !== undefined)
    warn(
      `the least of all, ${many(lost, 'incident')} of severity ${worstLost.severity} and score ${worstLost.score} at most, had no room and are not told`,
    );
  if (pairs > 0)
    warn(
      `${many(pairs, 'pair')} of hosts were forgotten to save memory, those unseen for longest first: slow beacons and scans among them may be missing`,
    );
}

function many(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
