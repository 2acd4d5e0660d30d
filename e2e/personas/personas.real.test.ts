/**
 * Every persona started as a newcomer would, and scanned: `nmap -sV` must name each of its services as `decoys list` claims, and `decoys verify` must
 * find no tell.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const HOME = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const PROGRAM = [
  process.execPath,
  '--disable-warning=ExperimentalWarning',
  join(HOME, 'apps', 'netsentinel', 'main.ts'),
];
const nmap = spawnSync('nmap', ['--version']).status === 0;

/** The names of all that we ship. */
function personaNames(): string[] {
  const [command, ...args] = [...PROGRAM, 'persona', 'show', '--json'];
  const shown = JSON.parse(spawnSync(command, args, { encoding: 'utf8' }).stdout) as { name: string }[];
  return shown.map(({ name }) => name);
}

interface Listed {
  readonly decoy: string;
  readonly port: number;
  readonly transport: string;
  readonly service: string;
  readonly product: string;
  readonly version: string;
}

interface Verdict {
  readonly score: number;
  readonly from: string;
  readonly findings: readonly {
    readonly decoy: string;
    readonly check: string;
    readonly outcome: { readonly result: string };
  }[];
}

const WINDOWS = 'windows-2019-fileserver';
/** TLS is OpenSSL's: said of those that would have another. */
const STACKS_NOT_OURS: Readonly<Record<string, readonly string[]>> = {
  [WINDOWS]: ['tls-stack'],
  'kubernetes-node': ['tls-stack'],
};

let folder: string;
let running: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ns-personas-'));
  writeFileSync(join(folder, 'netsentinel.yaml'), 'data: ./data\nconsole: { port: 18977 }\n');
});
afterEach(async () => {
  if (running?.exitCode === null) {
    running.kill('SIGINT');
    await once(running, 'exit');
  }
  running = undefined;
  rmSync(folder, { recursive: true, force: true });
});

async function start(persona: string): Promise<void> {
  const [command, ...args] = [...PROGRAM, 'up', '--persona', persona, '--seed', '7', '--ports', 'high', '--json'];
  running = spawn(command, args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: running.stdout! })) if (line.includes('"listening"')) return;
  throw new Error(`${persona} did not start`);
}

function told(...args: string[]): string {
  const { stdout } = spawnSync('timeout', ['-k', '5', '90', ...PROGRAM, ...args], { cwd: folder, encoding: 'utf8' });
  return stdout;
}

/** Service, product and version by port, as nmap's own report has them. */
function scan(ports: readonly number[]): Map<number, readonly string[]> {
  const args = [
    '-k',
    '5',
    '110',
    'nmap',
    '-Pn',
    '-n',
    '-sV',
    '--version-all',
    '-oX',
    '-',
    '-p',
    ports.join(','),
    '127.0.0.1',
  ];
  const { stdout } = spawnSync('timeout', args, { encoding: 'utf8', maxBuffer: 16 << 20 });
  const found = new Map<number, readonly string[]>();
  for (const [, port, service = ''] of stdout.matchAll(/<port protocol="tcp" portid="(\d+)">.*?<service ([^>]*)/g)) {
    const field = (name: string): string => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(service)?.[1] ?? '';
    const tunnel = field('tunnel') === 'ssl' ? 'ssl/' : '';
    found.set(Number(port), [`${tunnel}${field('name')}`, field('product'), field('version')]);
  }
  return found;
}

describe.skipIf(!nmap).each(personaNames())('%s', (persona) => {
  it('is what it claims to be, and gives nothing away', async () => {
    await start(persona);
    const listed = (JSON.parse(told('decoys', 'list', '--json')) as Listed[]).filter(
      ({ transport }) => transport === 'tcp',
    );
    // A persona whose decoys are none of them built has nothing to scan.
    expect(listed.length).toBeGreaterThan(0);
    // What nmap has no name for costs it two minutes a port.
    const known = listed.filter(({ service }) => !service.endsWith('unknown'));
    const seen = scan(known.map(({ port }) => port));
    const claimed = known.map(({ port, service, product, version }) => [
      port,
      // At another port than redis' own nmap ends with a probe that tells no version.
      [service, product, service === 'redis' ? '' : version],
    ]);
    expect(known.map(({ port }) => [port, seen.get(port)])).toEqual(claimed);
    const verdict = JSON.parse(told('decoys', 'verify', '--json')) as Verdict;
    const tells = verdict.findings.filter(({ outcome }) => outcome.result === 'tell');
    const ofStacks = STACKS_NOT_OURS[persona] ?? [];
    expect(tells.filter(({ check }) => !ofStacks.includes(check))).toEqual([]);
    expect([...new Set(tells.map(({ check }) => check))].toSorted()).toEqual(ofStacks);
    expect(verdict.score === 0).toBe(ofStacks.length === 0);
    const packets = verdict.findings.find(({ check }) => check === 'machine-tcp-stack')?.outcome.result;
    // Whoever may not look at packets, nor change them, is told so.
    expect(packets).toBe(process.getuid?.() === 0 || persona !== WINDOWS ? 'alike' : 'skipped');
    expect(verdict).toMatchObject({ unreachable: [], notLookedAt: [] });
    for (const { decoy } of listed)
      expect(verdict.findings.some((one) => one.decoy === decoy && one.outcome.result === 'alike')).toBe(true);
    // It says so where its own probing would count as an attack.
    expect(verdict).not.toHaveProperty('unmarked');
    expect(told('incidents', '--json')).not.toContain(verdict.from);
  }, 240_000);
});
