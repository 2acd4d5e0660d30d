/** People's work on an incident as they meet it: two of them, at the same time. What keeps the work is played. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { noWork, type IncidentWork } from '@netsentinel/contracts/casework';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { PASSWORD, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { faintTexts, launchBrowser, watchedPage } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS, sampleIncident } from '@netsentinel/testkit/sample-incidents';

const consoleRoot = join(import.meta.dirname, '../../surface/console/out');

let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];
/** What is stored is not told live. */
let isSilent: boolean;

beforeAll(async () => {
  if (!existsSync(join(consoleRoot, 'response/index.html'))) throw new Error('the console is not built: npm run setup');
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  isSilent = false;
  h = await startApi({
    consoleRoot,
    casework: {
      change: (id, { version, assignee, status, reason }, by) =>
        put(id, version, (work) => {
          const { assignee: before, ...rest } = work;
          const after = assignee === undefined ? before : (assignee ?? undefined);
          return {
            ...rest,
            ...(after === undefined ? {} : { assignee: after }),
            ...(status === undefined ? {} : { status }),
            entries: [
              ...work.entries,
              status === 'closed'
                ? { at: Date.now(), by, kind: 'status', status, reason: reason ?? '' }
                : { at: Date.now(), by, kind: 'assigned', ...(after === undefined ? {} : { to: after }) },
            ],
          };
        }),
      note: (id, text, by) =>
        put(id, undefined, (work) => ({
          ...work,
          entries: [...work.entries, { at: Date.now(), by, kind: 'note', text }],
        })),
      merge: (id, { version, into }, by) =>
        put(id, version, (work) => ({
          ...work,
          status: 'closed',
          mergedInto: into,
          entries: [...work.entries, { at: Date.now(), by, kind: 'merged-into', incident: into }],
        })),
    },
  });
  ({ page, complaints } = await watchedPage(browser));
  await h.state.transaction(async (tx) => {
    await tx.putIncident(sampleIncident('i1', Date.now(), { status: 'open', sessions: [] }));
    await tx.putIncident(sampleIncident('i2', Date.now(), { status: 'open', sessions: [] }));
  });
  await page.goto(h.url + (await h.api.firstRunPath())!);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('live', { exact: true }).waitFor();
  await page.goto(`${h.url}/incident/?id=i1`);
  await panel().getByText('Nobody has it.').waitFor();
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

async function put(
  id: string,
  version: number | undefined,
  change: (work: IncidentWork) => IncidentWork,
): Promise<IncidentWork> {
  const before = (await h.state.read.work(id)) ?? noWork(id);
  if (version !== undefined && version !== before.version)
    throw new NetSentinelError('WORK_CHANGED', 'user', 'Somebody has changed it meanwhile: look at it again first.');
  const work = { ...change(before), version: before.version + 1 };
  await h.state.transaction((tx) => tx.putWork(work));
  if (!isSilent) h.api.live.work({ incident: id, status: work.status, version: work.version });
  return work;
}

const panel = (): ReturnType<Page['locator']> => page.getByTestId('work');

describe('work on an incident', () => {
  it('is taken, noted, seen live, and closed with a reason', async () => {
    await panel().getByRole('button', { name: 'Take it' }).click();
    await panel().getByText('admin has it.').waitFor();
    await panel().getByText('in work', { exact: true }).waitFor();
    await panel().getByRole('textbox', { name: 'Note' }).fill('asked the <b>hoster</b>');
    await panel().getByRole('button', { name: 'Add the note' }).click();
    await panel().getByTestId('work-history').getByText('asked the <b>hoster</b>').waitFor();
    await put('i1', undefined, (work) => ({
      ...work,
      entries: [...work.entries, { at: Date.now(), by: 'console:eve', kind: 'note', text: 'they answered' }],
    }));
    await panel().getByText('they answered').waitFor();
    await panel().getByRole('button', { name: 'Close…' }).click();
    const sure = panel().getByRole('button', { name: 'Close it' });
    expect(await sure.isDisabled()).toBe(true);
    await panel().getByLabel('Why').fill('dealt with');
    await sure.click();
    await panel().getByText('Closed: dealt with').waitFor();
    await panel().getByRole('button', { name: 'Open again' }).waitFor();
    expect((await h.state.read.work('i1'))?.entries.map(({ by }) => by)).toEqual([
      'console:admin',
      'console:admin',
      'console:eve',
      'console:admin',
    ]);
    expect(complaints).toEqual([]);
  });

  it('is given to another account by who may see accounts', async () => {
    await h.signInAs('analyst');
    await h.signInAs('read-only');
    await page.reload();
    await panel().getByLabel('Give it to').selectOption('a-analyst');
    await panel().getByText('a-analyst has it.').waitFor();
    expect(await panel().getByLabel('Give it to').locator('option').allTextContents()).toEqual([
      'Give it to…',
      'a-analyst',
      'admin',
    ]);
    expect((await h.state.read.work('i1'))?.assignee).toBe('a-analyst');
    expect(complaints).toEqual([]);
  });

  it('that somebody else has taken meanwhile is not taken from them unseen', async () => {
    isSilent = true;
    // A page that connects asks anew, perhaps only now: until it changes something it shall have seen nothing of eve.
    let isUnseen = true;
    await page.route('**/api/v1/incidents/i1/work', (route) => {
      if (route.request().method() !== 'GET') isUnseen = false;
      return isUnseen ? route.fulfill({ json: noWork('i1') }) : route.continue();
    });
    await put('i1', 0, (work) => ({ ...work, assignee: 'eve', status: 'in-work' }));
    await panel().getByRole('button', { name: 'Take it' }).click();
    await panel().getByText('Somebody has changed it meanwhile').waitFor();
    await panel().getByText('eve has it.').waitFor();
    expect((await h.state.read.work('i1'))?.assignee).toBe('eve');
    expect(complaints.filter((c) => !c.includes('412'))).toEqual([]);
  });

  it('is made a part of another, by keyboard, and leads there', async () => {
    await panel().getByRole('button', { name: 'A part of another…' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('i2');
    await page.keyboard.press('Enter');
    await panel().getByText('Made a part of i2').waitFor();
    await panel().getByRole('link', { name: 'i2' }).click();
    await page.waitForURL('**/incident/?id=i2');
    expect(complaints).toEqual([]);
  });
});

describe('looks', () => {
  for (const colorScheme of ['dark', 'light'] as const)
    it(`legible in ${colorScheme} on a phone, whatever was noted`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 390, height: 844 });
      const texts = [...HOSTILE_TEXTS, 'A'.repeat(4000)];
      await put('i1', undefined, (work) => ({
        ...work,
        assignee: HOSTILE_TEXTS[0]!,
        entries: texts.map((text) => ({
          at: Date.now(),
          by: text.slice(0, 128),
          kind: 'note',
          text: text.toWellFormed(),
        })),
      }));
      await panel().getByText('<script>').first().waitFor();
      await panel().getByRole('button', { name: 'Close…' }).click();
      await panel().getByRole('button', { name: 'Close it' }).waitFor();
      expect(await page.evaluate('[document.documentElement.scrollWidth, window.__pwned]')).toEqual([390, undefined]);
      expect(await faintTexts(page)).toEqual([]);
      expect(
        await page.evaluate(
          String.raw`/[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u001b]/.test(document.body.innerText)`,
        ),
      ).toBe(false);
      expect(complaints).toEqual([]);
    });
});
