/** Questions to stored events, and rules made of them, as a person asks and makes them in a browser. The rules are real. */
import { readFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import type { ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { HOSTILE_TEXTS } from '@netsentinel/testkit/sample-incidents';
import { huntFields } from '../../surface/console/text/en/hunt-fields.ts';
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

it('asks with what is offered by keyboard, narrows by top values, and keeps it all in the address', async () => {
  await page.goto(`${h.url}/hunt/`);
  await found(EVENTS);
  const field = page.getByRole('combobox', { name: 'Question' });
  const choose = async (typed: string, option: string): Promise<void> => {
    await field.pressSequentially(typed);
    await page.getByRole('option', { name: option, exact: true }).waitFor();
    const chosen = page.getByRole('option', { name: option, exact: true, selected: true });
    for (let n = 0; n < 12 && (await chosen.count()) === 0; n++) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
  };
  await choose('user.na', `user.name ${huntFields['user.name']}`);
  await choose('', '=');
  await choose('ro', 'root 20×');
  expect(await field.inputValue()).toBe('user.name = root ');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Enter');
  await found(20);
  const top = page.getByRole('region', { name: 'source.ip' });
  await top.getByRole('button', { name: '198.51.100.1', exact: true }).click();
  await found(6);
  const link = page.url();
  await page.goBack();
  await found(20);
  await top.getByRole('button', { name: 'Without source.ip = 198.51.100.1', exact: true }).click();
  await found(14);
  expect(await field.inputValue()).toBe('user.name = root and source.ip != 198.51.100.1');
  await page.goto(link);
  await found(6);
  expect(complaints).toEqual([]);
});

it('narrows the time by marking it in the chart, and as a link names it', async () => {
  await page.goto(`${h.url}/hunt/?range=1h`);
  await found(EVENTS);
  const chart = page.locator('.brush');
  await page.locator('.brush canvas').waitFor();
  const { x, y, width, height } = (await chart.boundingBox())!;
  await page.mouse.move(x + width * 0.8, y + height / 2);
  await page.mouse.down();
  await page.mouse.move(x + width - 2, y + height / 2, { steps: 4 });
  await page.mouse.up();
  await page.waitForURL(/[?&]from=\d+&to=\d+/);
  const few = page.getByText(/^([1-9]|1\d) events$/);
  await few.waitFor();
  const said = await few.textContent();
  await page.reload();
  await page.getByText(said!, { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Back to a range' }).click();
  await found(EVENTS);
  const now = Date.now();
  await page.goto(`${h.url}/hunt/?from=${now - 86_400_000}&to=${now + 60_000}`);
  await found(EVENTS);
  expect(complaints).toEqual([]);
});

it('keeps a search for this account under a name, and exports what was asked', async () => {
  await page.goto(`${h.url}/hunt/?q=user.name+%3D+root`);
  await found(20);
  await page.getByLabel('Name', { exact: true }).fill(HOSTILE);
  await page.getByRole('button', { name: 'Save this search' }).click();
  await page.goto(`${h.url}/hunt/`);
  await found(EVENTS);
  await page.getByRole('link', { name: HOSTILE }).click();
  await found(20);
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'NDJSON' }).click()]);
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as Event).user?.name)).toEqual(Array.from({ length: 20 }, () => 'root'));
  expect(complaints).toEqual([]);
});

it('teaches what to do where nothing is found', async () => {
  await page.goto(`${h.url}/hunt/?from=1000&to=2000`);
  await page.getByText('No event meets this.').waitFor();
  await page.getByRole('button', { name: 'Look at the last 30 days' }).click();
  await found(EVENTS);
  await page.getByRole('button', { name: 'What was typed or run' }).click();
  await expect
    .poll(() => page.getByRole('combobox', { name: 'Question' }).inputValue())
    .toContain('process.command_line');
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
  await found(10);
  await page.getByTestId('event').first().waitFor();
  await page.getByRole('button', { name: 'All fields of this event' }).last().click();
  const opened = page.locator('.hunt-open');
  await opened.getByText(HOSTILE, { exact: true }).first().waitFor();
  await opened.getByRole('button', { name: /^Without user\.name = / }).click();
  await found(9);
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
