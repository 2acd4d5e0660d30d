/** Rules, read, tried, turned off and written in a browser. Those that come with the product are real. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { RuleCard } from '@netsentinel/contracts/rule-card';
import type { ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { signedIn, signInTo, startWorld } from './pages.ts';

const EVENTS = 12;
const HOSTILE = '<img src=x onerror="window.__pwned=1">';
const FIRST_ID = '0b7e1f3a-54d2-4c25-9a63-0d2f6f0a7b11';
const SECOND_ID = '8d5b3c52-0a41-4f0e-9c8f-2f0b8d6f1c22';

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

/** A third of them ask for what nobody should. */
async function fill(world: ApiHarness): Promise<void> {
  const now = Date.now();
  const events = Array.from({ length: EVENTS }, (_, n) =>
    eventFixture(n, {
      '@timestamp': new Date(now - (n + 1) * 60_000).toISOString(),
      url: { original: n % 3 === 0 ? '/HNAP1' : '/' },
      user: { name: n % 2 === 0 ? 'x' : 'y' },
      message: HOSTILE,
    }),
  );
  await world.events.append(events, []);
}

function ruleText(title: string, id = FIRST_ID, user = 'x'): string {
  return `title: '${title}'\nid: ${id}\nlogsource: {}\ndetection: { selection: { user.name: ${user} }, condition: selection }\nlevel: low\n`;
}

async function put(text: string, ifMatch?: string): Promise<number> {
  const headers = ifMatch === undefined ? {} : { 'if-match': ifMatch };
  const body = { text, reason: `because of ${HOSTILE}` };
  return (await h.call('PUT', '/api/v1/own-rules/mine', { cookie, headers, body })).status;
}

async function idOf(title: string): Promise<string> {
  const response = await h.call('GET', `/api/v1/rules?text=${encodeURIComponent(title)}`, { cookie });
  return ((await response.json()) as { rules: RuleCard[] }).rules[0]!.id;
}

const titles = (): Promise<string[]> => page.getByTestId('rule').getByRole('link').allTextContents();
const shown = (n: number): Promise<void> =>
  page.getByText(n === 1 ? '1 rule' : `${n} rules`, { exact: true }).waitFor();
/** Of a version, or of rules, that there are no more the browser itself tells. */
const unexpected = (): readonly string[] => complaints.filter((one) => !/status of (404|412|428)/.test(one));

it('finds rules by words, level and technique, and keeps the view in the address', async () => {
  await page.goto(`${h.url}/rules/`);
  await page.getByRole('searchbox', { name: 'Search' }).fill('web shell');
  await shown(1);
  expect(await titles()).toEqual(['Call to a web shell']);
  await page.reload();
  await shown(1);
  await page.getByRole('button', { name: 'T1505.003' }).click();
  await page.getByRole('searchbox', { name: 'Search' }).fill('');
  await page.getByRole('button', { name: 'Technique: T1505.003' }).waitFor();
  await expect.poll(() => new URL(page.url()).search).toBe('?technique=T1505.003');
  await page.getByLabel('Level').selectOption('low');
  await page.getByText('No rule meets this.').waitFor();
  expect(complaints).toEqual([]);
});

it('tries a rule on what is stored, and leads to what it would have found', async () => {
  await page.goto(`${h.url}/rule/?id=${await idOf('Path of a widely exploited flaw')}`);
  await page.getByRole('link', { name: /^T1190/ }).waitFor();
  await page.getByRole('button', { name: 'Try it' }).click();
  const trial = page.getByTestId('trial');
  // They are of no web server: the rule is for its logs.
  await trial.getByText(/^\d+ of 12 events meet it\.$/).waitFor();
  await page.getByRole('link', { name: 'Make one of your own of this' }).click();
  const yaml = page.getByLabel('Sigma, YAML');
  await yaml.fill(
    (await yaml.inputValue()).replace("category: 'webserver'", '{}').replace(/logsource:\s+\{\}/, 'logsource: {}'),
  );
  await page.getByRole('button', { name: 'Try it' }).click();
  await trial.getByText('4 of 12 events meet it.').waitFor();
  await trial.getByRole('link', { name: HOSTILE }).first().click();
  await page.getByText('1 event', { exact: true }).waitFor();
  expect(await page.evaluate('window.__pwned')).toBeUndefined();
  expect(complaints).toEqual([]);
});

it('turns a rule off with a reason, which its history keeps, and on again', async () => {
  await page.goto(`${h.url}/rule/?id=${await idOf('reverse shell')}`);
  await page.getByRole('heading', { name: 'Reverse shell' }).waitFor();
  await page.getByLabel('Why').fill(HOSTILE);
  await page.getByLabel('For how long').selectOption('A day');
  await page.getByRole('button', { name: 'Turn it off' }).click();
  await page.locator('.badge', { hasText: 'off until' }).waitFor();
  await page.getByRole('listitem').filter({ hasText: 'turned it off until' }).getByText(HOSTILE).waitFor();
  await page.goto(`${h.url}/rules/?enabled=false`);
  await shown(1);
  await page.getByRole('link', { name: 'Reverse shell' }).click();
  await page.getByLabel('Why').fill('it is over');
  await page.getByRole('button', { name: 'Turn it on' }).click();
  await page.getByRole('listitem').filter({ hasText: 'turned it on' }).waitFor();
  expect(complaints).toEqual([]);
});

