/** Settings as people meet them: an admin invites, an analyst joins and makes a token, and what a role may not do is not offered. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { faintTexts, launchBrowser, watchedPage } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS, sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';

const consoleRoot = join(import.meta.dirname, '../../surface/console/out');

let browser: Browser;
let h: ApiHarness;
let admin: Page;
let guest: Page;
let complaints: string[];

beforeAll(async () => {
  if (!existsSync(join(consoleRoot, 'settings/index.html'))) throw new Error('the console is not built: npm run setup');
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  h = await startApi({ consoleRoot });
  const [first, second] = [await watchedPage(browser), await watchedPage(browser)];
  admin = first.page;
  guest = second.page;
  complaints = first.complaints;
});
afterEach(async () => {
  await admin.context().close();
  await guest.context().close();
  await h.close();
});

/** Makes the first account and opens the settings. */
async function enter(): Promise<void> {
  await admin.goto(h.url + (await h.api.firstRunPath())!);
  await admin.getByLabel('Password').fill(PASSWORD);
  await admin.keyboard.press('Enter');
  await admin.locator('header.top').waitFor();
  await admin.goto(`${h.url}/settings/`);
  await person('admin').waitFor();
}

const person = (name: string): ReturnType<Page['locator']> => admin.getByTestId('person').filter({ hasText: name });
const secretOn = (page: Page): Promise<string> => page.getByTestId('shown-once').locator('input').inputValue();

/** As the admin; answers the link. */
async function invite(role: string): Promise<string> {
  await admin.getByLabel('Invite somebody as').selectOption(role);
  await admin.getByRole('button', { name: 'Invite', exact: true }).click();
  await admin.getByTestId('shown-once').waitFor();
  return secretOn(admin);
}

async function joinBy(link: string, name: string): Promise<void> {
  await guest.goto(link);
  await guest.getByLabel('Name').fill(name);
  await guest.getByLabel('Password').fill('a password of their own');
  await guest.getByRole('button', { name: 'Create the account' }).click();
  await guest.getByText('live', { exact: true }).waitFor();
}

