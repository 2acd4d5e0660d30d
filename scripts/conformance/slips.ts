/**
 * `npm run conformance -- slips [--json]`: logs of networks with something bad in them, and of networks without, through `analyze`. Of each malicious set there must be an
 * incident of medium severity or higher about the right host; of a normal one none above medium. Sets are found by name (`malicious`, `mixed`, `portscan`,
 * `normal`), so that others than those below count too. Exit code 1 where one is wrong.
 */
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Incident } from '@netsentinel/contracts/incident';
import { findInputFiles } from '@netsentinel/normalise/records/input-file';
import { readRules } from '@netsentinel/sigma/read/read-rules';
import { analyze } from '../../apps/netsentinel/analyze/analyze.ts';
import { attackerName } from '../../apps/netsentinel/analyze/verdict.ts';
import { readRuleFiles } from '../../apps/netsentinel/hunt/rule-files.ts';
import { readEcsPipelines } from '../../apps/netsentinel/rules/ecs-pipelines.ts';

const CONTENT = join(import.meta.dirname, '../../content');
const PARSE = { zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] };
/** Formats that we read; captures, nfdump and argus are none. */
const LOGS = /\.(?:log|json|labeled)(?:\.gz)?$/;

interface LogSet {
  readonly name: string;
  readonly path: string;
  readonly isMalicious: boolean;
  /** Whom one of the incidents must be about; empty where nobody says. */
  readonly hosts: readonly string[];
}

/** From the README of each set, and what stands in it. */
const HOSTS: Readonly<Record<string, readonly string[]>> = {
  'port-scans/horizontal': ['10.0.2.112'],
  'test6-malicious.suricata.json': ['112.94.99.244', '193.46.255.92'],
  'test9-mixed-zeek-dir': ['10.0.2.15'],
  'test13-malicious-dhcpscan-zeek-dir': ['192.168.1.30'],
  'test14-malicious-zeek-dir': ['10.0.2.15'],
};
/** RITA's test data: a tunnel through DNS, and a beacon through a proxy. What is valid as web requests alone is browsing. */
const RITA: readonly (readonly [name: string, isMalicious: boolean, ...hosts: readonly string[]])[] = [
  ['json_with_all_fields', true, '192.168.88.2'],
  ['open_conns', true, '192.168.88.2'],
  ['proxy', true, '10.136.0.18'],
  ['valid_tsv', false],
  ['valid_json', false],
];
/** Zeek's own captures of a company and of a research network. */
const NORMAL = ['tests.m57-short', 'tests.ipv6'];

export async function measure(args: readonly string[]): Promise<number> {
  const corpus = process.env['NETSENTINEL_CORPUS'];
  if (corpus === undefined || !existsSync(join(corpus, '10-slips'))) {
    process.stdout.write('slips: skipped without NETSENTINEL_CORPUS\n');
    return 0;
  }
  const rules = readRules(await readRuleFiles([join(CONTENT, 'rules')]), {
    pipelines: await readEcsPipelines(CONTENT),
  });
  const sets = setsOf(corpus);
  let wrong = 0;
  for (const set of sets) {
    const { analyser } = await analyze({
      files: await findInputFiles([set.path], LOGS),
      parse: PARSE,
      rules,
      ownRules: join(CONTENT, 'rules'),
      nowMs: Date.now(),
      onProgress: () => {},
    });
    if (analyser.counters.events === 0) throw new Error(`${set.name}: nothing was read`);
    const incidents = [...analyser.incidents()];
    const isRight = set.isMalicious ? isFound(incidents, set) : incidents.every((one) => !isAboveMedium(one));
    if (!isRight) wrong++;
    const told = incidents.map((one) => ({ attacker: attackerName(one), severity: one.severity, title: one.title }));
    process.stdout.write(
      args.includes('--json')
        ? `${JSON.stringify({ set: set.name, malicious: set.isMalicious, right: isRight, incidents: told })}\n`
        : `${isRight ? 'ok   ' : 'WRONG'} ${set.isMalicious ? 'malicious' : 'normal   '} ${set.name.padEnd(36)} ${told.length} incidents${told
            .slice(0, 2)
            .map((one) => `; ${one.severity}: ${one.title}`)
            .join('')}\n`,
    );
  }
  if (!args.includes('--json'))
    process.stdout.write(`slips: ${sets.length - wrong} of ${sets.length} sets are right\n`);
  return wrong === 0 ? 0 : 1;
}

function setsOf(corpus: string): LogSet[] {
  const slips = join(corpus, '10-slips');
  const scans = join(slips, 'port-scans');
  const named = [
    ...readdirSync(slips)
      .filter((name) => name.startsWith('test') && (LOGS.test(name) || /zeek-dir|suricata/.test(name)))
      .map((name) => join(slips, name)),
    ...(existsSync(scans) ? readdirSync(scans).map((name) => join(scans, name)) : []),
  ].map((path): LogSet => {
    const name = path.slice(slips.length + 1);
    return { name, path, isMalicious: !basename(path).includes('normal'), hosts: HOSTS[name] ?? [] };
  });
  const rita = join(corpus, '09-zeek/rita-test_data');
  const baselines = join(corpus, '09-zeek/zeek-testing-Baseline');
  return [
    ...named,
    ...RITA.map(([name, isMalicious, ...hosts]) => ({
      name: `rita ${name}`,
      path: join(rita, name),
      isMalicious,
      hosts,
    })),
    ...NORMAL.map((name) => ({ name: `zeek ${name}`, path: join(baselines, name), isMalicious: false, hosts: [] })),
  ].filter(({ path }) => existsSync(path));
}

function isFound(incidents: readonly Incident[], { hosts }: LogSet): boolean {
  const found = new Set(incidents.filter(isMediumOrHigher).map(attackerName));
  return hosts.length === 0 ? found.size > 0 : hosts.every((host) => found.has(host));
}

function isMediumOrHigher({ severity }: Incident): boolean {
  return severity !== 'info' && severity !== 'low';
}

function isAboveMedium({ severity }: Incident): boolean {
  return severity === 'high' || severity === 'critical';
}
