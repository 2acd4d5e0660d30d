/**
 * An account's own affairs as people meet them: another password, codes of an application (Debian's `zbarimg` reads the QR code off the page, `oathtool`
 * makes the codes), sessions elsewhere, a link from an admin, and what the audit says of it all.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { faintTexts, launchBrowser, watchedPage } from '@netsentinel/testkit/browser';

const consoleRoot = join(import.meta.dirname, '../../surface/console/out');
const FIRST = 'a password of their own';
const SECOND = 'another one of their own';

let browser: Browser;
let h: ApiHarness;
let admin: Page;
let mary: Page;
let elsewhere: Page;
let complaints: string[];

beforeAll(async () => {
  if (!existsSync(join(consoleRoot, 'reset/index.html'))) throw new Error('the console is not built: npm run setup');
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  h = await startApi({ consoleRoot });
  const pages = [await watchedPage(browser), await watchedPage(browser), await watchedPage(browser)] as const;
  [admin, mary, elsewhere] = [pages[0].page, pages[1].page, pages[2].page];
  complaints = pages[0].complaints;
});
afterEach(async () => {
  for (const page of [admin, mary, elsewhere]) await page.context().close();
  await h.close();
});

const secretOn = (page: Page): Promise<string> => page.getByTestId('shown-once').locator('input').inputValue();
const row = (): ReturnType<Page['locator']> => admin.getByTestId('person').filter({ hasText: 'mary' });

/** Of the application, at this time from now: a code counts once, and the next one already. */
function codeAt(secret: string, afterS: number): string {
  const now = `${new Date(Date.now() + afterS * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  return execFileSync('oathtool', ['--totp', '-b', '-N', now, secret], { encoding: 'utf8' }).trim();
}

/** The door, which asks for a code where the account has a second factor. */
async function signIn(page: Page, password: string): Promise<void> {
  await page.goto(`${h.url}/sign-in/`);
  await page.getByLabel('Name').fill('mary');
  await page.getByLabel('Password').fill(password);
  await page.keyboard.press('Enter');
}

async function showCode(page: Page, code: string): Promise<void> {
  await page.getByLabel('Code of your authenticator').fill(code);
  await page.keyboard.press('Enter');
}

const isIn = (page: Page): Promise<void> => page.getByText('live', { exact: true }).waitFor();

async function settings(page: Page): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByTestId('account').waitFor();
}

/** The admin in the settings, and mary too, who was invited. */
async function arrive(): Promise<void> {
  await admin.goto(h.url + (await h.api.firstRunPath())!);
  await admin.getByLabel('Password').fill(PASSWORD);
  await admin.keyboard.press('Enter');
  await settings(admin);
  await admin.getByRole('link', { name: 'People' }).click();
  await admin.getByRole('button', { name: 'Invite', exact: true }).click();
  await mary.goto(await secretOn(admin));
  await mary.getByLabel('Name').fill('mary');
  await mary.getByLabel('Password').fill(FIRST);
  await mary.keyboard.press('Enter');
  await isIn(mary);
  await settings(mary);
}

/** As mary, in the settings. */
async function setUpCodes(
  password: string,
): Promise<{ readonly secret: string; readonly recovery: readonly string[] }> {
  await mary.getByLabel('Password, to set up codes').fill(password);
  await mary.keyboard.press('Enter');
  const picture = await mary.getByRole('img', { name: 'The secret as a QR code' }).screenshot();
  const read = execFileSync('zbarimg', ['--quiet', '--nodbus', '--raw', '-'], {
    input: picture,
    encoding: 'utf8',
  }).trim();
  const secret = new URL(read).searchParams.get('secret')!;
  expect(read).toMatch(/^otpauth:\/\/totp\/NetSentinel:mary\?/);
  expect(await secretOn(mary)).toBe(secret);
  await mary.getByRole('button', { name: 'Done' }).click();
  await mary.getByLabel('The code that it shows now').fill(codeAt(secret, 0));
  await mary.getByRole('button', { name: 'Turn on' }).click();
  await mary.getByTestId('second-factor-on').waitFor();
  await mary.getByTestId('recovery-left').getByText('10 of 10').waitFor();
  const recovery = (await secretOn(mary)).split(' ');
  expect(recovery).toHaveLength(10);
  return { secret, recovery };
}

async function audited(): Promise<string> {
  return JSON.stringify((await h.state.read.audit({ limit: 500 })).records);
}

it('is theirs to change: password, codes and sessions', async () => {
  await arrive();
  const change = mary.getByRole('form', { name: 'Change the password' });
  await change.getByLabel('New password').fill(SECOND);
  await change.getByLabel('Present password').fill('a wrong one');
  await mary.keyboard.press('Enter');
  await change.getByText('The password is wrong.').waitFor();
  await change.getByLabel('Present password').fill(FIRST);
  await mary.keyboard.press('Enter');
  await change.getByText('It is changed.').waitFor();

  const { secret, recovery } = await setUpCodes(SECOND);
  expect(await faintTexts(mary)).toEqual([]);
  await mary.getByRole('button', { name: 'Sign out' }).click();
  await mary.waitForURL('**/sign-in/**');
  await signIn(mary, SECOND);
  await showCode(mary, '000000');
  await mary.getByText('The code is wrong, or was used already').waitFor();
  await showCode(mary, codeAt(secret, 30));
  await isIn(mary);

  await signIn(elsewhere, SECOND);
  await showCode(elsewhere, recovery[0]!.toLowerCase());
  await isIn(elsewhere);
  await settings(mary);
  await expect.poll(() => mary.getByTestId('session').count(), { timeout: 30_000 }).toBe(2);
  await mary.getByRole('button', { name: 'End all others' }).click();
  await mary.getByRole('button', { name: 'End them' }).click();
  await expect.poll(() => mary.getByTestId('session').count(), { timeout: 30_000 }).toBe(1);
  await elsewhere.waitForURL('**/sign-in/**');
  const told = await audited();
  for (const hidden of [PASSWORD, FIRST, SECOND, secret, ...recovery]) expect(told).not.toContain(hidden);
});

it('is an admin’s to mend, and told of', async () => {
  await arrive();
  const { recovery } = await setUpCodes(FIRST);
  await admin.reload();
  await row().getByText('second factor on').waitFor();
  await row().getByRole('button', { name: 'New password… mary' }).click();
  await row().getByRole('button', { name: 'Make the link' }).click();
  await elsewhere.goto(await secretOn(admin));
  await elsewhere.getByLabel('Password').fill(SECOND);
  await elsewhere.keyboard.press('Enter');
  await elsewhere.waitForURL('**/sign-in/**');
  await mary.waitForURL('**/sign-in/**');
  await signIn(elsewhere, SECOND);
  await showCode(elsewhere, recovery[1]!);
  await isIn(elsewhere);

  await row().getByRole('button', { name: 'Second factor off… mary' }).click();
  await row().getByRole('button', { name: 'Turn off' }).click();
  await row().getByText('second factor on').waitFor({ state: 'detached' });
  await signIn(mary, SECOND);
  await isIn(mary);
  expect(await mary.getByRole('link', { name: 'Audit' }).count()).toBe(0);

  await admin.getByRole('link', { name: 'Audit' }).click();
  const changes = admin.getByTestId('change');
  await changes.filter({ hasText: 'endSecondFactorOf' }).getByText('users/mary/second-factor').waitFor();
  await admin.getByLabel('Who').fill('mary');
  await admin.getByLabel('What').fill('signIn');
  await admin.keyboard.press('Enter');
  await expect.poll(() => changes.count(), { timeout: 30_000 }).toBe(2);
  expect(await changes.filter({ hasText: 'secondFactor: recovery' }).count()).toBe(1);
  expect(await faintTexts(admin)).toEqual([]);
  expect(complaints).toEqual([]);
});
