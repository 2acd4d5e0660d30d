/**
 * `npm run conformance -- decoys [--json] [FILE]`: how many probes of a hundred each decoy answers as the real daemon does. Runs the tests that play one set of probes to both
 * (they need Debian's daemons), or reads what such a run has left in FILE. Exit code 1 where a share is below 95 %, has fewer than 100 probes, or is missing.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConformanceShare } from '@netsentinel/testkit/conformance-share';

const HOME = join(import.meta.dirname, '../..');
const MIN_PERCENT = 95;
const MIN_PROBES = 100;

/** Who must be compared, and by which test. */
const TESTS: Readonly<Record<string, readonly string[]>> = {
  ssh: ['decoys/ssh/ssh.real.test.ts'],
  telnet: ['decoys/telnet/busybox.real.test.ts', 'decoys/telnet/inetutils.real.test.ts'],
  http: ['decoys/http/http-servers.real.test.ts'],
  ftp: ['decoys/ftp/ftp.real.test.ts'],
  smb: ['decoys/smb/smb.real.test.ts'],
  mysql: ['decoys/mysql/mysql-alike.real.test.ts'],
  postgres: ['decoys/postgres/postgres-alike.real.test.ts'],
  redis: ['decoys/redis/redis.real.test.ts'],
};

function runTests(): string {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-shares-'));
  const file = join(folder, 'shares.jsonl');
  const vitest = join(HOME, 'node_modules/vitest/vitest.mjs');
  const { stdout } = spawnSync(
    process.execPath,
    [vitest, 'run', '--config', 'vitest.real.config.ts', '--reporter=dot', ...Object.values(TESTS).flat()],
    { cwd: HOME, env: { ...process.env, CONFORMANCE_SHARES: file }, encoding: 'utf8', maxBuffer: 64 << 20 },
  );
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  rmSync(folder, { recursive: true, force: true });
  if (text === '') process.stderr.write(`${stdout.slice(-4000)}\n`);
  return text;
}

export function measure(args: readonly string[]): Promise<number> {
  const file = args.find((one) => !one.startsWith('--'));
  const text = file === undefined ? runTests() : existsSync(file) ? readFileSync(file, 'utf8') : '';
  const shares = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as ConformanceShare)
    .toSorted((one, other) => one.decoy.localeCompare(other.decoy) || one.beside.localeCompare(other.beside));
  const percent = ({ alike, probes }: ConformanceShare): number => (100 * alike) / probes;
  const missing = Object.keys(TESTS).filter((decoy) => !shares.some((share) => share.decoy === decoy));
  const short = shares.filter((share) => percent(share) < MIN_PERCENT || share.probes < MIN_PROBES);
  if (args.includes('--json')) process.stdout.write(`${JSON.stringify({ shares, missing })}\n`);
  else {
    process.stdout.write(
      `${'decoy'.padEnd(10)}${'beside'.padEnd(28)}${'probes'.padStart(8)}${'alike'.padStart(8)}${'share'.padStart(9)}\n`,
    );
    for (const share of shares)
      process.stdout.write(
        `${share.decoy.padEnd(10)}${share.beside.padEnd(28)}${String(share.probes).padStart(8)}${String(share.alike).padStart(8)}${`${percent(share).toFixed(1)} %`.padStart(9)}\n`,
      );
    process.stdout.write(`floor: ${MIN_PERCENT} % of at least ${MIN_PROBES} probes\n`);
  }
  for (const decoy of missing)
    process.stderr.write(`conformance: nothing was compared for ${decoy}: is its daemon installed?\n`);
  for (const { decoy, beside } of short)
    process.stderr.write(`conformance: ${decoy} beside ${beside} is below its floor\n`);
  return Promise.resolve(missing.length + short.length === 0 ? 0 : 1);
}
