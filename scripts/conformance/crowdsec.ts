/**
 * `npm run conformance -- crowdsec [case…] [--misses] [--all] [--json]`: the tests of CrowdSec's hub through `analyze`, each log file alone. A case whose scenario must
 * alert is right where there is an incident for each address that it names. Cases that expect none are read in two ways: those that load a scenario or a whitelist,
 * which says that there is nothing; and all, tests of a parser alone included, whose logs are mostly attacks that no scenario judges there. Of all of them none may
 * give an incident but for an attack that its own lines show (`crowdsec-attacks.ts`). Kinds of log that `crowdsec-kinds.ts` leaves out do not count; `--all` shows
 * them. Exit code 1 below a floor.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { actorOf } from '@netsentinel/kernel/address';
import { canonicalAddress } from '@netsentinel/normalise/text/canonical-address';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import type { RuleSet } from '@netsentinel/sigma/rule';
import { analyze } from '../../apps/netsentinel/analyze/analyze.ts';
import { readRuleFiles } from '../../apps/netsentinel/hunt/rule-files.ts';
import { readEcsPipelines } from '../../apps/netsentinel/rules/ecs-pipelines.ts';
import { ATTACKS } from './crowdsec-attacks.ts';
import { CANNOT_ALERT, NOT_LISTED } from './crowdsec-kinds.ts';

const CONTENT = join(import.meta.dirname, '../../content');
const FLOOR_FOUND = 90;
const MAX_FALSE = 2;

interface Case {
  readonly name: string;
  /** The kind of log, as the hub names it. */
  readonly kind: string;
  readonly log: string;
  /** Of each address that an alert is about. */
  readonly expected: readonly string[];
  /** An alert about something other than an address: an account, a program. Neither sum counts it. */
  readonly isAboutOther: boolean;
  /** Nothing in it could alert: no scenario is loaded, and no whitelist that is to prevent one. */
  readonly isParserAlone: boolean;
}

interface Result {
  readonly format: string | undefined;
  readonly records: number;
  readonly refused: number;
  readonly actors: readonly string[];
  readonly found: readonly string[];
}

export async function measure(args: readonly string[]): Promise<number> {
  const corpus = process.env['NETSENTINEL_CORPUS'];
  const folder = join(corpus ?? '', '06-crowdsec-hub/tests');
  if (corpus === undefined || !existsSync(folder)) {
    process.stdout.write('crowdsec: skipped without NETSENTINEL_CORPUS\n');
    return 0;
  }
  const wanted = args.filter((arg) => !arg.startsWith('--'));
  const rules = readRules(await readRuleFiles([join(CONTENT, 'rules')]), {
    pipelines: await readEcsPipelines(CONTENT),
  });
  const sums: Sums = {
    attacks: 0,
    found: 0,
    judged: 0,
    judgedAlarmed: 0,
    silent: 0,
    silentAlarmed: 0,
    unexplained: 0,
    other: 0,
    notListed: 0,
  };
  for (const one of casesIn(folder)) {
    if (wanted.length > 0 && !wanted.includes(one.name)) continue;
    const isListed = NOT_LISTED[one.kind] === undefined;
    if (!isListed) sums.notListed++;
    if (!isListed && !args.includes('--all') && wanted.length === 0) continue;
    const result = await run(one, rules);
    const isRight =
      one.expected.length === 0
        ? result.actors.length === 0
        : one.expected.every((address) => result.actors.includes(address));
    if (isListed) count(one, isRight, sums);
    if ((!isRight && !one.isAboutOther && args.includes('--misses')) || wanted.length > 0 || args.includes('--every'))
      tell(one, result, isListed, isRight);
  }
  return verdict(sums, args.includes('--json'), wanted.length > 0);
}

interface Sums {
  attacks: number;
  found: number;
  /** Expect no alert, and something is loaded that could have alerted. */
  judged: number;
  judgedAlarmed: number;
  /** Expect no alert, whatever is loaded. */
  silent: number;
  silentAlarmed: number;
  /** Of those the ones that hold no attack which is known. */
  unexplained: number;
  other: number;
  notListed: number;
}

function count(one: Case, isRight: boolean, sums: Sums): void {
  if (one.isAboutOther) sums.other++;
  else if (one.expected.length > 0) {
    sums.attacks++;
    if (isRight) sums.found++;
  } else {
    sums.silent++;
    if (!one.isParserAlone) sums.judged++;
    if (isRight) return;
    sums.silentAlarmed++;
    if (!one.isParserAlone) sums.judgedAlarmed++;
    if (ATTACKS[one.name] === undefined) sums.unexplained++;
  }
}

