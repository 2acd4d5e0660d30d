/** Response as people meet it: a plan before each word, measures of their own, and runs of playbooks that ask. The enforcer is played. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Action } from '@netsentinel/contracts/action';
import { Playbook } from '@netsentinel/contracts/playbook';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { NO_RESPONSE, PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { faintTexts, launchBrowser, watchedPage } from '@netsentinel/testkit/browser';
import { runFixture } from '@netsentinel/testkit/contracts/playbook-book.cases';
import { HOSTILE_TEXTS, sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';

const consoleRoot = join(import.meta.dirname, '../../surface/console/out');
const HOSTILE = HOSTILE_TEXTS.join(' ').slice(0, 400);
const incident = sampleIncident('i1', Date.now(), { status: 'open', sessions: [] });

let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];
let asked: unknown[];
let refused: string | undefined;
let wording: string;

beforeAll(async () => {
  if (!existsSync(join(consoleRoot, 'response/index.html'))) throw new Error('the console is not built: npm run setup');
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  asked = [];
  refused = undefined;
  wording = 'nft add element inet netsentinel blocked4 { 203.0.113.77 timeout 1h }';
  h = await startApi({
    consoleRoot,
    response: {
      ...NO_RESPONSE,
      plan: async (what) => {
        asked.push(['plan', what.measure, what.target]);
        return {
          ...(await NO_RESPONSE.plan(what)),
          ...(refused === undefined ? {} : { refused }),
          ask: ['it would cut off 3.0 % of the usual traffic'],
          responders: [
            {
              responder: 'nftables',
              mode: 'enforce',
              asks: true,
              holds: false,
              available: true,
              block: [wording],
              unblock: ['nft delete element …'],
            },
          ],
        };
      },
      blastRadius: async (target) => ({
        target,
        days: 14,
        events: 42,
        ofAll: 1400,
        onDays: 3,
        accounts: [{ name: wording.slice(0, 200), events: 40 }],
        services: [{ name: 'port 443', events: 2 }],
        addresses: [],
      }),
      order: async (what, by) => {
        asked.push(['order', what, by]);
        const action = sampleBlock('a-new', incident, Date.now(), { measure: what.measure, reason: what.reason, by });
        await putAction(action);
        return action;
      },
      decide: async (id, word, reason, by) => {
        asked.push([word, id, reason, by]);
        const action = (await h.state.read.action(id))!;
        const status = word === 'deny' ? 'refused' : reason === 'while it fails' ? 'failed' : 'verified';
        const detail = status === 'failed' ? 'nft is busy' : `it is ${status}`;
        await putAction({ ...action, status, detail });
        return { status, detail };
      },
    },
    playbooks: {
      list: () => [],
      answer: async (id, { word, by }) => {
        asked.push([word, id, by]);
        if (word === 'deny')
          throw new NetSentinelError('PLAYBOOK_NOT_ASKED_OF_YOU', 'user', 'only console:eve may answer');
        const run = (await h.state.read.playbookRun(id))!;
        const done = {
          ...run,
          status: 'done' as const,
          steps: run.steps.map((s) => ({ ...s, status: 'done' as const })),
        };
        await h.state.transaction((tx) => tx.putPlaybookRun(done));
        return done;
      },
    },
  });
  ({ page, complaints } = await watchedPage(browser));
  await h.state.transaction((tx) => tx.putIncident(incident));
  await page.goto(h.url + (await h.api.firstRunPath())!);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('live', { exact: true }).waitFor();
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

async function putAction(action: Action): Promise<void> {
  await h.state.transaction((tx) => tx.putAction(action));
  h.api.live.action(action);
}

/** The tag and the label of what has the focus. */
const focused = (): Promise<string> =>
  page.evaluate('document.activeElement.tagName + " " + (document.activeElement.getAttribute("aria-label") ?? "")');

const waiting = (id: string, change: Partial<Action> = {}): Action =>
  sampleBlock(id, incident, Date.now(), { status: 'awaiting-approval', detail: 'mode: approve', ...change });

