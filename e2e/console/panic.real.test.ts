/** Taking everything back, and looking at what was done before. The enforcer is played. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { NO_RESPONSE, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS, sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { CONSOLE_ROOT, signedIn } from './pages.ts';

const HOSTILE = HOSTILE_TEXTS.join(' ').toWellFormed().slice(0, 400);
const incident = sampleIncident('i1', Date.now(), { sessions: [] });
let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];
let reverted: number;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  reverted = 0;
  h = await startApi({
    consoleRoot: CONSOLE_ROOT,
    response: {
      ...NO_RESPONSE,
      revertAll: async () => {
        const inForce = await h.state.read.actions({ status: ['verified'] });
        await h.state.transaction(async (tx) => {
          for (const action of inForce) await tx.putAction({ ...action, status: 'reverted' });
        });
        for (const action of inForce) h.api.live.action({ ...action, status: 'reverted' });
        reverted += inForce.length;
        return inForce.length;
      },
    },
  });
  ({ page, complaints } = await signedIn(browser, h, await h.setUp()));
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

async function putBlocks(count: number, change: Parameters<typeof sampleBlock>[3] = {}): Promise<void> {
  await h.state.transaction(async (tx) => {
    await tx.putIncident(incident);
    for (let n = 0; n < count; n++) await tx.putAction(sampleBlock(`a${n}`, incident, Date.now() - n * 1000, change));
  });
}

it('takes everything back after a word was typed, and says what happened', async () => {
  await putBlocks(3);
  await page.goto(`${h.url}/response/?tab=panic`);
  const panic = page.getByTestId('panic');
  await panic.getByText('3 measures are in force now.').waitFor();
  const button = panic.getByRole('button', { name: 'Take everything back' });
  await panic.getByLabel('To be sure, type REVERT').fill('yes');
  expect(await button.isDisabled()).toBe(true);
  await page.keyboard.press('Enter');
  await panic.getByLabel('To be sure, type REVERT').fill('revert');
  expect(reverted).toBe(0);
  await button.click();
  await panic.getByText('The enforcer was told to take everything back: 3 measures.').waitFor();
  await panic.getByText('Nothing is in force any more.').waitFor();
  expect(reverted).toBe(3);
  expect(complaints).toEqual([]);
});

it('lists what was done before, page by page and as filtered, whatever texts there are', async () => {
  await putBlocks(130, { status: 'expired', reason: HOSTILE, detail: HOSTILE, by: HOSTILE.slice(0, 100) });
  await h.state.transaction((tx) =>
    tx.putAction(sampleBlock('fine', incident, Date.now(), { target: '198.51.100.9' })),
  );
  await page.goto(`${h.url}/response/?tab=history`);
  const rows = page.getByTestId('measure');
  await expect.poll(() => rows.count()).toBe(100);
  await page.getByRole('button', { name: 'Show older ones' }).click();
  await expect.poll(() => rows.count()).toBe(131);
  await page.getByLabel('How it stands').selectOption('done');
  await expect.poll(() => rows.count()).toBe(1);
  await rows.getByText('198.51.100.9').waitFor();
  expect(page.url()).toContain('status=done');
  expect(await page.evaluate('window.__pwned')).toBeUndefined();
  expect(complaints).toEqual([]);
});

it('offers panic to nobody who may not', async () => {
  const { page: theirs } = await signedIn(browser, h, await h.signInAs('read-only'));
  await theirs.goto(`${h.url}/response/?tab=panic`);
  await theirs.getByText('Your role may not take measures back.').waitFor();
  expect(await theirs.getByRole('button', { name: 'Take everything back' }).count()).toBe(0);
  await theirs.context().close();
});
