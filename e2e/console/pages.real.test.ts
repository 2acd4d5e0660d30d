/** Every page in a real browser, in both themes and on a phone: healthy, accessible (axe), within its weight, and drawn for a person to look at. */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser, watchedPage, type WatchedPage } from '@netsentinel/testkit/browser';
import { fillHostileWorld } from '@netsentinel/testkit/hostile-world';
import { DOORS, PAGES, type ConsolePage, signedIn, startWorld, takePicture, VIEWS } from './pages.ts';
import { violations } from './violations.ts';

/** Of all scripts that the first load of a page fetches, as they come over the wire. */
const MAX_SCRIPT_BYTES = 250 * 1024;

let browser: Browser;
let h: ApiHarness;
let cookie: string;

beforeAll(async () => {
  browser = await launchBrowser();
  h = await startWorld();
  cookie = await h.setUp();
});
afterAll(async () => {
  await browser.close();
  await h.close();
});

/** A door is seen by strangers, everything else by the admin. */
function opened(page: ConsolePage, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  return DOORS.includes(page) ? watchedPage(browser, options) : signedIn(browser, h, cookie, options);
}

describe.each(Object.entries(VIEWS))('%s', (view, options) => {
  it.each([...PAGES, ...DOORS])('$name', async (one) => {
    const { path, ready } = one;
    const { page, complaints } = await opened(one, options);
    try {
      await page.goto(h.url + path);
      await ready(page);
      await takePicture(page, one, view);
      expect(await violations(page)).toEqual([]);
      expect(complaints).toEqual([]);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
      expect(width, 'nothing is wider than the window').toBeLessThanOrEqual(0);
    } finally {
      await page.context().close();
    }
  });
});

/** Whatever somebody wrote into a name, a password or a command: a page shows it as text. */
describe('where attackers wrote into every field that they can reach', () => {
  let hostile: ApiHarness;
  let admin: string;
  beforeAll(async () => {
    hostile = await startWorld(fillHostileWorld);
    admin = await hostile.setUp();
  });
  afterAll(() => hostile.close());

  it.each(PAGES)('$name', async ({ path }) => {
    const { page, complaints } = await signedIn(browser, hostile, admin);
    try {
      await page.goto(hostile.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      expect(await page.evaluate('window.__pwned')).toBeUndefined();
      expect(await page.locator('main script, main img[src="x"], main svg[onload]').count()).toBe(0);
      expect(complaints).toEqual([]);
      const width = await page.evaluate<number>('document.documentElement.scrollWidth - window.innerWidth');
      expect(width, 'nothing is wider than the window').toBeLessThanOrEqual(0);
    } finally {
      await page.context().close();
    }
  });
});

describe('page weight', () => {
  it.each([...PAGES, ...DOORS])('$name', async (one) => {
    const { path, ready } = one;
    const { page } = await opened(one);
    try {
      await page.goto(h.url + path);
      await ready(page);
      const bytes = await page.evaluate<number>(
        `performance.getEntriesByType('resource').filter((e) => e.name.endsWith('.js')).reduce((sum, e) => sum + e.encodedBodySize, 0)`,
      );
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThanOrEqual(MAX_SCRIPT_BYTES);
    } finally {
      await page.context().close();
    }
  });
});
