/**
 * The first minutes with nothing but the README: `npm start`, the one link that it prints, an account, and one's own attack in the browser. Then the tour over
 * the same install: recorded attacks outlive whoever is killed, and go in one click, all of them; the own attack stays.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { launchBrowser, watchedPage } from '@netsentinel/testkit/browser';
import { freePort } from '@netsentinel/testkit/free-port';
import { commandLine, descendants } from '../../apps/netsentinel/bench/whole-product.ts';
import { HOME } from '../../apps/netsentinel/cli/settings.ts';
import { openTerminal, run, type Terminal } from './stage.ts';

const PASSWORD = 'correct horse battery';
const POLL = { timeout: 30_000, interval: 100 };
/** What the issue promises a newcomer. */
const TWO_MINUTES_S = 120;

let browser: Browser;
let folder: string;
let ssh: number;
let config: string;
let product: ChildProcess;
let printed: string;
let page: Page;
const terminals: Terminal[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-first-'));
  const console = await freePort();
  ssh = await freePort();
  config = join(folder, 'netsentinel.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      data: join(folder, 'data'),
      console: { port: console },
      decoys: [{ id: 'ssh-1', type: 'ssh', port: ssh }],
    }),
  );
});
afterEach(async () => {
  for (const terminal of terminals.splice(0)) terminal.end();
  await page?.context().close();
  await stop('SIGTERM');
  rmSync(folder, { recursive: true, force: true });
});

/** As a newcomer does. Resolves to the link that is printed. */
async function start(): Promise<string> {
  printed = '';
  product = spawn('npm', ['start', '--', '--config', config], { cwd: HOME, stdio: ['ignore', 'pipe', 'pipe'] });
  for (const stream of [product.stdout!, product.stderr!])
    stream.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  const link = (): string | undefined => /^Open (http\S+)/m.exec(printed)?.[1];
  // Ends as soon as it has: what it says then is what went wrong.
  await expect.poll(() => link() ?? product.exitCode, { timeout: 90_000, interval: 50 }).not.toBeNull();
  const found = link();
  if (found === undefined) throw new Error(`it did not start: ${printed}`);
  return found;
}

const launcher = (): number => descendants(product.pid!).find((pid) => commandLine(pid).includes('main.ts'))!;
const platform = (): number | undefined =>
  descendants(product.pid!).find((pid) => commandLine(pid).includes('platform.ts'));

async function stop(signal: NodeJS.Signals): Promise<void> {
  if (product.exitCode !== null || product.signalCode !== null) return;
  const all = descendants(product.pid!);
  const gone = once(product, 'exit');
  if (signal === 'SIGKILL') for (const pid of all) end(pid, signal);
  else end(launcher(), signal);
  await gone;
  // Their ports are free again once all of them have gone.
  await expect.poll(() => all.filter((pid) => commandLine(pid) !== ''), POLL).toEqual([]);
}

function end(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // It has ended by itself.
  }
}

