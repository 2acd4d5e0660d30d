/** The console across a cut of its live channel: it misses nothing, shows nothing twice, and asks for the queue again only where it must. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page, WebSocketRoute } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { summaryOf } from '@netsentinel/contracts/incident';
import { PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser, watchedPage } from '@netsentinel/testkit/browser';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';

const consoleRoot = join(import.meta.dirname, '../../surface/console/out');

let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];
let channels: { readonly page: WebSocketRoute; readonly server: WebSocketRoute }[];
let asked: number;

beforeAll(async () => {
  if (!existsSync(join(consoleRoot, 'index.html'))) throw new Error('the console is not built: npm run setup');
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  h = await startApi({ consoleRoot });
  ({ page, complaints } = await watchedPage(browser));
  channels = [];
  asked = 0;
  await page.routeWebSocket(/\/live\//, (ws) => {
    channels.push({ page: ws, server: ws.connectToServer() });
  });
  page.on('request', (request) => {
    if (new URL(request.url()).pathname === '/api/v1/incidents') asked++;
  });
  await page.goto(h.url + (await h.api.firstRunPath())!);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('Nobody has attacked yet').waitFor();
  asked = 0;
  await page.goto(`${h.url}/incidents/`);
  await page.getByText('Nobody has attacked yet').waitFor();
  // For the page, and once more when it has joined.
  await vi.waitFor(() => {
    if (asked !== 2) throw new Error(`asked ${asked} times`);
  }, 30_000);
  await page.getByText('live', { exact: true }).waitFor();
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

/** Told only: the queue as the API has it stays empty, so that what is shown came by the channel. */
const tell = (id: string): void =>
  h.api.live.incident(summaryOf(sampleIncident(id, Date.now(), { title: `Attack ${id}` })));
const titles = (): Promise<string[]> => page.getByText(/^Attack \w+$/).allTextContents();
async function cut(): Promise<void> {
  const channel = channels.at(-1)!;
  await Promise.all([channel.server.close(), channel.page.close()]);
  await page.getByText('reconnecting…').waitFor();
}

it('resumes after a cut', async () => {
  tell('a');
  await page.getByText('Attack a').waitFor();
  const before = asked;
  await cut();
  tell('b');
  tell('c');
  await page.getByText('live', { exact: true }).waitFor();
  await page.getByText('Attack b').waitFor();
  await page.getByText('Attack c').waitFor();
  tell('d');
  await page.getByText('Attack d').waitFor();
  expect((await titles()).toSorted()).toEqual(['Attack a', 'Attack b', 'Attack c', 'Attack d']);
  expect(asked).toBe(before);
  expect(complaints).toEqual([]);
});

it('reads anew where more has happened than is kept', async () => {
  const before = asked;
  await cut();
  const incident = sampleIncident('stored', Date.now(), { title: 'Attack stored' });
  await h.state.transaction((tx) => tx.putIncident(incident));
  for (let n = 0; n < 5_000; n++) h.api.live.work({ incident: 'none', status: 'open', version: n });
  await page.getByText('Attack stored').waitFor();
  expect(asked).toBe(before + 1);
  expect(complaints).toEqual([]);
});