function verdict(sums: Sums, json: boolean, isPart: boolean): number {
  const foundPercent = percent(sums.found, sums.attacks);
  const falsePercent = percent(sums.judgedAlarmed, sums.judged);
  const simplePercent = percent(sums.silentAlarmed, sums.silent);
  const unexplainedPercent = percent(sums.unexplained, sums.silent);
  const isQuiet = falsePercent <= MAX_FALSE && unexplainedPercent <= MAX_FALSE;
  const good = isPart || (foundPercent >= FLOOR_FOUND && isQuiet);
  process.stdout.write(
    json
      ? `${JSON.stringify({ name: 'crowdsec', good, foundPercent, floor: FLOOR_FOUND, falsePercent, simplePercent, unexplainedPercent, ceiling: MAX_FALSE, ...sums })}\n`
      : `crowdsec: ${foundPercent}% of ${sums.attacks} cases with an alert give an incident for each address (floor ${FLOOR_FOUND}%)${good ? '' : ', BELOW'}\n` +
          `  cases without one that load a scenario or a whitelist: ${falsePercent}% of ${sums.judged} give an incident (ceiling ${MAX_FALSE}%)\n` +
          `  all cases without one, parsers' tests included: ${simplePercent}% of ${sums.silent} do, ${sums.silentAlarmed} cases; without those that hold an attack ` +
          `(crowdsec-attacks.ts): ${unexplainedPercent}% (ceiling ${MAX_FALSE}%)\n` +
          `  not counted: ${sums.other} about something other than an address, ${sums.notListed} of kinds that we do not list\n`,
  );
  return good ? 0 : 1;
}

function percent(part: number, whole: number): number {
  return whole === 0 ? 0 : Math.round((part / whole) * 10_000) / 100;
}

function tell(
  one: Case,
  { format, records, refused, actors, found }: Result,
  isListed: boolean,
  isRight: boolean,
): void {
  process.stdout.write(
    `${isRight ? 'right' : 'WRONG'} ${one.name} (${one.kind}${isListed ? '' : ', not listed'}) as ${format ?? 'nothing'}, ${records} records, ${refused} refused: ` +
      `expected [${one.expected.join(' ')}], ours [${actors.join(' ')}] by [${found.join(', ')}]\n` +
      (one.expected.length > 0 || isRight || ATTACKS[one.name] === undefined ? '' : `  ${ATTACKS[one.name]}\n`),
  );
}

function* casesIn(folder: string): Generator<Case> {
  for (const entry of readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const config = join(folder, entry.name, 'config.yaml');
    if (!entry.isDirectory() || !existsSync(config)) continue;
    const {
      log_file: file,
      log_type: kind,
      scenarios,
      parsers,
    } = load(readFileSync(config, 'utf8')) as {
      log_file: string;
      log_type: string;
      scenarios?: (string | null)[] | null;
      parsers?: string[];
    };
    const assertions = join(folder, entry.name, 'scenario.assert');
    const text = existsSync(assertions) ? readFileSync(assertions, 'utf8') : '';
    const expected = addressesIn(text);
    const isAboutOther = expected.length === 0 && /results\[\d+\]/.test(text);
    const isJudged =
      scenarios?.some((one) => one !== null && one !== '') === true ||
      parsers?.some((one) => one.includes('whitelist')) === true;
    yield {
      name: entry.name,
      kind: kind.trim(),
      log: join(folder, entry.name, file),
      expected,
      isAboutOther,
      isParserAlone: !isJudged || CANNOT_ALERT[entry.name] !== undefined,
    };
  }
}

/** The sources of the alerts; where an assertion names none, the clients of their events. */
function addressesIn(text: string): string[] {
  const sources = [...text.matchAll(/"([^"\n]+)" in results|Source\.IP == "([^"\n]+)"/g)].map(([, a, b]) => a ?? b!);
  const named =
    sources.length > 0 ? sources : [...text.matchAll(/GetMeta\("source_ip"\) == "([^"\n]+)"/g)].map(([, a]) => a!);
  const addresses = named.flatMap((one) => canonicalAddress(one) ?? []);
  return [...new Set(addresses.map((one) => actorOf(one)))];
}

async function run({ log }: Case, rules: RuleSet): Promise<Result> {
  const { analyser, files } = await analyze({
    files: [{ path: log, bytes: 0 }],
    parse: { zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] },
    rules,
    ownRules: join(CONTENT, 'rules'),
    nowMs: Date.UTC(2026, 10, 21),
    onProgress: () => {},
  });
  const incidents = [...analyser.incidents()];
  return {
    format: files[0]?.format,
    records: files[0]?.records ?? 0,
    refused: files[0]?.refused ?? 0,
    actors: [...new Set(incidents.map(({ actor }) => actor))],
    found: [...new Set(incidents.flatMap(({ detections }) => detections.map(({ rule }) => rule)))],
  };
}
