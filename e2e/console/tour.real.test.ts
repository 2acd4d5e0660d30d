/** The first five minutes as a newcomer meets them: an empty install, recorded attacks and the guide through them, and all of it gone again. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { summaryOf } from '@netsentinel/contracts/incident';
import { loadConfig } from '@netsentinel/kernel/config';
import { PASSWORD } from '@netsentinel/testkit/api-harness';
import { launchBrowser, watchedPage } from '@netsentinel/testkit/browser';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { NetSentinelConfig } from '../../apps/netsentinel/config/netsentinel.config.ts';
import { CONFIGURATION } from '../../surface/console/lib/checklist.ts';
import { CONSOLE_ROOT, signedIn, takePicture, VIEWS } from './pages.ts';
import { startTourWorld, type TourWorld } from './tour-world.ts';
import { violations } from './violations.ts';

let browser: Browser;
let world: TourWorld;
let page: Page;
let complaints: readonly string[];

beforeAll(async () => {
  if (!existsSync(join(CONSOLE_ROOT, 'index.html'))) throw new Error('the console is not built: npm run setup');
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  world = await startTourWorld();
});
afterEach(async () => {
  await page.context().close();
  await world.h.close();
});

/** By the first-run link, as a newcomer. */
async function begin(): Promise<void> {
  ({ page, complaints } = await watchedPage(browser));
  page.setDefaultTimeout(15_000);
  await page.goto(world.h.url + (await world.h.api.firstRunPath())!);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('Nobody has attacked yet').waitFor();
}

const take = (): ReturnType<Page['locator']> => page.getByRole('button', { name: 'Take the tour' });
const banner = (): ReturnType<Page['locator']> => page.getByTestId('tour-banner');
const guide = (): ReturnType<Page['locator']> => page.getByRole('dialog');
const check = (name: string): ReturnType<Page['locator']> => page.getByTestId(`check-${name}`);

async function attack(): Promise<void> {
  const mine = sampleIncident('mine', Date.now(), { status: 'open' });
  await world.h.state.transaction((tx) => tx.putIncident(mine));
  world.h.api.live.incident(summaryOf(mine));
}

