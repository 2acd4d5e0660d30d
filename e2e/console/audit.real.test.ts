/** The audit as somebody reads it who looks for one change among many. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS } from '@netsentinel/testkit/sample-incidents';
import { CONSOLE_ROOT, signedIn } from './pages.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const HOSTILE = HOSTILE_TEXTS.join(' ').toWellFormed();
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
  const cookie = await h.setUp();
  await h.state.transaction(async (tx) => {
    for (let n = 0; n < 150; n++)
      await tx.addAudit({
        at: NOW + n * 60_000,
        account: n % 50 === 0 ? 'eve' : 'ada',
        address: n % 50 === 0 ? '198.51.100.7' : '192.0.2.1',
        action: 'changeUser',
        target: `users/u${n}`,
        before: { role: 'analyst' },
        after: { role: n === 149 ? HOSTILE : 'admin' },
      });
  });
  ({ page, complaints } = await signedIn(browser, h, cookie));
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

const rows = (): ReturnType<Page['locator']> => page.getByTestId('change');

describe('the audit', () => {
  it('is read page by page, what was before beside what is', async () => {
    await page.goto(`${h.url}/audit/`);
    await rows().first().waitFor();
    expect(await rows().count()).toBe(100);
    await rows().nth(1).getByText('analyst').waitFor();
    expect(await rows().nth(1).locator('del').textContent()).toBe('analyst');
    await page.getByRole('button', { name: 'Show older ones' }).click();
    await expect.poll(() => rows().count()).toBe(151);
    expect(await page.evaluate('window.__pwned')).toBeUndefined();
    expect(await page.locator('main script, main img, main svg[onload]').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('is narrowed down to who, from where and when, in an address; and is saved as it is shown', async () => {
    await page.goto(`${h.url}/audit/`);
    await page.getByLabel('From which address').fill('198.51.100.7');
    await page.keyboard.press('Enter');
    await expect.poll(() => rows().count()).toBe(3);
    await page.goto(`${page.url()}&from=${new Date(NOW + 60_000).toISOString()}`);
    await expect.poll(() => rows().count()).toBe(2);
    expect(await page.getByLabel('From which address').inputValue()).toBe('198.51.100.7');
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: /^CSV/ }).click();
    const lines = readFileSync(await (await saved).path(), 'utf8')
      .trim()
      .split('\r\n');
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatch(/,eve,,198\.51\.100\.7,changeUser,users\/u100,/);
    await rows().first().getByRole('button', { name: 'eve' }).click();
    await expect.poll(() => page.url()).toContain('account=eve');
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => rows().count()).toBe(100);
    expect(complaints).toEqual([]);
  });
});
