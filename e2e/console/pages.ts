/** The console's pages with a believable install behind them: for the tests of all of them, and for pictures (`node e2e/console/pages.ts [NAME…]`). */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { SAMPLE_STATUS, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser, watchedPage, type WatchedPage } from '@netsentinel/testkit/browser';
import { fillWorld, sampleDecoys, sampleSensors, standingsOf } from '@netsentinel/testkit/sample-world';

export const CONSOLE_ROOT = join(import.meta.dirname, '../../surface/console/out');
/** Ignored by git. */
export const SHOTS = join(import.meta.dirname, '../screenshots');

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
    name: 'incidents',
    path: '/incidents/',
    ready: (page) => page.getByTestId('incident').first().waitFor(),
    isVirtual: true,
  },
  { name: 'incident', path: '/incident/?id=inc-0', ready: (page) => page.getByTestId('timeline').waitFor() },
  { name: 'exceptions', path: '/exceptions/', ready: (page) => page.getByRole('heading', { level: 1 }).waitFor() },
  { name: 'response', path: '/response/', ready: (page) => page.getByRole('heading', { level: 1 }).waitFor() },
  { name: 'audit', path: '/audit/', ready: (page) => page.locator('tbody tr').first().waitFor() },
  { name: 'settings', path: '/settings/', ready: (page) => page.getByRole('heading', { level: 1 }).waitFor() },
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

export const VIEWS: Readonly<Record<'dark' | 'light' | 'phone', BrowserContextOptions>> = {
  dark: { colorScheme: 'dark', viewport: { width: 1440, height: 900 } },
  light: { colorScheme: 'light', viewport: { width: 1440, height: 900 } },
  phone: { colorScheme: 'dark', viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

/** The API over stores with a believable month in them, or with what `fill` puts there. */
export async function startWorld(fill: (h: ApiHarness) => Promise<unknown> = fillWorld): Promise<ApiHarness> {
  const decoys = sampleDecoys();
  const h = await startApi({
    consoleRoot: CONSOLE_ROOT,
    decoys: () => decoys,
    sensors: () => sampleSensors(),
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
    attack: {
      techniques: {
        'T1110.001': 'Password Guessing',
        'T1110.003': 'Password Spraying',
        T1078: 'Valid Accounts',
        'T1059.004': 'Unix Shell',
        T1105: 'Ingress Tool Transfer',
        'T1595.001': 'Scanning IP Blocks',
        T1046: 'Network Service Discovery',
        T1190: 'Exploit Public-Facing Application',
        'T1098.004': 'SSH Authorized Keys',
      },
      tactics: {
        TA0043: 'Reconnaissance',
        TA0001: 'Initial Access',
        TA0002: 'Execution',
        TA0003: 'Persistence',
        TA0006: 'Credential Access',
        TA0007: 'Discovery',
        TA0011: 'Command and Control',
      },
    },
  });
  await fill(h);
  return h;
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
export async function takePicture(page: Page, { name, isVirtual }: ConsolePage, view: string): Promise<void> {
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
      for (const complaint of complaints) console.log(`${view}: ${complaint}`);
      await page.context().close();
    }
    console.log(`pictures are in ${SHOTS}`);
  } finally {
    await browser.close();
    await h.close();
  }
}
