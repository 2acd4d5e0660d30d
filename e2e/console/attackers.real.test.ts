/** Attackers as people look for them, and all that is told of one. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { hostileIncident, HOSTILE_TEXTS } from '@netsentinel/testkit/sample-incidents';
import { signedIn, startWorld } from './pages.ts';

let browser: Browser;
let h: ApiHarness;
let cookie: string;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
  h = await startWorld();
  cookie = await h.setUp();
});
afterAll(async () => {
  await browser.close();
  await h.close();
});
beforeEach(async () => {
  ({ page, complaints } = await signedIn(browser, h, cookie));
});
afterEach(() => page.context().close());

const rows = (): ReturnType<Page['locator']> => page.getByTestId('attacker');

describe('the attackers', () => {
  it('are found and put in order, and a link holds the view', async () => {
    await page.goto(`${h.url}/attackers/`);
    await rows().first().waitFor();
    await page.getByLabel('Order').selectOption('score');
    await page.getByLabel('Filter attackers').fill('Log4Shell');
    await page.getByText(/ of 60 attackers/).waitFor();
    expect(await rows().allTextContents()).toSatisfy((all: string[]) => all.every((one) => one.includes('Log4Shell')));
    await page.getByLabel('Measures').selectOption('yes');
    expect(new URL(page.url()).search).toBe('?order=score&text=Log4Shell&held=yes');
    await page.reload();
    await rows().first().waitFor();
    expect(await rows().allTextContents()).toSatisfy((all: string[]) => all.every((one) => one.includes('Log4Shell')));
    await page.getByLabel('Filter attackers').fill('no such words');
    await page.getByText('Nobody among those shown is of this kind').waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await page.getByText('60 attackers').waitFor();
    expect(complaints).toEqual([]);
  });

  it('lead to their story, which leads on and can be taken along', async () => {
    await page.goto(`${h.url}/attackers/?text=203.0.113.7`);
    await rows().first().getByRole('link', { name: '203.0.113.7', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: '203.0.113.7' }).waitFor();
    await page.getByText('same network').first().waitFor();
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save as JSON' }).click();
    const file = await (await download).path();
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ actor: '203.0.113.7', score: 48 });
    await page.getByRole('button', { name: 'Take a measure…' }).waitFor();
    await page.getByRole('list', { name: 'Story' }).getByRole('link', { name: 'Many failed logins' }).click();
    await page.waitForURL('**/incident/?id=inc-1');
    expect(complaints).toEqual([]);
  });
});

describe('one attacker', () => {
  it('whose every word would break the page is shown as text', async () => {
    const actor = '192.0.2.66';
    const texts = HOSTILE_TEXTS.slice(0, 8);
    await h.state.transaction(async (tx) => {
      for (const [n, text] of texts.entries())
        await tx.putIncident({ ...hostileIncident(`bad-${n}`, text, Date.now()), actor });
    });
    await page.goto(`${h.url}/attacker/?address=${actor}`);
    await page.getByRole('heading', { level: 1, name: actor }).waitFor();
    await page.getByText('<script>').first().waitFor();
    await page.getByText('Related attackers').waitFor();
    expect(await page.evaluate('window.__pwned')).toBeUndefined();
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(
      await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'),
      'nothing is wider than the window',
    ).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });

  it('is told without what captures hold to who may not see that', async () => {
    const context = await signedIn(browser, h, await h.signInAs('red-team'));
    try {
      await context.page.goto(`${h.url}/attacker/?address=203.0.113.0`);
      await context.page.getByText('not shown to your role').first().waitFor();
      expect(await context.page.getByText('Activity over time').count()).toBe(0);
      expect(await context.page.getByRole('button', { name: 'Take a measure…' }).count()).toBe(0);
      expect(context.complaints).toEqual([]);
    } finally {
      await context.page.context().close();
    }
  });

  it('that nobody knows is no blank page', async () => {
    await page.goto(`${h.url}/attacker/?address=nobody`);
    await page.getByText('No incident is known of this address.').waitFor();
    expect(complaints.filter((c) => !c.includes('404'))).toEqual([]);
  });
});