async function putRun(id: string, question = 'Hold them for a day?'): Promise<void> {
  const playbook = Playbook.parse({
    id: 'ask-first',
    version: 1,
    title: 'Ask before holding them',
    when: { condition: 'x' },
    steps: [{ note: 'Seen.' }, { id: 'ask', approve: { question } }],
  });
  const steps = [
    { path: '1', status: 'done' as const, attempts: 1 },
    { path: '2', status: 'running' as const, attempts: 1, dueAt: Date.now() + 3_600_000 },
  ];
  await h.state.transaction((tx) =>
    tx.putPlaybookRun(runFixture(id, { playbook, status: 'running', steps, startedAt: Date.now() })),
  );
}

describe('what waits for a person', () => {
  it('is approved from the incident’s page after its plan was shown', async () => {
    await putAction(waiting('a1'));
    await page.goto(`${h.url}/incident/?id=i1`);
    await page.getByRole('button', { name: 'Approve or refuse…' }).click();
    const plan = page.getByTestId('plan');
    await plan.getByText(wording).first().waitFor();
    await plan.getByText('42 usual events').waitFor();
    await plan.getByText('it would cut off 3.0 % of the usual traffic').waitFor();
    expect(asked).toEqual([['plan', 'block', incident.addresses[0]]]);
    await page.getByLabel('Why, for the audit').fill('it is a bot');
    await page.getByRole('button', { name: /^Approve / }).click();
    await page.getByText('Blocked, seen in the kernel').waitFor();
    expect(asked.at(-1)).toEqual(['approve', 'a1', 'it is a bot', 'console:admin']);
    expect(complaints).toEqual([]);
  });

  it('and fails at first once it is approved is told as approved, though it waits no more', async () => {
    for (const path of ['/response/', '/incident/?id=i1']) {
      await putAction(waiting('a1'));
      await page.goto(h.url + path);
      await page.getByRole('button', { name: 'Approve or refuse…' }).click();
      await page.getByLabel('Why, for the audit').fill('while it fails');
      await page.getByRole('button', { name: /^Approve / }).click();
      await page.getByTestId('decision').waitFor({ state: 'detached' });
      await page.getByText(/is approved, but failed: nft is busy\. A responder that was down makes it/).waitFor();
    }
    expect(complaints).toEqual([]);
  });

  it('is listed with that of others, and refused by keyboard alone', async () => {
    await putAction(waiting('a1'));
    await page.getByRole('link', { name: 'Response' }).click();
    await page.getByTestId('waiting').getByText('Waiting for a person to approve it').waitFor();
    const button = page.getByRole('button', { name: 'Approve or refuse…' });
    await button.focus();
    await page.keyboard.press('Enter');
    const reason = page.getByLabel('Why, for the audit');
    await reason.waitFor();
    expect(await focused()).toBe('INPUT ');
    await page.keyboard.press('Escape');
    await button.waitFor();
    expect(await focused()).toMatch(/^BUTTON Approve or refuse…/);
    await page.keyboard.press('Enter');
    await page.getByTestId('plan').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText('Nothing waits.').waitFor();
    expect(asked.at(-1)).toEqual(['deny', 'a1', '', 'console:admin']);
    expect(complaints).toEqual([]);
  });

  it('of a playbook is answered, and who may not is told so', async () => {
    await putRun('run-1');
    await page.goto(`${h.url}/incident/?id=i1`);
    const run = page.getByTestId('run');
    await run.getByText('Hold them for a day?').waitFor();
    await run.getByText('ask (approve): running').waitFor();
    await run.getByRole('button', { name: /^Refuse / }).click();
    await run.getByText('only console:eve may answer').waitFor();
    await run.getByRole('button', { name: /^Approve / }).click();
    await run.getByText(/^done, began/).waitFor();
    expect(asked).toEqual([
      ['deny', 'run-1', 'console:admin'],
      ['approve', 'run-1', 'console:admin'],
    ]);
    // The browser itself reports the 403.
    expect(complaints.filter((c) => !c.includes('403'))).toEqual([]);
  });
});