/** Logs in as a person would, with weak passwords until one is right, and looks around. */
async function attack(): Promise<void> {
  const options = ['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'NumberOfPasswordPrompts=1'];
  const command = (password: string): string[] => [
    'sshpass',
    '-p',
    password,
    'ssh',
    '-tt',
    '-p',
    String(ssh),
    ...options.flatMap((option) => ['-o', option]),
    'root@localhost',
  ];
  for (const password of ['letmein', '123456', 'admin', 'letmein', '123456', 'admin', 'root', 'toor']) {
    const terminal = openTerminal(command(password));
    terminals.push(terminal);
    await expect.poll(() => terminal.ended || terminal.shown.includes('#'), POLL).toBe(true);
    if (terminal.ended) continue;
    terminal.type('uname -a\n');
    return;
  }
  throw new Error('the decoy never let them in');
}

const incident = (): ReturnType<Page['locator']> => page.getByTestId('incident');
const check = (): ReturnType<Page['locator']> => page.getByTestId('check-decoy');
const banner = (): ReturnType<Page['locator']> => page.getByTestId('tour-banner');

/** How many events of the tour the platform has, as it says itself. */
async function recordedEvents(): Promise<number> {
  const { url, options } = { url: new URL('/api/v1/events', page.url()), options: { maxRedirects: 0 } };
  url.searchParams.set('filter', 'event.dataset:eq:netsentinel.tour');
  url.searchParams.set('limit', '1000');
  const answer = await page.request.get(url.href, options);
  expect(answer.status()).toBe(200);
  return ((await answer.json()) as { events: unknown[] }).events.length;
}

it('goes from npm start to their own attack in the browser in two minutes, then takes the tour and ends it', async () => {
  const begun = performance.now();
  const link = await start();
  // One address to open, and no other.
  expect(printed.match(/https?:\/\/\S+/g)).toEqual([link]);
  let complaints: readonly string[];
  ({ page, complaints } = await watchedPage(browser));
  page.setDefaultTimeout(30_000);
  await page.goto(link);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('Nobody has attacked yet').waitFor();
  await page.getByRole('button', { name: 'Take the tour: see three recorded attacks' }).waitFor();
  await page.getByText(`ssh -p ${ssh} root@`).waitFor();
  await attack();
  await check().getByText('A decoy has been attacked here.').waitFor();
  const seenS = (performance.now() - begun) / 1000;
  console.log(`from npm start to the own attack in the browser: ${seenS.toFixed(1)} s`);
  expect(seenS).toBeLessThan(TWO_MINUTES_S);
  await page.goto(new URL('/incidents/', link).href);
  await incident().getByText(/SSH/).waitFor();
  expect(await incident().count()).toBe(1);

  const taken = await page.request.post(new URL('/api/v1/tour', link).href, {
    headers: { origin: new URL(link).origin },
  });
  expect(taken.status()).toBe(200);
  await banner().waitFor();
  await expect.poll(() => incident().count(), POLL).toBe(4);
  expect(await incident().locator('.badge.recorded').count()).toBe(3);
  expect(await recordedEvents()).toBeGreaterThan(50);
  await page.goto(new URL('/incident/?id=tour~ssh-intruder', link).href);
  await page.locator('.ap-player').click();
  await expect.poll(() => page.locator('.ap-player').textContent(), POLL).toContain('root@');
  // Nothing is done about it, whoever asks.
  for (const [path, data] of [
    ['/api/v1/incidents/tour~ssh-intruder/not-an-attack', { reason: 'try', days: 1 }],
    ['/api/v1/incidents/tour~ssh-intruder/notes', { text: 'try' }],
    ['/api/v1/actions', { target: '203.0.113.66', incident: 'tour~ssh-intruder' }],
  ] as const) {
    const refused = await page.request.post(new URL(path, link).href, {
      data,
      headers: { origin: new URL(link).origin },
    });
    expect([refused.status(), ((await refused.json()) as { detail: string }).detail]).toEqual([
      409,
      expect.stringContaining('recording of the tour'),
    ]);
  }

  // The platform dies; then all of it does.
  const before = platform()!;
  end(before, 'SIGKILL');
  await expect.poll(() => platform() !== undefined && platform() !== before, POLL).toBe(true);
  await stop('SIGKILL');
  await start();
  expect(complaints.filter((one) => !/ERR_CONNECTION|WebSocket|preload/.test(one))).toEqual([]);
  await page.goto(new URL('/incidents/', link).href);
  await banner().waitFor();
  await expect.poll(() => incident().count(), POLL).toBe(4);

  await page.getByRole('button', { name: 'End the tour: remove all of it' }).click();
  await banner().waitFor({ state: 'detached' });
  await page.goto(new URL('/incidents/', link).href);
  await expect.poll(() => incident().count(), POLL).toBe(1);
  expect(await page.locator('.badge.recorded').count()).toBe(0);
  expect(await recordedEvents()).toBe(0);
  for (const path of ['recordings/tour~ssh-intruder-e5', 'incidents/tour~redis-key', 'attackers/192.0.2.77'])
    expect((await page.request.get(new URL(`/api/v1/${path}`, link).href)).status()).toBe(404);
  await stop('SIGTERM');
  await start();
  const left = await run(['./netsentinel', '--config', config, 'incidents', '--json']);
  expect(left.stdout).not.toContain('tour~');
  expect(left.stdout.trim().split('\n')).toHaveLength(1);
});
