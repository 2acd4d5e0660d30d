/** The configuration as a person changes it: faults by line, differences, restoring, and what a hostile text may not do. What keeps it is played. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigurationAsk } from '@netsentinel/contracts/configuration';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { sampleConfiguration } from '@netsentinel/testkit/sample-configuration';
import { HOSTILE_TEXTS } from '@netsentinel/testkit/sample-incidents';
import { CONSOLE_ROOT, signedIn } from './pages.ts';

let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];
let asked: ConfigurationAsk[];
let answer: unknown;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  asked = [];
  answer = undefined;
  const sample = sampleConfiguration();
  h = await startApi({
    consoleRoot: CONSOLE_ROOT,
    configuration: {
      ask: async (ask) => {
        asked.push(ask);
        return (answer as never) ?? (await sample.ask(ask));
      },
    },
  });
  ({ page, complaints } = await signedIn(browser, h, await h.setUp()));
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

describe('the configuration', () => {
  it('is checked, its faults are found by line, and it is changed once it was asked for twice', async () => {
    await page.goto(`${h.url}/settings/?section=configuration`);
    await page.getByRole('link', { name: 'Edit' }).click();
    const field = page.getByRole('textbox', { name: 'The configuration, YAML' });
    const text = await field.inputValue();
    await field.fill(`${text}mistake: 1\n`);
    await page.getByRole('button', { name: 'Check' }).click();
    const faults = page.getByTestId('faults');
    await faults.getByText('there is no setting of this name').waitFor();
    await faults.getByRole('button', { name: 'Line 26' }).click();
    expect(await page.evaluate('getSelection().toString()')).toBe('mistake: 1');
    expect(await page.getByRole('button', { name: /^Change the configuration/ }).count()).toBe(0);
    await field.fill(text.replace('enforce', 'simulate'));
    await page.getByLabel('Why, for those who read the versions').fill('too early');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('It would change: response.').waitFor();
    await page.getByRole('button', { name: /^Change the configuration/ }).click();
    expect(asked.filter(({ what }) => what === 'change')).toEqual([]);
    await page.getByRole('button', { name: 'Change it and start again' }).click();
    await page.getByText('It is written as version 5').waitFor();
    expect(asked.find(({ what }) => what === 'change')).toMatchObject({
      base: 4,
      by: 'console:admin',
      reason: 'too early',
    });
    // The browser itself reports the 422.
    expect(complaints.filter((c) => !c.includes('422'))).toEqual([]);
  });

  it('is compared, and an older one is restored', async () => {
    await page.goto(`${h.url}/settings/?section=configuration&version=2`);
    await page.getByLabel('Compare with').selectOption('4');
    const diff = page.getByTestId('diff');
    await diff.getByText('Removed: ').first().waitFor();
    expect(page.url()).toContain('from=4');
    await page.getByRole('button', { name: 'Restore… Version 2' }).click();
    await page.getByRole('button', { name: 'Restore it and start again' }).click();
    await page.getByText('It is written as version 5').waitFor();
    expect(asked.find(({ what }) => what === 'restore')).toMatchObject({ version: 2, base: 4 });
    expect(complaints).toEqual([]);
  });

  it('is a text, whatever stands in it', async () => {
    answer = {
      version: 1,
      at: new Date().toISOString(),
      state: 'running',
      text: HOSTILE_TEXTS.join('\n').toWellFormed(),
    };
    const list = page.waitForResponse('**/api/v1/configuration/versions');
    await page.route('**/api/v1/configuration/versions', (route) => route.fulfill({ json: { versions: [] } }));
    await page.goto(`${h.url}/settings/?section=configuration&version=1`);
    await list;
    await page
      .getByTestId('configuration-text')
      .getByText('<script>window.__pwned=1</script>', { exact: true })
      .waitFor();
    expect(await page.evaluate('window.__pwned')).toBeUndefined();
    expect(complaints).toEqual([]);
  });
});
