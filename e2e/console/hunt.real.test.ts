/** Questions to stored events, and rules made of them, as a person asks and makes them in a browser. The rules are real. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import type { ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { HOSTILE_TEXTS } from '@netsentinel/testkit/sample-incidents';
import { signedIn, startWorld } from './pages.ts';

const EVENTS = 30;
const HOSTILE = '<script>window.__pwned=1</script>';

let browser: Browser;
let h: ApiHarness;
let cookie: string;
let page: Page;
let complaints: readonly string[];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  h = await startWorld(fill);
  cookie = await h.setUp();
  ({ page, complaints } = await signedIn(browser, h, cookie));
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

/** Two of three are tried as root; the others as one of those who write what breaks pages. */
async function fill(world: ApiHarness): Promise<void> {
  const now = Date.now();
  const events = Array.from({ length: EVENTS }, (_, n): Event => {
    const name = n % 3 === 0 ? HOSTILE_TEXTS[n % HOSTILE_TEXTS.length]! : 'root';
    return eventFixture(n, {
      '@timestamp': new Date(now - (n + 1) * 60_000).toISOString(),
      source: { ip: `198.51.100.${n % 4}` },
      user: { name: name.toWellFormed().slice(0, 200) },
      message: n === 0 ? HOSTILE : `Failed password ${n}`,
    });
  });
  await world.events.append(events, []);
}

const found = (n: number): Promise<void> => page.getByText(`${n} events`, { exact: true }).waitFor();

it('asks, narrows by a top value, opens what is found, and keeps it all in the address', async () => {
  await page.goto(`${h.url}/hunt/`);
  await found(EVENTS);
  const field = page.getByRole('combobox', { name: 'Question' });
  await field.fill('user.na');
  await page.getByRole('option', { name: 'user.name' }).first().waitFor();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await expect.poll(() => field.inputValue()).toContain('user.name');
  await field.fill('user.name = root');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await found(20);
  await page.getByRole('region', { name: 'source.ip' }).getByRole('button', { name: '198.51.100.1' }).click();
  await found(6);
  const link = page.url();
  await page.goBack();
  await found(20);
  await page.goto(link);
  await found(6);
  expect(complaints).toEqual([]);
});

it('names the part of a question that is wrong', async () => {
  await page.goto(`${h.url}/hunt/`);
  await found(EVENTS);
  await page.getByRole('combobox', { name: 'Question' }).fill('user.name = ');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await page.locator('.hunt-wrong').waitFor();
  expect(complaints).toEqual([]);
});

it('shows whatever attackers wrote as text', async () => {
  await page.goto(`${h.url}/hunt/?order=oldest&q=user.name+!%3D+root`);
  await page.getByTestId('event').first().waitFor();
  await page.getByRole('button', { name: 'All fields of this event' }).first().click();
  expect(await page.evaluate('window.__pwned')).toBeUndefined();
  expect(complaints).toEqual([]);
});

it('makes a rule of a question, tries it on what is stored, and puts it into force', async () => {
  await page.goto(`${h.url}/hunt/?q=user.name+%3D+root`);
  await found(20);
  await page.getByRole('link', { name: 'Make a rule of this' }).click();
  const yaml = page.getByLabel('Sigma, YAML');
  await yaml.waitFor();
  const text = await yaml.inputValue();
  await yaml.fill(text.replace('condition:', 'conditoin:'));
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByTestId('faults').waitFor();
  await yaml.fill(text.replace(/^title: .*$/m, 'title: Root is tried'));
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByTestId('trial').getByText(`20 of ${EVENTS} events meet it.`).waitFor();
  await page.getByLabel('Name of this text').fill('root-tried');
  await page.getByLabel('Why, for whoever comes later').fill('nobody signs in as root');
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page.getByText('In force from the next event on: 1 rule.').waitFor();
  await page.getByRole('link', { name: 'See it among the rules' }).click();
  await page.getByRole('heading', { name: 'Root is tried' }).waitFor();
  // The browser itself reports nothing of it; the list has it as one's own.
  await page.goto(`${h.url}/rules/?q=root+is+tried`);
  await expect.poll(() => page.getByTestId('rule').allTextContents()).toEqual([expect.stringContaining('your own')]);
  await page.getByTestId('own-rules').getByText('root-tried').waitFor();
  expect(complaints).toEqual([]);
});

it('turns a rule off with a reason, which its history keeps, and on again', async () => {
  const response = await h.call('GET', '/api/v1/rules?text=reverse%20shell', { cookie });
  const { rules } = (await response.json()) as { rules: RuleCard[] };
  await page.goto(`${h.url}/rule/?id=${rules[0]!.id}`);
  await page.getByRole('heading', { name: 'Reverse shell' }).waitFor();
  await page.getByLabel('Why').fill('our own exercise');
  await page.getByLabel('For how long').selectOption('A day');
  await page.getByRole('button', { name: 'Turn it off' }).click();
  await page.getByText('off until').waitFor();
  await page.getByRole('listitem').filter({ hasText: 'turned it off' }).getByText('our own exercise').waitFor();
  await page.goto(`${h.url}/rules/?enabled=false`);
  await expect
    .poll(() => page.getByTestId('rule').allTextContents())
    .toEqual([expect.stringContaining('Reverse shell')]);
  await page.getByRole('link', { name: 'Reverse shell' }).click();
  await page.getByLabel('Why').fill('it is over');
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByRole('listitem').filter({ hasText: 'turned it on' }).waitFor();
  expect(complaints).toEqual([]);
});

it('removes a text of one’s own once it was said why, and refuses one that somebody else has changed meanwhile', async () => {
  const put = async (ifMatch: string | undefined, title: string): Promise<number> => {
    const text = `title: ${title}\nid: 0b7e1f3a-54d2-4c25-9a63-0d2f6f0a7b11\nlogsource: {}\ndetection: { selection: { user.name: x }, condition: selection }\nlevel: low\n`;
    const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch };
    return (await h.call('PUT', '/api/v1/own-rules/mine', { cookie, headers, body: { text, reason: 'test' } })).status;
  };
  expect(await put(undefined, 'First')).toBe(201);
  await page.goto(`${h.url}/rule-editor/?name=mine`);
  const yaml = page.getByLabel('Sigma, YAML');
  await expect.poll(() => yaml.inputValue()).toContain('First');
  expect(await put('*', 'Second')).toBe(200);
  await page.getByLabel('Why, for whoever comes later').fill('no use');
  await page.getByRole('button', { name: /^Remove/ }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await page.locator('.notice.bad').waitFor();
  await page.reload();
  await expect.poll(() => yaml.inputValue()).toContain('Second');
  await page.getByLabel('Why, for whoever comes later').fill('no use');
  await page.getByRole('button', { name: /^Remove/ }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await page.getByText('None yet. A question in Hunt').waitFor();
  // The browser itself reports the 412.
  expect(complaints.filter((one) => !one.includes('412'))).toEqual([]);
});