describe('a measure of one’s own', () => {
  it('is ordered as it was planned, and nothing else', async () => {
    await page.goto(`${h.url}/incident/?id=i1`);
    await page.getByRole('button', { name: 'Take a measure…' }).click();
    const form = page.getByRole('form', { name: 'Take a measure' });
    expect(await form.getByLabel('About which address or network').inputValue()).toBe(incident.addresses[0]);
    await form.getByLabel('What to do').selectOption('redirect');
    await form.getByLabel('Why, for the audit').fill('let them play');
    const show = form.getByRole('button', { name: 'Show what it would do' });
    await show.click();
    const order = form.getByRole('button', { name: /^Redirect .* to a decoy for an hour$/ });
    await order.waitFor();
    // Another length of time is another plan.
    await form.getByLabel('For how long').selectOption('a day');
    expect(await order.count()).toBe(0);
    await show.click();
    await form.getByRole('button', { name: /for a day$/ }).click();
    await page.getByText('Redirected to a decoy').first().waitFor();
    expect(asked.at(-1)).toEqual([
      'order',
      {
        measure: 'redirect',
        target: incident.addresses[0],
        ttlMs: 86_400_000,
        reason: 'let them play',
        incident: 'i1',
      },
      'console:admin',
    ]);
    expect(complaints).toEqual([]);
  });

  it('that would be refused cannot be ordered', async () => {
    refused = 'the target is protected: this machine';
    await page.goto(`${h.url}/response/`);
    await page.getByRole('button', { name: 'Take a measure…' }).click();
    await page.getByLabel('About which address or network').fill('198.18.9.9');
    await page.keyboard.press('Enter');
    await page.getByText('The enforcer would refuse it: the target is protected: this machine').waitFor();
    expect(await page.getByRole('button', { name: /^Block / }).count()).toBe(0);
    await page.getByLabel('About which address or network').fill('not an address');
    await page.keyboard.press('Enter');
    await page.getByText('target: not an address, nor a network in CIDR form').waitFor();
    expect(complaints.filter((c) => !c.includes('400'))).toEqual([]);
  });

  it('is not offered to who may not order', async () => {
    await putAction(waiting('a1'));
    await page.context().addCookies([await cookieOf('read-only')]);
    await page.goto(`${h.url}/incident/?id=i1`);
    await page.getByTestId('response').getByText('Waiting for a person to approve it').waitFor();
    expect(await page.getByRole('button', { name: /measure|Approve/ }).count()).toBe(0);
  });
});

async function cookieOf(role: 'read-only'): Promise<{ name: string; value: string; url: string }> {
  const [name, value] = (await h.signInAs(role)).split('=');
  return { name: name!, value: value!, url: h.url };
}

describe('looks', () => {
  for (const colorScheme of ['dark', 'light'] as const)
    it(`legible in ${colorScheme} on a phone, whatever texts there are`, async () => {
      wording = HOSTILE;
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 390, height: 844 });
      await putAction(waiting('a1', { reason: HOSTILE, detail: HOSTILE }));
      await putRun('run-1', HOSTILE);
      for (const path of ['/incident/?id=i1', '/response/']) {
        await page.goto(h.url + path);
        await page.getByTestId('run').waitFor();
        await page.getByRole('button', { name: 'Approve or refuse…' }).click();
        await page.getByTestId('plan').waitFor();
        await page.getByRole('button', { name: 'Take a measure…' }).click();
        await page.getByRole('button', { name: 'Show what it would do' }).waitFor();
        expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 390]);
        expect([path, await faintTexts(page)]).toEqual([path, []]);
        expect([path, await page.evaluate('window.__pwned')]).toEqual([path, undefined]);
        expect([
          path,
          await page.evaluate(
            String.raw`/[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u001b]/.test(document.body.innerText)`,
          ),
        ]).toEqual([path, false]);
      }
      expect(complaints).toEqual([]);
    });
});