describe('a newcomer', () => {
  it('is offered the tour, walks it by keyboard with the guide, and has all of it gone in one click', async () => {
    await begin();
    await page.getByText(/^ssh -p 2222 root@/).waitFor();
    await take().focus();
    await page.keyboard.press('Enter');
    await banner().waitFor();
    await page.locator('canvas').first().waitFor();

    // The focus goes with the steps.
    await guide().getByRole('heading', { name: 'The overview' }).waitFor();
    const next = async (title: string): Promise<void> => {
      await guide().getByRole('button', { name: 'Next' }).focus();
      await page.keyboard.press('Enter');
      await guide().getByRole('heading', { name: title }).waitFor();
      await expect.poll(() => page.evaluate('document.activeElement.textContent')).toBe(title);
    };
    await next('One attacker, one story');
    await page.waitForURL('**/incident/?id=tour~ssh-intruder');
    await page.getByTestId('timeline').waitFor();
    expect(await page.locator('.badge.recorded').count()).toBe(1);
    await page.getByText('Nothing can be done about it here').waitFor();
    await next('Their terminal, as they saw it');
    await page.locator('.ap-player[data-guided]').waitFor();
    await next('What was done about it');
    await page.locator('.kind-action[data-guided]').waitFor();
    expect(await page.locator('.kind-action').allTextContents()).toContainEqual(
      expect.stringContaining('Would have blocked 203.0.113.66'),
    );
    await guide().getByRole('button', { name: 'Back' }).click();
    await guide().getByRole('heading', { name: 'Their terminal' }).waitFor();
    await page.keyboard.press('Escape');
    await guide().waitFor({ state: 'detached' });
    await page.reload();
    await banner().waitFor();
    expect(await guide().count()).toBe(0);

    await page.goto(`${world.h.url}/incidents/`);
    await page.getByTestId('incident').nth(2).waitFor();
    expect(await page.getByTestId('incident').locator('.badge.recorded').count()).toBe(3);
    await page.getByRole('button', { name: 'End the tour: remove all of it' }).click();
    await page.getByText('Nobody has attacked yet').waitFor();
    await banner().waitFor({ state: 'detached' });
    expect(await world.h.state.read.incidents()).toEqual({ incidents: [] });
    expect(await world.h.events.describe()).toMatchObject({ events: 0 });
    expect((await world.h.call('GET', '/api/v1/recordings/tour~ssh-intruder-e5', await asAnalyst())).status).toBe(404);

    // Seen once, it comes only when it is asked for.
    await take().click();
    await banner().waitFor();
    expect(await guide().count()).toBe(0);
    await page.getByRole('button', { name: 'Guide through the console' }).click();
    await guide().getByText('Step 1 of').waitFor();
    expect(complaints).toEqual([]);
  });

  it('plays a recorded terminal', async () => {
    await world.tour.take('console:admin');
    ({ page, complaints } = await signedIn(browser, world.h, await world.h.signInAs('read-only')));
    await page.goto(`${world.h.url}/incident/?id=tour~ssh-intruder`);
    await page.locator('.ap-player').waitFor();
    await page.locator('.ap-player').click();
    await expect.poll(() => page.locator('.ap-terminal, .ap-term').first().textContent()).toContain('root@');
    expect(complaints).toEqual([]);
  });

  it('sees their own attack come into the checklist while the tour is on, and after it', async () => {
    await begin();
    await take().click();
    await guide().getByRole('button', { name: 'Skip the guide' }).click();
    await check('decoy').getByText('ssh -p 2222 root@').waitFor();
    await attack();
    await check('decoy').getByText('A decoy has been attacked here.').waitFor();
    await page.getByRole('button', { name: 'End the tour' }).click();
    await banner().waitFor({ state: 'detached' });
    await check('decoy').getByText('A decoy has been attacked here.').waitFor();
    expect((await world.h.state.read.incidents()).incidents.map(({ id }) => id)).toEqual(['mine']);
    expect(complaints).toEqual([]);
  });

  it('follows the checklist to its end, or hides it for good', async () => {
    await begin();
    await attack();
    await check('decoy').getByText('A decoy has been attacked here.').waitFor();
    await check('notifier').getByText('Be told').click();
    await check('notifier').getByText('type: ntfy').waitFor();
    world.say({ configured: { notifiers: 1, neverBlocked: 1 } });
    await check('notifier').getByText('Somebody is told of attacks.').waitFor();
    expect(await check('response').getByText('what must not be blocked is named').count()).toBe(0);
    await page.getByRole('button', { name: 'Hide the checklist' }).click();
    await page.getByTestId('checklist').waitFor({ state: 'detached' });
    await page.reload();
    await page.locator('canvas').first().waitFor();
    expect(await page.getByTestId('checklist').count()).toBe(0);
    // Somebody else has not hidden it.
    const { page: other } = await signedIn(browser, world.h, await world.h.signInAs('read-only'));
    await other.goto(`${world.h.url}/`);
    await other.getByTestId('check-collector').getByText('/var/log/nginx/access.log').waitFor();
    world.say({
      responseMode: 'enforce',
      collectors: [{ ...COLLECTOR, events: 3 }],
    });
    await other.getByTestId('checklist').waitFor({ state: 'detached' });
    await other.context().close();
    expect(complaints).toEqual([]);
  });

  it('finds lines in it that the configuration takes', () => {
    const all = Object.values(CONFIGURATION).join('\n');
    const { config } = loadConfig(NetSentinelConfig, { file: 'netsentinel.yaml', text: all });
    expect(config).toMatchObject({
      collectors: [{ id: 'web' }],
      alert: { notifiers: [{ type: 'ntfy' }] },
      enforcer: { mode: 'enforce', allow: ['192.0.2.10'] },
    });
  });
});

it('lets nobody bring in or take out recorded attacks who may not work with incidents', async () => {
  ({ page } = await signedIn(browser, world.h, await world.h.signInAs('read-only')));
  await page.goto(`${world.h.url}/`);
  await page.getByText('An analyst or an admin can bring in').waitFor();
  expect(await take().count()).toBe(0);
  await world.tour.take('console:admin');
  await banner().waitFor();
  expect(await banner().getByRole('button').count()).toBe(0);
  const cookie = await world.h.signInAs('red-team');
  for (const method of ['POST', 'DELETE'])
    expect((await world.h.call(method, '/api/v1/tour', { cookie })).status).toBe(403);
});

describe.each(Object.entries(VIEWS))('looks in %s', (view, options) => {
  it.each([
    ['first', false],
    ['tour', true],
  ] as const)('%s', async (name, isOn) => {
    const cookie = await world.h.setUp();
    let seen: readonly string[];
    ({ page, complaints: seen } = await signedIn(browser, world.h, cookie, options));
    await page.goto(`${world.h.url}/`);
    await take().waitFor();
    if (isOn) {
      await take().click();
      await guide().waitFor();
      await check('decoy').waitFor();
      await page.locator('canvas').first().waitFor();
    }
    await takePicture(page, { name }, view);
    expect(await violations(page)).toEqual([]);
    expect(seen).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
    if (!isOn) return;
    for (const step of ['story', 'replay', 'done']) {
      await guide().getByRole('button', { name: 'Next' }).click();
      await page.locator('[data-guided]').waitFor();
      await page.locator('.ap-player').waitFor();
      await page.screenshot({ path: join(import.meta.dirname, `../screenshots/tour-${step}-${view}.png`) });
    }
    expect(await violations(page)).toEqual([]);
  });
});

const COLLECTOR = {
  id: 'web',
  type: 'tail',
  healthy: true,
  refused: 0,
  sources: 1,
  lagBytes: 0,
  dropped: 0,
  problems: [],
};

async function asAnalyst(): Promise<{ cookie: string }> {
  return { cookie: await world.h.signInAs('analyst') };
}
