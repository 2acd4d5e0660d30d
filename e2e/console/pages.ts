/** The console's pages with a believable install behind them: for the tests of all of them, and for pictures (`node e2e/console/pages.ts [NAME…]`). */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { attackForPeople } from '../../apps/netsentinel/platform/attack-for-people.ts';
import { SAMPLE_STATUS, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser, watchedPage, type WatchedPage } from '@netsentinel/testkit/browser';
import { fillAccess } from '@netsentinel/testkit/sample-access';
import { sampleConfiguration } from '@netsentinel/testkit/sample-configuration';
import { playLive } from '@netsentinel/testkit/sample-live';
import {
  fillWorld,
  sampleDecoys,
  sampleDecoyTests,
  sampleSensors,
  standingsOf,
} from '@netsentinel/testkit/sample-world';
import { realRules } from './real-rules.ts';

export const CONSOLE_ROOT = join(import.meta.dirname, '../../surface/console/out');
/** Ignored by git. */
export const SHOTS = join(import.meta.dirname, '../screenshots');

const SAMPLE_RULE = '77efa0c6-46e6-4479-9ef1-6505c7d6b9cb';

export interface ConsolePage {
  readonly name: string;
  readonly path: string;
  /** What stands when all of it is there. */
  readonly ready: (page: Page) => Promise<unknown>;
  /** It draws what is in sight alone: a picture of the window says how it looks. */
  readonly isVirtual?: boolean;
}

/** Every page for who is signed in, as an admin sees it. */
export const PAGES: readonly ConsolePage[] = [
  { name: 'overview', path: '/', ready: (page) => page.locator('canvas').first().waitFor() },
  {
    name: 'live',
    path: '/live/',
    ready: (page) => page.getByTestId('news').filter({ hasText: 'somebody came' }).nth(3).waitFor(),
    isVirtual: true,
  },
  {
    name: 'incidents',
    path: '/incidents/',
    ready: (page) => page.getByTestId('incident').first().waitFor(),
    isVirtual: true,
  },
  { name: 'incident', path: '/incident/?id=inc-0', ready: (page) => page.getByTestId('timeline').waitFor() },
  {
    name: 'attack',
    path: '/attack/',
    ready: (page) => page.getByRole('button', { name: 'Credential Access', exact: true }).waitFor(),
  },
  {
    name: 'attack-technique',
    path: '/attack/?technique=T1110&subs=1&show=covered',
    ready: (page) => page.getByTestId('technique').getByRole('listitem').nth(5).waitFor(),
  },
  { name: 'exceptions', path: '/exceptions/', ready: (page) => page.getByRole('heading', { level: 1 }).waitFor() },
  { name: 'response', path: '/response/', ready: (page) => page.getByTestId('action').first().waitFor() },
  {
    name: 'response-in-force',
    path: '/response/?tab=in-force',
    ready: (page) => page.getByTestId('measure').first().waitFor(),
  },
  {
    name: 'response-history',
    path: '/response/?tab=history',
    ready: (page) => page.getByTestId('measure').nth(5).waitFor(),
  },
  { name: 'response-runs', path: '/response/?tab=runs', ready: (page) => page.getByTestId('run').first().waitFor() },
  { name: 'response-panic', path: '/response/?tab=panic', ready: (page) => page.getByTestId('panic').waitFor() },
  { name: 'audit', path: '/audit/', ready: (page) => page.locator('tbody tr').first().waitFor() },
  {
    name: 'hunt',
    path: '/hunt/?q=user.name+%21%3D+root',
    ready: async (page) => {
      await page.getByTestId('event').first().waitFor();
      await page.locator('canvas').first().waitFor();
      await page.locator('.hunt-value').first().waitFor();
    },
  },
  { name: 'rules', path: '/rules/', ready: (page) => page.getByTestId('rule').nth(5).waitFor() },
  {
    name: 'rule',
    path: `/rule/?id=${SAMPLE_RULE}`,
    ready: (page) => page.getByLabel('The rule, YAML').waitFor(),
  },
  {
    name: 'rule-editor',
    path: '/rule-editor/?q=user.name+%3D+root',
    ready: (page) => page.getByLabel('Sigma, YAML').waitFor(),
  },
  { name: 'settings', path: '/settings/', ready: (page) => page.getByTestId('session').first().waitFor() },
  {
    name: 'settings-people',
    path: '/settings/?section=people',
    ready: (page) => page.getByTestId('person').first().waitFor(),
  },
  {
    name: 'settings-tokens',
    path: '/settings/?section=tokens',
    ready: (page) => page.getByRole('form', { name: 'Make a token' }).waitFor(),
  },
  {
    name: 'settings-programs',
    path: '/settings/?section=programs',
    ready: (page) => page.getByTestId('program').first().waitFor(),
  },
  {
    name: 'settings-notifiers',
    path: '/settings/?section=notifiers',
    ready: (page) => page.getByTestId('alert-section').waitFor(),
  },
  {
    name: 'settings-configuration',
    path: '/settings/?section=configuration',
    ready: (page) => page.getByTestId('version').nth(3).waitFor(),
  },
  {
    name: 'settings-diff',
    path: '/settings/?section=configuration&version=4&from=2',
    ready: (page) => page.getByTestId('diff').waitFor(),
  },
  {
    name: 'settings-edit',
    path: '/settings/?section=configuration&edit=1',
    ready: (page) => page.getByRole('textbox', { name: 'The configuration, YAML' }).waitFor(),
  },
  { name: 'decoys', path: '/decoys/', ready: (page) => page.getByTestId('decoy').first().waitFor() },
  { name: 'attackers', path: '/attackers/', ready: (page) => page.getByTestId('attacker').first().waitFor() },
  {
    name: 'attacker',
    path: '/attacker/?address=203.0.113.0',
    ready: (page) =>
      Promise.all([
        page.locator('canvas, .empty').first().waitFor(),
        page
          .getByText(/same network|Nobody else/)
          .first()
          .waitFor(),
      ]),
  },
  { name: 'system', path: '/system/', ready: (page) => page.locator('canvas').first().waitFor() },
  {
    name: 'decoy',
    path: '/decoy/?id=ssh',
    ready: (page) => Promise.all([page.locator('canvas').waitFor(), page.getByTestId('figures').waitFor()]),
  },
];