it('has a rule leave something alone, for what was said', async () => {
  const id = await idOf('Path of a widely exploited flaw');
  await page.goto(`${h.url}/rule/?id=${id}`);
  await page.getByRole('button', { name: 'Leave something alone' }).click();
  const form = page.getByRole('form', { name: 'Leave something alone' });
  await form.getByLabel('Comparison').selectOption('is in the network');
  await form.getByLabel('Values').fill('192.0.2.0/24\n198.51.100.7/32');
  await form.getByRole('button', { name: 'And…' }).click();
  await form.getByLabel('Values').nth(1).fill(HOSTILE);
  await form.getByLabel('Why').fill('our own scanner');
  await form.getByRole('button', { name: 'Leave it alone' }).click();
  const exception = page.getByTestId('exception');
  await exception.getByText(`user.name: ${HOSTILE}`).waitFor();
  const kept = (await (await h.call('GET', `/api/v1/exceptions?rule=${id}`, { cookie })).json()) as {
    exceptions: { where: unknown }[];
  };
  expect(kept.exceptions.map(({ where }) => where)).toEqual([
    { 'source.ip|cidr': ['192.0.2.0/24', '198.51.100.7/32'], 'user.name': [HOSTILE] },
  ]);
  await exception.getByRole('button', { name: 'End this exception' }).waitFor();
  expect(complaints).toEqual([]);
});

it('writes rules from a template, tries one of several, and names the line that is wrong', async () => {
  await page.goto(`${h.url}/rules/`);
  await page.getByRole('link', { name: 'New rule' }).click();
  const yaml = page.getByLabel('Sigma, YAML');
  await page.getByLabel('Begin with').selectOption('Something often, from one address');
  expect(await yaml.inputValue()).toContain('correlation:');
  await page.getByLabel('Name of this text').fill('often');
  await page.getByLabel('Why, for whoever comes later').fill('a test');
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page.getByText('In force from the next event on: 2 rules.').waitFor();
  await yaml.fill(`${ruleText('Of x')}---\n${ruleText('Of y', SECOND_ID, 'y')}`);
  await page.getByLabel('Which rule').selectOption('Of y');
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('6 of 12 events meet it.').waitFor();
  await yaml.fill(
    `${ruleText('Of x')}---\n${ruleText('Of y', SECOND_ID, 'y').replace('condition: selection', 'condition: nothing')}`,
  );
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page
    .getByTestId('faults')
    .getByRole('button', { name: /^Line (9|10|11)$/ })
    .waitFor();
  // The browser itself tells of the 422.
  expect(complaints.filter((one) => !one.includes('status of 422'))).toEqual([]);
});

it('shows both versions where somebody else was first, and takes which of them is to stay', async () => {
  expect(await put(ruleText('First'))).toBe(201);
  await page.goto(`${h.url}/rule/?id=${FIRST_ID}`);
  await page.getByRole('link', { name: 'Edit or remove it' }).click();
  const yaml = page.getByLabel('Sigma, YAML');
  await expect.poll(() => yaml.inputValue()).toContain('First');
  expect(await put(ruleText(HOSTILE), '*')).toBe(200);
  await yaml.fill(ruleText('Mine'));
  await page.getByLabel('Why, for whoever comes later').fill('mine is better');
  await page.getByRole('button', { name: 'Put into force' }).click();
  const conflict = page.getByTestId('conflict');
  await conflict.getByText('Theirs', { exact: true }).click();
  await conflict.getByText(HOSTILE).last().waitFor();
  expect(await yaml.inputValue()).toContain('Mine');
  await conflict.getByRole('button', { name: 'Keep mine' }).click();
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page.getByText('In force from the next event on: 1 rule.').waitFor();
  // Removed by somebody else while it was open.
  expect(
    (await h.call('DELETE', '/api/v1/own-rules/mine?reason=gone', { cookie, headers: { 'if-match': '*' } })).status,
  ).toBe(204);
  await yaml.fill(ruleText('Mine again'));
  await page.getByRole('button', { name: 'Put into force' }).click();
  await conflict.getByRole('button', { name: 'Put mine as new ones' }).click();
  await page.getByRole('button', { name: 'Put into force' }).click();
  await page.getByText('In force from the next event on: 1 rule.').waitFor();
  // Whoever takes a name that is taken is told whose it is.
  await page.goto(`${h.url}/rule-editor/`);
  await page.getByLabel('Name of this text').fill('mine');
  await page.getByLabel('Why, for whoever comes later').fill('a new one');
  await page.getByRole('button', { name: 'Put into force' }).click();
  await conflict.getByRole('link', { name: 'mine' }).click();
  await expect.poll(() => yaml.inputValue()).toContain('Mine again');
  await page.getByLabel('Why, for whoever comes later').fill('no use');
  await page.getByRole('button', { name: /^Remove/ }).click();
  await page.getByRole('button', { name: 'Remove it' }).click();
  await page.getByText('None yet. A question in Hunt').waitFor();
  expect(await page.evaluate('window.__pwned')).toBeUndefined();
  expect(unexpected()).toEqual([]);
});

it('lets a reader read and try, and shows nothing that their role may not do', async () => {
  await put(ruleText('Readable'));
  const reader = await h.signInAs('read-only');
  await signInTo(page.context(), h, reader);
  await page.goto(`${h.url}/rules/`);
  await page.getByTestId('own-rules').waitFor();
  expect(await page.getByRole('link', { name: 'New rule' }).count()).toBe(0);
  await page.goto(`${h.url}/rule/?id=${FIRST_ID}`);
  await page.getByRole('button', { name: 'Try it' }).click();
  await page.getByText('6 of 12 events meet it.').waitFor();
  for (const name of ['Turn it off', 'Edit or remove it', 'Make one of your own of this', 'Leave something alone'])
    expect(await page.getByText(name).count()).toBe(0);
  await page.goto(`${h.url}/rule-editor/?name=mine`);
  await page.getByText('Your role may try a rule').waitFor();
  expect(await page.getByRole('button', { name: 'Put into force' }).count()).toBe(0);
  expect(complaints).toEqual([]);
});
