/**
 * Collectors in the running product: lines appended to a followed log become an incident, and a block where policy and proof allow one; what
 * may not be read is said; and through rotation and kill -9 every line is there once.
 */
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { freePort } from '@netsentinel/testkit/free-port';
import { faultCollectorKill } from '../../apps/netsentinel/fault/collector-kill.fault.ts';
import { run, up, type Started } from '../cli/netsentinel.ts';

const POLL = { timeout: 60_000, interval: 100 };
const isRoot = process.getuid?.() === 0;

function stamp(): string {
  const now = new Date();
  const month = now.toLocaleString('en', { month: 'short', timeZone: 'UTC' });
  return `${month} ${String(now.getUTCDate()).padStart(2)} ${now.toISOString().slice(11, 19)}`;
}

const failed = (ip: string, count: number): string =>
  Array.from(
    { length: count },
    (_, i) =>
      `${stamp()} www sshd[${4000 + i}]: Failed password for invalid user admin from ${ip} port ${40_000 + i} ssh2\n`,
  ).join('');
const overDatagrams = (ip: string, count: number): string =>
  Array.from(
    { length: count },
    (_, i) => `${stamp()} gate openvpn[7]: authentication failed for user u${i} from ${ip}\n`,
  ).join('');

describe('a log that is followed', () => {
  let folder: string;
  let product: Started;
  const log = (name: string): string => join(folder, 'log', name);

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'netsentinel-collect-'));
    // The collector is another user.
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, 'log'), { mode: 0o755 });
    writeFileSync(log('auth.log'), failed('203.0.113.99', 20), { mode: 0o644 });
    writeFileSync(log('secure'), `${stamp()} www sshd[1]: Server listening on 0.0.0.0 port 22.\n`, { mode: 0o600 });
    const [console, port] = [await freePort(), await freePort()];
    writeFileSync(
      join(folder, 'netsentinel.yaml'),
      JSON.stringify({
        data: join(folder, 'data'),
        console: { port: console },
        decoys: [{ id: 'ssh-1', type: 'ssh', address: '127.0.0.1', port }],
        response: { blockFrom: 40 },
        collectors: [
          { id: 'auth', type: 'tail', options: { paths: [log('auth.log')] } },
          { id: 'secure', type: 'tail', options: { paths: [log('secure')], groups: [] } },
        ],
      }),
    );
    product = await up([], { cwd: folder });
  }, 60_000);
  afterAll(async () => {
    await product.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const status = async (id: string): Promise<PlatformStatus['collectors'][number]> => {
    const { out } = await run(['status', '--json'], { cwd: folder });
    return (JSON.parse(out) as PlatformStatus).collectors.find((one) => one.id === id)!;
  };
  const incidents = (ip: string): unknown[] =>
    product.lines.filter((line) => line['t'] === 'incident' && String(line['title']).includes(ip));
  const actions = (ip: string): unknown[] =>
    product.lines.filter((line) => line['t'] === 'action' && line['target'] === ip);

  it('tells of a brute force, and would block who was proven to be there', async () => {
    await expect.poll(async () => (await status('auth')).sources, POLL).toBe(1);
    appendFileSync(log('auth.log'), failed('198.51.100.7', 12));
    await expect.poll(() => incidents('198.51.100.7').length, POLL).toBeGreaterThan(0);
    await expect
      .poll(() => actions('198.51.100.7'), POLL)
      .toContainEqual(expect.objectContaining({ status: 'simulated' }));
    await expect.poll(() => status('auth'), POLL).toMatchObject({ healthy: true, events: 12, refused: 0, lagBytes: 0 });
    // It was there before anybody followed the file.
    expect(incidents('203.0.113.99')).toEqual([]);
  });

  it('tells of guesses over datagrams, and blocks nobody for them', async () => {
    appendFileSync(log('auth.log'), overDatagrams('198.51.100.8', 40));
    await expect.poll(() => incidents('198.51.100.8').length, POLL).toBeGreaterThan(0);
    // What comes later has been through the whole loop.
    appendFileSync(log('auth.log'), failed('198.51.100.9', 12));
    await expect.poll(() => actions('198.51.100.9').length, POLL).toBeGreaterThan(0);
    expect(actions('198.51.100.8')).toEqual([]);
  });

  it('counts what it cannot read, with the original', async () => {
    appendFileSync(log('auth.log'), 'this is no line of a log\n');
    await expect.poll(async () => (await status('auth')).refused, POLL).toBe(1);
  });

  it.skipIf(!isRoot)('says what it has no right to read, and reads it once it has', async () => {
    expect((await status('secure')).problems.join()).toContain('no right to read it');
    chmodSync(log('secure'), 0o644);
    appendFileSync(log('secure'), failed('198.51.100.10', 12));
    await expect.poll(() => incidents('198.51.100.10').length, POLL).toBeGreaterThan(0);
    await expect.poll(async () => (await status('secure')).healthy, POLL).toBe(true);
  });
});

it.skipIf(!isRoot || !existsSync('/usr/sbin/logrotate'))(
  'every line is there once, however the log is rotated and whoever is killed',
  async () => {
    expect(await faultCollectorKill({ rounds: 2, seed: 3, linesPerSecond: 300 })).toMatchObject({
      lost: 0,
      doubled: 0,
      refused: 0,
      store_missing: 0,
      store_doubled: 0,
      failed: false,
    });
  },
  240_000,
);
