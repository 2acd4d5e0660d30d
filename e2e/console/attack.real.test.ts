/** The ATT&CK matrix as a person uses it. */
import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS, hostileIncident, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { attackForPeople } from '../../apps/netsentinel/platform/attack-for-people.ts';
import { CONSOLE_ROOT, signedIn } from './pages.ts';

let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  h = await startApi({ consoleRoot: CONSOLE_ROOT, ...attackForPeople() });
  const techniques = ['T1110.001'];
  await h.state.transaction(async (tx) => {
    await tx.putIncident(sampleIncident('i1', Date.now(), { techniques }));
    await tx.putIncident({
      ...hostileIncident('bad', HOSTILE_TEXTS[0]!, Date.now()),
      techniques: [...techniques, 'T9999'],
    });
  });
  ({ page, complaints } = await signedIn(browser, h, await h.setUp()));
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

describe('the matrix', () => {
  it('leads from a technique to what looks for it and to who did it, by an address that holds the view', async () => {
    await page.goto(`${h.url}/attack/?show=hit`);
    const cells = page.getByTestId('matrix').locator('.attack-cell');
    await cells.first().waitFor();
    expect(await cells.allTextContents()).toEqual([expect.stringContaining('Brute Force 2 incidents')]);
    await cells.first().click();
    const side = page.getByTestId('technique');
    await side.getByText('Brute force of logins').waitFor();
    await side.getByText('2 incidents of').waitFor();
    await side.locator('a[href^="/incident/"]').nth(1).waitFor();
    expect(await side.getByRole('link', { name: 'All incidents with it' }).getAttribute('href')).toBe(
      '/incidents/?text=T1110',
    );
    expect(page.url()).toContain('technique=T1110');
    await page.reload();
    await side.getByText('Brute force of logins').waitFor();
    await page.keyboard.press('Escape');
    await side.waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement?.dataset.technique')).toBe('T1110');
    expect(complaints).toEqual([]);
  });

  it('is saved as a layer for the Navigator', async () => {
    await page.goto(`${h.url}/attack/`);
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Navigator layer: incidents' }).click();
    const download = await saved;
    expect(download.suggestedFilename()).toBe('netsentinel-attack-hits.json');
    const layer = JSON.parse(readFileSync(await download.path(), 'utf8')) as Record<string, unknown>;
    expect(layer).toMatchObject({ domain: 'enterprise-attack', versions: { layer: '4.5' } });
    expect(layer['techniques']).toMatchObject([
      { techniqueID: 'T1110', score: 2 },
      { techniqueID: 'T1110.001', score: 2 },
    ]);
    expect(complaints).toEqual([]);
  });
});

it('shows no gaps to who may not know what is looked for', async () => {
  const watched = await signedIn(browser, h, await h.signInAs('red-team'));
  await watched.page.goto(`${h.url}/attack/`);
  await watched.page.getByTestId('matrix').waitFor();
  expect(await watched.page.getByLabel('Show').locator('option').allTextContents()).toEqual([
    'All techniques',
    'Only seen',
  ]);
  expect(await watched.page.getByText('covered').count()).toBe(0);
  expect(watched.complaints).toEqual([]);
  await watched.page.context().close();
});
