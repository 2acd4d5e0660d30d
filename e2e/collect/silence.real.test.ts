/** Silence is an alarm: a file that was written to and is not any more is said to be silent, and back once it is written to again. */
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import { freePort } from '@netsentinel/testkit/free-port';
import { run, up, type Started } from '../cli/netsentinel.ts';
import { keptEvents } from './kept-events.ts';

let top: string;
let log: string;
let started: Started;
let writer: NodeJS.Timeout | undefined;

beforeEach(async () => {
  top = mkdtempSync(join(tmpdir(), 'ns-e2e-'));
  chmodSync(top, 0o755);
  mkdirSync(join(top, 'log'));
  log = join(top, 'log', 'access.log');
  writeFileSync(log, '');
  const [decoy, console] = [await freePort(), await freePort()];
  writeFileSync(
    join(top, 'netsentinel.yaml'),
    `data: ./data
console: { port: ${console} }
decoys:
  - { id: ssh-1, type: ssh, address: 127.0.0.1, port: ${decoy} }
collectors:
  - { id: web, type: tail, silenceAfterMs: 2000, options: { paths: [${log}], from: start } }
`,
  );
  started = await up([], { cwd: top });
});
afterEach(async () => {
  clearInterval(writer);
  await started.stop('SIGTERM');
  rmSync(top, { recursive: true, force: true });
});

let lines = 0;
function write(): void {
  writer = setInterval(() => {
    const at = new Date().toUTCString().replace(/^.{5}(\d\d) (...) (\d{4}) (\S+) GMT$/, '$1/$2/$3:$4 +0000');
    appendFileSync(log, `198.51.100.7 - - [${at}] "GET /${lines++} HTTP/1.1" 200 5 "-" "curl/8"\n`);
  }, 100);
}

/** The n-th such line, already printed or to come. */
async function said(what: 'silent' | 'back', nth = 1): Promise<Record<string, unknown>> {
  const is = (line: Record<string, unknown>): boolean => line['t'] === 'source' && line['what'] === what;
  return started.until((line) => is(line) && started.lines.filter(is).length >= nth);
}

it('says who fell silent and who is back, in the terminal, the status and an event, over a restart', async () => {
  const status = async (): Promise<PlatformStatus> =>
    JSON.parse((await run(['status', '--json'], { cwd: top })).out) as PlatformStatus;
  write();
  // Two sensors, and the file once it has been heard often enough to count as regular.
  while ((await status()).sources.known < 3) await new Promise((resolve) => setTimeout(resolve, 200));
  clearInterval(writer);
  expect(await said('silent')).toMatchObject({ sensor: 'web', source: log });
  expect((await status()).sources).toMatchObject({ known: 3, silent: 1, latest: [{ sensor: 'web', source: log }] });
  expect((await run(['status'], { cwd: top })).out).toContain(`web: ${log}, last heard`);

  await started.stop();
  started = await up([], { cwd: top });
  expect((await status()).sources).toMatchObject({ silent: 1 });
  write();
  expect(await said('back')).toMatchObject({ sensor: 'web', source: log });
  expect(started.lines.filter((line) => line['what'] === 'silent')).toEqual([]);
  expect((await status()).sources).toMatchObject({ silent: 0 });
  clearInterval(writer);
  await started.stop();

  const own = (await keptEvents(join(top, 'data'))).filter((event) => event.event.dataset === 'netsentinel.health');
  const about = own.filter((event) => event.netsentinel.health?.source === log);
  expect(about.map((event) => event.event.action).slice(0, 2)).toEqual(['source-silent', 'source-back']);
});

/** The program itself: around it stands what confines it. */
function innermost(pid: number): number {
  const child = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]!;
  return child === '' ? pid : innermost(Number(child));
}

it('says that a sensor of ours gives no sign of life', async () => {
  // It neither ends, so that it would be started again, nor does it do anything.
  const pid = innermost(started.listening.pids['decoy host']!);
  process.kill(pid, 'SIGSTOP');
  try {
    expect(await said('silent')).toMatchObject({ sensor: 'decoys', source: '' });
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  expect(await said('back')).toMatchObject({ sensor: 'decoys', source: '' });
});
