/** An incident's story: tactics, timeline and replay lead to each other, the queue to the next one, and to who is like them. */
import { readFileSync } from 'node:fs';
import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS } from '@netsentinel/testkit/sample-incidents';
import { fillHostileWorld } from '@netsentinel/testkit/hostile-world';
import { signedIn, startWorld } from './pages.ts';

let browser: Browser;
let h: ApiHarness;
let hostile: ApiHarness;
let cookie: string;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  [browser, h, hostile] = await Promise.all([launchBrowser(), startWorld(), startWorld(fillHostileWorld)]);
  cookie = await h.setUp();
});
afterAll(async () => {
  await browser.close();
  await Promise.all([h.close(), hostile.close()]);
});
beforeEach(async () => {
  ({ page, complaints } = await signedIn(browser, h, cookie));
});
afterEach(() => page.context().close());

const step = (title: string): Locator => page.getByTestId('timeline').locator('li').filter({ hasText: title });

it('shows how far the attack came, and where in its story', async () => {
  await page.goto(`${h.url}/incident/?id=inc-0`);
  const band = page.getByTestId('tactics');
  await band.waitFor();
  expect(await band.locator('li.reached').allTextContents()).toEqual([
    '2 Initial Access',
    '3 Execution',
    '1 Credential Access',
    '4 Command and Control',
  ]);
  await band.getByRole('button', { name: '4 Command and Control' }).click();
  expect(await page.evaluate('document.activeElement.textContent')).toContain('Fetched a file');
  expect(complaints).toEqual([]);
});

it('plays what a moment of the story looked like, and marks the moment that is played', async () => {
  await page.goto(`${h.url}/incident/?id=inc-0`);
  await page.locator('.ap-player').waitFor();
  // Before the shell there is nothing to see.
  await expect.poll(() => step('Connected to').getByRole('button').count()).toBe(0);
  await step('Fetched a file').getByRole('button', { name: 'Show in the replay: Fetched a file' }).click();
  await page.getByTestId('replay').getByText('wget http://198.51.100.9').waitFor();
  await page.locator('li[aria-current=step]').filter({ hasText: 'Fetched a file' }).waitFor();
  await step('Logged in').getByRole('button').click();
  await page.locator('li[aria-current=step]').filter({ hasText: 'Logged in' }).waitFor();
  expect(complaints).toEqual([]);
});

it('leads from one incident of the queue to the next, as its filters have them', async () => {
  await page.goto(`${h.url}/incidents/?text=Port+scan`);
  await page.getByTestId('incident').first().waitFor();
  const ids = await page.evaluate<string[]>(
    `[...document.querySelectorAll('[data-testid=incident] a')].map((a) => new URL(a.href).searchParams.get('id'))`,
  );
  expect(ids.length).toBeGreaterThan(3);
  await page.keyboard.press('j');
  await page.keyboard.press('Enter');
  await page.waitForURL(`**/incident/?id=${ids[0]}&text=Port+scan`);
  await page.getByText(`1 of ${ids.length}`).waitFor();
  await page.keyboard.press('j');
  await page.waitForURL(`**/incident/?id=${ids[1]}&text=Port+scan`);
  // Whoever is sent the link has the same neighbours.
  await page.reload();
  await page.getByText(`2 of ${ids.length}`).waitFor();
  await page.getByRole('link', { name: 'Next' }).click();
  await page.waitForURL(`**/incident/?id=${ids[2]}&text=Port+scan`);
  await page.getByRole('link', { name: 'Incidents', exact: true }).last().click();
  await page.waitForURL('**/incidents/?text=Port+scan');
  // Few of this world's sessions are recorded.
  expect(complaints.filter((complaint) => !complaint.includes('/api/v1/recordings/'))).toEqual([]);
});

it('says who is like the attacker, and leads there', async () => {
  await page.goto(`${h.url}/incident/?id=inc-0`);
  const related = page.getByTestId('related');
  await related.getByText('The same network, 203.0.113.*').waitFor();
  await related.getByText('The same tool, by hassh').waitFor();
  await related.getByRole('link', { name: 'All events: The same tool, by hassh' }).click();
  await page.waitForURL('**/hunt/?q=*');
  await page.getByTestId('event').first().waitFor();
  expect(complaints).toEqual([]);
});

it('is saved as JSON', async () => {
  await page.goto(`${h.url}/incident/?id=inc-0`);
  const coming = page.waitForEvent('download');
  await page.getByRole('button', { name: 'JSON' }).click();
  const file = await coming;
  expect(file.suggestedFilename()).toBe('incident-inc-0.json');
  const saved = JSON.parse(readFileSync(await file.path(), 'utf8')) as { incident: { id: string }; actions: unknown[] };
  expect(saved.incident.id).toBe('inc-0');
  expect(saved.actions.length).toBeGreaterThan(0);
});

it('shows whatever attackers wrote as text, wherever it leads', async () => {
  await page.context().close();
  ({ page, complaints } = await signedIn(browser, hostile, await hostile.setUp()));
  for (const n of HOSTILE_TEXTS.keys()) {
    await page.goto(`${hostile.url}/incident/?id=inc-${n}`);
    await page.getByTestId('timeline').waitFor();
    await page.getByTestId('related').waitFor();
  }
  expect(await page.evaluate('window.__pwned')).toBeUndefined();
  expect(await page.locator('main img[src="x"], main script').count()).toBe(0);
  expect(complaints).toEqual([]);
});
