/** Signing in by a real OpenID provider, in a browser: there and back, as whom, and what such an account may change of itself. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { OpenIdConfig } from '@netsentinel/api/auth/openid/openid.config';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { faintTexts, launchBrowser, watchedPage } from '@netsentinel/testkit/browser';
import { LAB_CLIENT, startOpenIdLab, type OpenIdLab } from '@netsentinel/testkit/openid-lab';

const consoleRoot = join(import.meta.dirname, '../../surface/console/out');

let browser: Browser;
let lab: OpenIdLab;
let h: ApiHarness;
let page: Page;
let complaints: string[];

beforeAll(async () => {
  if (!existsSync(join(consoleRoot, 'openid/index.html'))) throw new Error('the console is not built: npm run setup');
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  lab = await startOpenIdLab();
  const roles = [{ has: 'soc', role: 'analyst' }];
  const openId = OpenIdConfig.parse({ issuer: lab.issuer, ...LAB_CLIENT, name: '<b>Example</b>', roles });
  h = await startApi({ consoleRoot, openId });
  lab.knows(`${h.url}/openid/`);
  await h.setUp();
  ({ page, complaints } = await watchedPage(browser));
});
afterEach(async () => {
  await page.context().close();
  await h.close();
  await lab.close();
});

const knock = (): Promise<void> => page.getByRole('button', { name: 'Sign in with <b>Example</b>' }).click();

it('comes back signed in to where somebody wanted to go', async () => {
  lab.person = { subject: 's-ada', claims: { preferred_username: 'ada', groups: ['soc'] } };
  await page.goto(`${h.url}/settings/`);
  await page.waitForURL('**/sign-in/**');
  expect(await faintTexts(page)).toEqual([]);
  await knock();
  await page.waitForURL(`${h.url}/settings/`);
  const account = page.getByTestId('account');
  await account.getByText('You sign in by the OpenID provider').waitFor();
  expect(await account.getByLabel('Present password').count()).toBe(0);
  expect(await faintTexts(page)).toEqual([]);
  expect(complaints).toEqual([]);
});

it('says why somebody is not let in, and leads back', async () => {
  lab.person = { subject: 's-bob', claims: { preferred_username: 'bob', groups: ['cooks'] } };
  await page.goto(`${h.url}/sign-in/`);
  await knock();
  await page.getByText('gives you no role here').waitFor();
  expect(page.url()).toBe(`${h.url}/openid/`);
  await page.getByRole('link', { name: 'Back to the sign-in page' }).click();
  await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
});
