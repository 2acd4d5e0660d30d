/**
 * A security key as a person uses it: Chromium's own WebAuthn with its virtual authenticator (CDP), which signs and counts as one on USB does. Pages under
 * `localhost`, where browsers have WebAuthn without TLS, and under the address, where they have none.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { faintTexts, launchBrowser, watchedPage } from '@netsentinel/testkit/browser';

const consoleRoot = join(import.meta.dirname, '../../surface/console/out');

let browser: Browser;
let h: ApiHarness;
let page: Page;
let cdp: CDPSession;
let authenticatorId: string;
let complaints: string[];
/** The console by a name. */
let here: string;

beforeAll(async () => {
  if (!existsSync(join(consoleRoot, 'sign-in/index.html'))) throw new Error('the console is not built: npm run setup');
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  h = await startApi({ consoleRoot });
  here = h.url.replace('127.0.0.1', 'localhost');
  ({ page, complaints } = await watchedPage(browser));
  cdp = await page.context().newCDPSession(page);
  await cdp.send('WebAuthn.enable');
  ({ authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'usb',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  }));
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

const isIn = (): Promise<void> => page.getByText('live', { exact: true }).waitFor();
const rows = (): ReturnType<Page['locator']> => page.getByTestId('security-key');
const adding = (): ReturnType<Page['locator']> => page.getByRole('form', { name: 'Add a key' });

async function settings(): Promise<void> {
  await page.getByRole('link', { name: 'Settings' }).click();
  await page.getByTestId('account').waitFor();
}

/** Up to where a second factor is asked for. */
async function knock(url: string): Promise<void> {
  await page.goto(`${url}/sign-in/`);
  await page.getByLabel('Name').fill('admin');
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
}

async function useKey(): Promise<void> {
  await page.getByRole('button', { name: 'Use a security key or passkey' }).click();
}

async function signOut(): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.waitForURL('**/sign-in/**');
}

async function add(name: string): Promise<void> {
  await adding().getByLabel('Name of a new key').fill(name);
  await adding().getByLabel('Password, to add it').fill(PASSWORD);
  await page.keyboard.press('Enter');
}

/** Of the first account, which has a key then. */
async function arrive(): Promise<readonly string[]> {
  await page.goto(here + (await h.api.firstRunPath())!);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await settings();
  await add('on my key ring');
  await rows().getByText('on my key ring').waitFor();
  return (await page.getByTestId('shown-once').locator('input').inputValue()).split(' ');
}

it('is added, asked for at sign-in, renamed and refused a second time', async () => {
  expect(await arrive()).toHaveLength(10);
  await rows().getByText('never').waitFor();
  await page.getByTestId('recovery-left').getByText('10 of 10').waitFor();
  expect(await faintTexts(page)).toEqual([]);

  await signOut();
  await knock(here);
  await page.getByLabel('Or a recovery code').waitFor();
  expect(await faintTexts(page)).toEqual([]);
  await useKey();
  await isIn();

  await settings();
  await rows().getByText('never').waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Rename… on my key ring' }).click();
  const renaming = page.getByRole('form', { name: 'Rename the key' });
  await renaming.getByLabel('Another name').fill('<b>in the safe</b>');
  await renaming.getByLabel('Password, to rename it').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await rows().getByText('<b>in the safe</b>').waitFor();

  // It is shown as the present factor, and then is no new one.
  await add('once more');
  await adding().getByText('This key is one of yours already.').waitFor();
  expect(await rows().count()).toBe(1);
  expect(complaints.filter((line) => !line.includes('Failed to load resource'))).toEqual([]);
});

it('is refused where it has been copied', async () => {
  await arrive();
  await signOut();
  await knock(here);
  await useKey();
  await isIn();
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId });
  const [credential] = credentials;
  expect(credential!.signCount).toBeGreaterThan(1);
  await cdp.send('WebAuthn.clearCredentials', { authenticatorId });
  await cdp.send('WebAuthn.addCredential', { authenticatorId, credential: { ...credential!, signCount: 0 } });
  await signOut();
  await knock(here);
  await useKey();
  await page.getByText('This key counts less than it did before').waitFor();
  const { records } = await h.state.read.audit({ account: 'admin', action: 'signIn' });
  expect(records[0]?.after).toMatchObject({ refused: 'the key counted back' });
});

it('is no use under an address, which says so; a recovery code is, and ends the key', async () => {
  const [first, second] = await arrive();
  await knock(h.url);
  await useKey();
  await page.getByText('Security keys and passkeys need a host name').waitFor();
  await page.getByLabel('Or a recovery code').fill(first!);
  await page.keyboard.press('Enter');
  await isIn();
  await settings();
  await page.getByTestId('no-keys-here').getByText(`as ${here} to add or use one`).waitFor();
  await rows().getByText('signs under localhost only').waitFor();
  expect(await faintTexts(page)).toEqual([]);
  await page.getByRole('button', { name: 'Remove… on my key ring' }).click();
  await page.getByRole('form', { name: 'Remove the key' }).getByLabel('A recovery code').fill(second!);
  await page.keyboard.press('Enter');
  await rows().waitFor({ state: 'detached' });
  await signOut();
  await knock(h.url);
  await isIn();
});