/** Those in front of the house, as a stranger sees them. */
export const DOORS: readonly ConsolePage[] = (['sign-in', 'setup', 'join', 'reset'] as const).map((name) => ({
  name,
  path: `/${name}/#a-link`,
  ready: (page) => page.getByRole('button', { name: 'Show what is typed' }).waitFor(),
}));

export const VIEWS: Readonly<Record<'dark' | 'light' | 'phone', BrowserContextOptions>> = {
  dark: { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  light: { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  phone: { colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

/** The API over stores with a believable month in them, or with what `fill` puts there. */
export async function startWorld(fill: (h: ApiHarness) => Promise<unknown> = fillWorld): Promise<ApiHarness> {
  const rules = realRules();
  const decoys = sampleDecoys();
  const h = await startApi({
    consoleRoot: CONSOLE_ROOT,
    decoys: () => decoys,
    sensors: () => sampleSensors(),
    decoyTests: sampleDecoyTests(),
    switchDecoy: async (id, listening) => {
      Object.assign(
        decoys.find((one) => one.id === id)!,
        { stopped: !listening, listening, healthy: true },
      );
    },
    status: () => ({
      ...SAMPLE_STATUS,
      startedAt: Date.now() - 9 * 86_400_000,
      sources: {
        known: 9,
        silent: 1,
        latest: [
          {
            sensor: 'syslog',
            source: '192.0.2.14',
            lastSeen: Date.now() - 10_800_000,
            silentSince: Date.now() - 7_200_000,
          },
        ],
      },
      decoys: standingsOf(decoys),
    }),
    ...attackForPeople(),
    configuration: sampleConfiguration(),
    rules: rules.rules,
  });
  await rules.start(h.state);
  await fill(h);
  // Others are there only once the first account is.
  const setUp = async (): Promise<string> => {
    const cookie = await h.setUp();
    await fillAccess(h);
    return cookie;
  };
  const endLive = playLive(h);
  const close = async (): Promise<void> => {
    endLive();
    rules.stop();
    await h.close();
  };
  return { ...h, setUp, close };
}

/** A page of somebody who is signed in as the admin. */
export async function signedIn(
  browser: Browser,
  h: ApiHarness,
  cookie: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const watched = await watchedPage(browser, options);
  await signInTo(watched.page.context(), h, cookie);
  return watched;
}

/** Gives a browser the session of this cookie (`name=value`). */
export async function signInTo(context: BrowserContext, h: ApiHarness, cookie: string): Promise<void> {
  const [name, value] = cookie.split('=') as [string, string];
  await context.addCookies([{ name, value, url: h.url, httpOnly: true, sameSite: 'Strict' }]);
}

/** A picture of all of a page, as `SHOTS/NAME-VIEW.png`. */
export async function takePicture(
  page: Page,
  { name, isVirtual }: Pick<ConsolePage, 'name' | 'isVirtual'>,
  view: string,
): Promise<void> {
  mkdirSync(SHOTS, { recursive: true });
  await page.screenshot({
    path: join(SHOTS, `${name}-${view}.png`),
    fullPage: isVirtual !== true,
    animations: 'disabled',
  });
}

if (import.meta.main) {
  const names = process.argv.slice(2);
  const h = await startWorld();
  const browser = await launchBrowser();
  try {
    const cookie = await h.setUp();
    for (const [view, options] of Object.entries(VIEWS)) {
      const { page, complaints } = await signedIn(browser, h, cookie, options);
      page.setDefaultTimeout(10_000);
      for (const one of PAGES.filter(({ name }) => names.length === 0 || names.includes(name))) {
        await page.goto(h.url + one.path);
        await one.ready(page).catch((error: unknown) => console.log(`${one.name}: not ready: ${String(error)}`));
        await takePicture(page, one, view);
      }
      const stranger = await watchedPage(browser, options);
      for (const one of DOORS.filter(({ name }) => names.length === 0 || names.includes(name))) {
        await stranger.page.goto(h.url + one.path);
        await one
          .ready(stranger.page)
          .catch((error: unknown) => console.log(`${one.name}: not ready: ${String(error)}`));
        await takePicture(stranger.page, one, view);
      }
      await stranger.page.context().close();
      for (const complaint of complaints) console.log(`${view}: ${complaint}`);
      await page.context().close();
    }
    console.log(`pictures are in ${SHOTS}`);
  } finally {
    await browser.close();
    await h.close();
  }
}
