/** Every page in a real browser, in both themes and on a phone: healthy, accessible (axe), within its weight, and drawn for a person to look at. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { fillHostileWorld } from '@netsentinel/testkit/hostile-world';
import { PAGES, signedIn, startWorld, takePicture, VIEWS } from './pages.ts';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
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

/** What axe finds against WCAG 2.2 A and AA and its own best practices, a line each. */
async function violations(page: Page): Promise<string[]> {
  const { violations: found } = await page.evaluate<AxeResults>(
    `(() => { ${AXE}; return axe.run({ exclude: ['.ap-player'] }); })()`,
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html.slice(0, 200)} ${node.failureSummary ?? ''}`),
  );
}

describe.each(Object.entries(VIEWS))('%s', (view, options) => {
  it.each(PAGES)('$name', async (one) => {
    const { path, ready } = one;
    const { page, complaints } = await signedIn(browser, h, cookie, options);
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

  it.each(PAGES)('$name', async ({ path, ready }) => {
    const { page, complaints } = await signedIn(browser, hostile, admin);
    try {
      await page.goto(hostile.url + path);
      await ready(page);
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
  it.each(PAGES)('$name', async ({ path, ready }) => {
    const { page } = await signedIn(browser, h, cookie);
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
