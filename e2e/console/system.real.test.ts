/** How the platform does, as an operator sees it: what fails and what to do, live. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { PlatformStatus } from '@netsentinel/contracts/live';
import type { SystemFigures } from '@netsentinel/contracts/system-figures';
import type { SensorDetail } from '@netsentinel/contracts/sensor-status';
import { SAMPLE_FIGURES, SAMPLE_STATUS, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS } from '@netsentinel/testkit/sample-incidents';
import { sampleSensors } from '@netsentinel/testkit/sample-world';
import { CONSOLE_ROOT, signedIn } from './pages.ts';

let browser: Browser;
let h: ApiHarness;
let cookie: string;
let status: PlatformStatus = SAMPLE_STATUS;
let sensors: SensorDetail[] = [];
let figures: () => Promise<SystemFigures> = async () => SAMPLE_FIGURES;

beforeAll(async () => {
  browser = await launchBrowser();
  h = await startApi({
    consoleRoot: CONSOLE_ROOT,
    status: () => status,
    sensors: () => sensors,
    systemFigures: () => figures(),
  });
  cookie = await h.setUp();
});
afterAll(async () => {
  await browser.close();
  await h.close();
});

it('says that all is well, and at once when it is not, with what to do', async () => {
  const { page, complaints } = await signedIn(browser, h, cookie);
  await page.goto(`${h.url}/system/`);
  await page.getByText('All is well').waitFor();
  status = { ...status, decoys: status.decoys.map((one) => ({ ...one, healthy: false })) };
  await page.getByText('The decoy ssh does not answer').waitFor();
  await page.getByText('1 thing needs you').waitFor();
  await page.getByRole('link', { name: 'The decoy ssh does not answer' }).click();
  await page.waitForURL('**/decoy/?id=ssh');
  status = SAMPLE_STATUS;
  expect(complaints).toEqual([]);
  await page.context().close();
});

it('shows each sensor with its sources, whatever they call themselves, and the address holds which', async () => {
  const [ours, watcher, syslog, tail] = sampleSensors();
  const [script, image] = HOSTILE_TEXTS;
  sensors = [
    ours!,
    watcher!,
    { ...syslog!, expected: syslog!.expected.map((one, n) => ({ ...one, name: n === 0 ? script! : one.name })) },
    { ...tail!, problems: [image!] },
  ];
  const { page, complaints } = await signedIn(browser, h, cookie);
  await page.goto(`${h.url}/system/`);
  await page.getByRole('button', { name: 'Sources of syslog' }).click();
  await page.getByRole('list', { name: 'Sources of syslog' }).getByText('<script>').waitFor();
  await page.getByText('nginx has 48.3 MB yet to read').waitFor();
  expect(new URL(page.url()).search).toBe('?sensor=syslog');
  expect(await page.evaluate('window.__pwned')).toBeUndefined();
  expect(await page.locator('main img').count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});

it('shows stages, room and memory with bars, says what is behind or full, and stands where they cannot be read', async () => {
  sensors = [];
  figures = async () => ({
    ...SAMPLE_FIGURES,
    stages: [{ id: 'analysis', waiting: 1_200_000 }],
    disk: { ...SAMPLE_FIGURES.disk, free: 5_000_000 },
  });
  const { page, complaints } = await signedIn(browser, h, cookie);
  await page.goto(`${h.url}/system/`);
  const needs = page.getByTestId('needs');
  await needs.getByText('1,200,000 records wait: Judging events is behind').waitFor();
  await needs.getByText('Only 5.0 MB are free on the disk: nothing new is stored').waitFor();
  const room = page.getByTestId('room');
  await room.getByText('kept for 90 days, oldest').waitFor();
  for (const name of ['Stream', 'Uploads, captures, recordings', 'Disk', 'Memory'])
    await room.getByRole('meter', { name, exact: true }).waitFor();
  figures = async () => SAMPLE_FIGURES;
  await needs.waitFor({ state: 'detached' });
  await page.getByText('All is well').waitFor();
  figures = () => Promise.reject(new Error('the disk fails'));
  await page.getByText('could not be read. The log').waitFor();
  await page.getByText('Decoys that listen').waitFor();
  expect(complaints.filter((one) => !one.includes('500'))).toEqual([]);
  await page.context().close();
});