describe('people', () => {
  it('are invited, make tokens, get another role and are removed, each seen at once on their own page', async () => {
    await enter();
    const link = await invite('analyst');
    expect(link).toMatch(new RegExp(`^${h.url}/join/#.{20,}$`));
    await admin.getByTestId('invitation').getByText('analyst').waitFor();

    await joinBy(link, 'mary');
    const incident = sampleIncident('i1', Date.now(), { status: 'open', sessions: [] });
    await h.state.transaction(async (tx) => {
      await tx.putIncident(incident);
      await tx.putAction(sampleBlock('a1', incident, Date.now()));
    });

    await guest.getByRole('link', { name: 'Settings' }).click();
    const make = guest.getByRole('form', { name: 'Make a token' });
    await make.waitFor();
    expect(await guest.getByTestId('people').count()).toBe(0);
    expect(await make.getByLabel('Role of the token').locator('option').allTextContents()).not.toContain('admin');
    await make.getByLabel('What it is for').fill('our <b>dashboard</b>');
    await make.getByLabel('Days until it ends').fill('7');
    await make.getByRole('button', { name: 'Make a token' }).click();
    await guest.getByTestId('token').getByText('our <b>dashboard</b>', { exact: true }).waitFor();
    const token = await secretOn(guest);
    const asked = (): Promise<Response> =>
      fetch(`${h.url}/api/v1/incidents`, { headers: { authorization: `Bearer ${token}` } });
    expect((await asked()).status).toBe(200);
    await guest.getByText(`curl -H "Authorization: Bearer ${token}" ${h.url}/api/v1/incidents`).waitFor();

    await guest.goto(`${h.url}/incident/?id=i1`);
    const takeBack = guest.getByRole('button', { name: 'Take back' });
    const notAnAttack = guest.getByRole('button', { name: 'Not an attack…' });
    await takeBack.waitFor();
    await notAnAttack.waitFor();
    await admin.reload();
    await admin.getByLabel('Role of mary').selectOption('read-only');
    await takeBack.waitFor({ state: 'detached' });
    expect(await notAnAttack.count()).toBe(0);
    await guest.getByText('your role cannot').waitFor();

    // The first question takes its answer back.
    await person('mary').getByRole('button', { name: 'Remove… mary' }).click();
    await admin.keyboard.press('Escape');
    await person('mary').getByRole('button', { name: 'Remove… mary' }).click();
    await person('mary').getByRole('button', { name: 'Remove', exact: true }).click();
    await person('mary').waitFor({ state: 'detached' });
    await guest.waitForURL('**/sign-in/**');
    // A token that was found good is for a second more.
    await expect.poll(async () => (await asked()).status).toBe(401);
    expect(complaints).toEqual([]);
  });

  it('keep an admin, in the words of the problem', async () => {
    await enter();
    await admin.getByLabel('Role of admin').selectOption('analyst');
    await person('admin').getByText('It is the last admin: make somebody else one first.').waitFor();
    expect(await admin.getByLabel('Role of admin').inputValue()).toBe('admin');
  });

  it('are invited no more by a link that was taken back', async () => {
    await enter();
    const link = await invite('read-only');
    await admin.getByTestId('invitation').getByRole('button', { name: 'Take back' }).click();
    await admin.getByTestId('invitation').waitFor({ state: 'detached' });
    expect(await admin.getByTestId('shown-once').count()).toBe(0);
    await guest.goto(link);
    await guest.getByLabel('Name').fill('late');
    await guest.getByLabel('Password').fill('a password of their own');
    await guest.getByRole('button', { name: 'Create the account' }).click();
    await guest.getByText('This link is used, expired or wrong.').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('tokens', () => {
  it('are copied, named with their owner for an admin, and revoked', async () => {
    await admin.context().grantPermissions(['clipboard-write']);
    await enter();
    const now = Date.now();
    await h.state.transaction(async (tx) => {
      await tx.putAccount({ name: 'mary', passwordHash: '', role: 'analyst', createdAt: now });
      await tx.putApiToken({
        id: 'marys-token1',
        tokenHash: 'of mary’s token',
        name: 'mary’s script',
        account: 'mary',
        role: 'sensor',
        createdAt: now,
        expiresAt: now + 86_400_000,
      });
    });
    const make = admin.getByRole('form', { name: 'Make a token' });
    await make.getByLabel('What it is for').fill('mine');
    await make.getByLabel('Role of the token').selectOption('sensor');
    await admin.keyboard.press('Enter');
    await admin.getByRole('button', { name: 'Copy' }).click();
    await admin.getByText('Copied.').waitFor();
    const rows = admin.getByTestId('token');
    await expect.poll(() => rows.count()).toBe(2);
    const marys = rows.filter({ hasText: 'mary’s script' });
    await marys.getByText('mary', { exact: true }).waitFor();
    await marys.getByRole('button', { name: 'Revoke…' }).click();
    await marys.getByRole('button', { name: 'Revoke', exact: true }).click();
    await expect.poll(() => rows.count()).toBe(1);
    expect((await h.state.read.apiTokens()).map(({ name }) => name)).toEqual(['mine']);
    expect(complaints).toEqual([]);
  });
});

describe('looks', () => {
  for (const colorScheme of ['dark', 'light'] as const)
    it(`legible in ${colorScheme} and on a phone, whatever names are made of`, async () => {
      await admin.emulateMedia({ colorScheme });
      await admin.setViewportSize({ width: 390, height: 844 });
      await enter();
      const now = Date.now();
      const names = [...HOSTILE_TEXTS.map((text) => text.slice(0, 100)), 'x'.repeat(100)];
      await h.state.transaction(async (tx) => {
        await tx.putAccount({ name: 'y'.repeat(64), passwordHash: '', role: 'red-team', createdAt: now - 90_000_000 });
        for (const [i, name] of names.entries())
          await tx.putApiToken({
            id: `token-${i}`,
            tokenHash: `of token ${i}`,
            name,
            account: i === 0 ? 'y'.repeat(64) : 'admin',
            role: 'read-only',
            createdAt: now - i * 3_600_000,
            expiresAt: now + 86_400_000,
          });
      });
      await admin.reload();
      await expect.poll(() => admin.getByTestId('token').count()).toBe(names.length);
      await invite('analyst');
      await person('yyy').getByRole('button', { name: 'Remove…' }).click();
      await admin.getByRole('button', { name: 'Revoke…' }).first().click();
      expect(await admin.evaluate('[window.__pwned, document.documentElement.scrollWidth]')).toEqual([undefined, 390]);
      expect(await admin.locator('main script, main img, main iframe, main b').count()).toBe(0);
      expect(await faintTexts(admin)).toEqual([]);
      expect(complaints).toEqual([]);
    });
});
