/** The incident queue with very many incidents in it, and by keys alone. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { summaryOf } from '@netsentinel/contracts/incident';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { longestTaskMs } from '@netsentinel/testkit/longest-task';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { CONSOLE_ROOT, signedIn } from './pages.ts';

const MANY = 50_000;
const MAX_NODES = 2_000;
const MAX_TASK_MS = 50;

let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  h = await startApi({ consoleRoot: CONSOLE_ROOT });
  ({ page, complaints } = await signedIn(browser, h, await h.setUp()));
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

const rows = (): ReturnType<Page['locator']> => page.getByTestId('incident');
const row = (title: string): ReturnType<Page['locator']> => rows().filter({ hasText: title });

async function put(count: number): Promise<void> {
  const now = Date.now();
  await h.state.transaction(async (tx) => {
    for (let n = 0; n < count; n++)
      await tx.putIncident(sampleIncident(`i${n}`, now - n * 1_000, { title: `story ${n}.`, status: 'open' }));
  });
}

/** Scrolls as a wheel does, until so many incidents have been loaded; answers the most nodes meanwhile. */
const SCROLL = `async (wanted) => {
  let nodes = 0;
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  const last = () => Number([...document.querySelectorAll('[data-testid=incident]')].at(-1)?.dataset.index ?? 0);
  const end = performance.now() + 100_000;
  while (last() < wanted && performance.now() < end) {
    window.scrollBy(0, 400);
    await frame();
    nodes = Math.max(nodes, document.getElementsByTagName('*').length);
  }
  return { nodes, last: last() };
}`;

it('stays small and quick with 50,000 incidents', { timeout: 300_000 }, async () => {
  await put(MANY);
  await page.goto(`${h.url}/incidents/`);
  await row('story 0.').waitFor();
  let seen: { nodes: number; last: number } | undefined;
  const longest = await longestTaskMs(page, async () => {
    seen = await page.evaluate(`(${SCROLL})(4_000)`);
  });
  expect(seen?.last).toBeGreaterThanOrEqual(4_000);
  expect(seen?.nodes).toBeLessThan(MAX_NODES);
  expect(longest).toBeLessThanOrEqual(MAX_TASK_MS);
  expect(complaints).toEqual([]);
});

it('moves nothing beneath somebody who reads further down, and says what is new', async () => {
  await put(300);
  await page.goto(`${h.url}/incidents/`);
  await row('story 0.').waitFor();
  await page.evaluate('window.scrollTo(0, 3000)');
  await row('story 80.').waitFor();
  const place = (): Promise<number | undefined> =>
    row('story 80.')
      .boundingBox()
      .then((box) => box?.y);
  const before = await place();
  h.api.live.incident(summaryOf(sampleIncident('new', Date.now(), { title: 'story new.' })));
  await page.getByRole('button', { name: '1 new' }).waitFor();
  expect(await place()).toBe(before);
  await page.getByRole('button', { name: '1 new' }).click();
  await row('story new.').waitFor();
  expect(await rows().first().textContent()).toContain('story new.');
});

it('is worked through by keys alone', async () => {
  const changed: string[] = [];
  await h.close();
  h = await startApi({
    consoleRoot: CONSOLE_ROOT,
    casework: {
      change: async (id, change) => {
        changed.push(`${id} ${JSON.stringify(change)}`);
        return { incident: id, status: 'open', merged: [], entries: [], version: 2 };
      },
      note: () => Promise.reject(new Error('not asked')),
      merge: () => Promise.reject(new Error('not asked')),
    },
  });
  ({ page, complaints } = await signedIn(browser, h, await h.setUp()));
  await put(5);
  await page.goto(`${h.url}/incidents/`);
  await row('story 0.').waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  expect(await page.locator('tr[aria-current]').textContent()).toContain('story 1.');
  await page.keyboard.press('x');
  await page.keyboard.press('j');
  await page.keyboard.press('x');
  await page.getByText('2 chosen').waitFor();
  await page.keyboard.press('c');
  await page.keyboard.type('a joke');
  await page.keyboard.press('Enter');
  await expect.poll(() => changed.length).toBe(2);
  expect(changed.toSorted().map((line) => line.slice(0, 2))).toEqual(['i1', 'i2']);
  expect(changed[0]).toContain('a joke');

  await page.keyboard.press('/');
  await page.keyboard.type('xj 4.');
  expect(await page.getByLabel('Filter').inputValue()).toBe('xj 4.');
  await page.getByLabel('Filter').fill('story 4.');
  await expect.poll(() => rows().count()).toBe(1);
  expect(page.url()).toContain('text=story+4.');
  await page.getByLabel('Filter').blur();
  await page.keyboard.press('?');
  await page.getByText('On this page').waitFor();
  await page.getByLabel('Single keys do something').uncheck();
  await page.keyboard.press('Escape');
  await page.keyboard.press('j');
  expect(await page.locator('tr[aria-current]').count()).toBe(0);
  expect(complaints).toEqual([]);
});
