/** The console as a person meets it: a real browser, the real API, real stores. Every page must stay free of errors and of foreign scripts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Action } from '@netsentinel/contracts/action';
import type { Exception } from '@netsentinel/contracts/exception';
import { summaryOf, type Incident } from '@netsentinel/contracts/incident';
import type { SourcesStatus } from '@netsentinel/contracts/source';
import { NO_RESPONSE, PASSWORD, SAMPLE_STATUS, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { drawnAt, faintTexts, launchBrowser, watchedPage } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS, hostileIncident, sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';

const consoleRoot = join(import.meta.dirname, '../../surface/console/out');
const HEADER = '{"version":2,"width":80,"height":24}\n';

let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];
let blocks: number;
let sources: SourcesStatus;
let revert: (id: string) => Promise<boolean>;
let dismissals: NonNullable<NonNullable<Parameters<typeof startApi>[0]>['dismissals']>;

beforeAll(async () => {
  if (!existsSync(join(consoleRoot, 'index.html'))) throw new Error('the console is not built: npm run setup');
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  blocks = 1;
  sources = SAMPLE_STATUS.sources;
  h = await startApi({
    consoleRoot,
    status: () => ({ ...SAMPLE_STATUS, blocksInForce: blocks, sources }),
    dismissals: {
      dismiss: (...word) => dismissals.dismiss(...word),
      endException: (...word) => dismissals.endException(...word),
    },
    response: { ...NO_RESPONSE, revert: (id) => revert(id) },
    attack: { techniques: { T1105: 'Ingress Tool Transfer' }, tactics: { TA0011: 'Command and Control' } },
  });
  ({ page, complaints } = await watchedPage(browser));
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

async function enter(): Promise<void> {
  await page.goto(h.url + (await h.api.firstRunPath())!);
  await page.getByLabel('Password').fill(PASSWORD);
  await page.keyboard.press('Enter');
  await page.getByText('Nobody has attacked yet').waitFor();
  await page.goto(`${h.url}/incidents/`);
  await page.getByText('Nobody has attacked yet').waitFor();
  await page.getByText('live', { exact: true }).waitFor();
}

async function put(...incidents: Incident[]): Promise<void> {
  await h.state.transaction(async (tx) => {
    for (const incident of incidents) await tx.putIncident(incident);
  });
  for (const incident of incidents) h.api.live.incident(summaryOf(incident));
}

/** The sessions of sample incidents are `ssh~` and their id. */
async function record(id: string): Promise<void> {
  const writer = await h.blobs.openRecording(`ssh~${id}`);
  await writer.append(Buffer.from(`${HEADER}[0.1,"o","root@web:~# "]\n`));
  await writer.close();
}

async function putAction(action: Action): Promise<void> {
  await h.state.transaction((tx) => tx.putAction(action));
  h.api.live.action(action);
}

const rows = (): ReturnType<Page['locator']> => page.getByTestId('incident');

describe('silent sources', () => {
  it('are named above the incidents while there are any', async () => {
    await enter();
    expect(await page.getByRole('status', { name: 'Silent sources' }).count()).toBe(0);
    const now = Date.now();
    const names = ['web-1 /var/log/nginx/access.log', '', HOSTILE_TEXTS[0]!, 'db-1 /var/log/postgresql.log', 'db-2'];
    const latest = names.map((source, i) => ({
      sensor: source === '' ? 'decoys' : 'web-servers',
      source,
      lastSeen: now - 600_000 * (i + 1),
      silentSince: now - 600_000 * (i + 1),
    }));
    sources = { known: 40, silent: 25, latest };
    const notice = page.getByRole('status', { name: 'Silent sources' });
    await notice.getByText('25 sources have fallen silent').waitFor();
    await notice.getByText('web-1 /var/log/nginx/access.log').waitFor();
    await notice.getByText('gives no sign of life, last heard 20 min ago').waitFor();
    expect(await notice.getByText('db-2').isVisible()).toBe(false);
    await notice.getByText('22 more').click();
    await notice.getByText('db-2').waitFor();
    await notice.getByText('and 20 others').waitFor();
    sources = SAMPLE_STATUS.sources;
    await notice.waitFor({ state: 'detached' });
    expect(complaints).toEqual([]);
  });
});

describe('the way in and out', () => {
  it('leads from the first-run link to an account, an empty queue, out and in again', async () => {
    await page.goto(h.url);
    await page.waitForURL('**/sign-in/**');
    await enter();
    await page.getByText('ssh -p 2222').waitFor();
    expect(complaints).toEqual([]);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in/');
    await page.goto(`${h.url}/incident/?id=i1`);
    await page.waitForURL('**/sign-in/?then=**');
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill('wrong password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Name or password is wrong.').waitFor();
    await page.getByLabel('Password').fill(PASSWORD);
    await record('i1');
    await put(sampleIncident('i1', Date.now()));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL('**/incident/?id=i1');
    await page.getByTestId('timeline').waitFor();
    // The browser itself reports the 401 of the wrong password.
    expect(complaints.filter((c) => !c.includes('401'))).toEqual([]);
  });

  it('leads to the door when the session ends elsewhere', async () => {
    await enter();
    const [cookie] = await page.context().cookies();
    await h.call('DELETE', '/api/v1/session', { cookie: `${cookie!.name}=${cookie!.value}` });
    await page.waitForURL('**/sign-in/**');
    expect(await page.getByRole('button').textContent()).toBe('Sign in');
  });

  it('works by keyboard alone', async () => {
    await enter();
    await record('i1');
    await put(sampleIncident('i1', Date.now()));
    await rows().first().waitFor();
    await page.reload();
    await rows().first().waitFor();
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
    const focused = (): Promise<string> => page.evaluate('document.activeElement.textContent');
    for (let i = 0; i < 50 && !(await focused()).startsWith('Brute-forced'); i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByTestId('timeline').waitFor();
    expect(complaints).toEqual([]);
  });
});

describe('the queue', () => {
  it('shows an incident while the page is open, and its changes', async () => {
    await enter();
    const incident = sampleIncident('i1', Date.now(), { title: 'Password guessing', score: 40 });
    await put(incident);
    await page.getByText('Password guessing').waitFor();
    await put({ ...incident, title: 'Now a bot', score: 90, version: 2 });
    await page.getByText('Now a bot').waitFor();
    expect(await rows().count()).toBe(1);
    expect(complaints).toEqual([]);
  });

  it('stays usable with 5,000 incidents', async () => {
    const now = Date.now();
    await put(
      ...Array.from({ length: 5_000 }, (_, i) =>
        sampleIncident(`i${i}`, now - i * 1_000, { title: `story ${i}.`, status: i % 2 === 0 ? 'open' : 'closed' }),
      ),
    );
    await page.goto(h.url + (await h.api.firstRunPath())!);
    await page.getByLabel('Password').fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: 'Incidents' }).click();
    await rows().first().waitFor();
    // Only those in sight are drawn; more come as one scrolls.
    expect(await rows().count()).toBeLessThan(60);
    await expect
      .poll(async () => {
        await page.evaluate('window.scrollTo(0, document.body.scrollHeight)');
        return Number(await rows().last().getAttribute('data-index'));
      })
      .toBeGreaterThan(150);
    await page.evaluate('window.scrollTo(0, 0)');
    await page.getByText('story 0.').waitFor();
    await page.getByLabel('Status').selectOption('closed');
    await expect.poll(() => rows().first().textContent()).toContain('story 1.');
    // Far beyond the rows that were loaded.
    await page.getByLabel('Filter').fill('STORY 4777.');
    await expect.poll(() => rows().allTextContents()).toEqual([expect.stringContaining('story 4777.')]);
    expect(complaints).toEqual([]);
  });

  it('is filtered by the server and by the same rule live, and pages with the filter', async () => {
    await enter();
    const now = Date.now();
    await put(
      ...Array.from({ length: 400 }, (_, i) =>
        sampleIncident(`i${i}`, now - i * 1_000, { title: i % 2 === 0 ? `Even ${i}.` : `Odd ${i}.` }),
      ),
    );
    await rows().first().waitFor();
    await page.getByLabel('Filter').fill('even ssh-nothing');
    await page.getByText('No such incidents.').waitFor();
    await page.getByLabel('Filter').fill('even');
    await expect.poll(() => rows().count()).toBe(100);
    await page.getByRole('button', { name: 'Load more' }).click();
    await expect.poll(() => rows().count()).toBe(200);
    expect((await rows().allTextContents()).filter((row) => !row.includes('Even'))).toEqual([]);
    expect(await page.getByRole('button', { name: 'Load more' }).count()).toBe(0);

    const late = sampleIncident('late', now + 1_000, { title: 'An even later one' });
    await put(sampleIncident('other', now + 2_000, { title: 'Odd' }), late);
    await page.getByText('An even later one').waitFor();
    expect(await rows().count()).toBe(201);
    await put({ ...late, title: 'Renamed', version: 2 });
    await expect.poll(() => rows().count()).toBe(200);

    await page.getByLabel('Filter').fill('');
    await page.getByText('Renamed').waitFor();
    expect(await rows().first().textContent()).toContain('Odd');
    expect(complaints).toEqual([]);
  });
});

describe("an incident's page", () => {
  const opened = (incident: Incident): Incident => ({
    ...incident,
    sessions: incident.sessions.map((session) => {
      const { end: _, ...open } = session;
      return open;
    }),
    timeline: incident.timeline.slice(0, 2),
  });

  it('grows with the attack, shows the terminal as it happens, then its replay', async () => {
    await enter();
    const whole = sampleIncident('i1', Date.now());
    const writer = await h.blobs.openRecording('ssh~i1');
    await writer.append(Buffer.from(`${HEADER}[0.1,"o","root@web:~# "]\n`));
    await put(opened(whole));
    await page.goto(`${h.url}/incident/?id=i1`);
    await drawnAt(page, 'root@web:~#');

    const steps = page.getByTestId('timeline').locator('li');
    expect(await steps.count()).toBe(2);
    await put({ ...opened(whole), timeline: whole.timeline.slice(0, 5), version: 2 });
    await expect.poll(() => steps.count()).toBe(5);

    // Cut inside the sign of the euro, as pieces may be.
    const bytes = Buffer.from('[0.5,"o","echo 5€ typed live"]\n');
    const cut = bytes.indexOf('€') + 1;
    for (const piece of [bytes.subarray(0, cut), bytes.subarray(cut)]) {
      h.api.live.terminal('ssh~i1', writer.bytes, piece);
      await writer.append(piece);
    }
    await drawnAt(page, 'echo 5€ typed live');

    // A piece that never arrived: the page asks for the whole again.
    await writer.append(Buffer.from('[0.6,"o","\\r\\nmissed"]\n'));
    const last = Buffer.from('[0.7,"o"," and found"]\n');
    h.api.live.terminal('ssh~i1', writer.bytes, last);
    await writer.append(last);
    await drawnAt(page, 'missed and found');

    await writer.close();
    await put({ ...whole, version: 3 });
    await page.getByTestId('replay').waitFor();
    await page.locator('.ap-overlay-start, .ap-play-button').first().click();
    await expect.poll(() => page.getByTestId('replay').textContent()).toContain('typed live');
    expect(complaints).toEqual([]);
  });

  it('shows a block and takes it back, in the head too', async () => {
    blocks = 0;
    await enter();
    await record('i1');
    const incident = sampleIncident('i1', Date.now());
    await put(incident);
    await page.goto(`${h.url}/incident/?id=i1`);
    await page.getByText('Nothing was done about this attacker.').waitFor();
    const block = sampleBlock('a1', incident, Date.now(), { status: 'planned' });
    await putAction(block);
    await page.getByText('Being sent to the enforcer').waitFor();
    const inForce = page.locator('.vital', { hasText: 'blocks in force' }).locator('dd');
    await expect.poll(() => inForce.textContent()).toBe('0');
    await putAction({ ...block, status: 'verified' });
    blocks = 1;
    await page.getByText('Blocked, seen in the kernel').waitFor();
    await expect.poll(() => inForce.textContent()).toBe('1');
    await page.getByText(/Lets go in 59 min/).waitFor();
    revert = async (id) => {
      await putAction({ ...block, id, status: 'reverted' });
      blocks = 0;
      return true;
    };
    await page.getByRole('button', { name: 'Take back' }).click();
    await page.getByText('Taken back').waitFor();
    await expect.poll(() => inForce.textContent()).toBe('0');
    expect(await page.getByRole('button', { name: 'Take back' }).count()).toBe(0);
    await putAction({ ...block, id: 'a2', measure: 'redirect', status: 'verified' });
    await page.getByText('Redirected to a decoy, seen in the kernel').waitFor();
    expect(complaints).toEqual([]);
  });

  it('says what is wrong in words', async () => {
    await enter();
    await page.goto(`${h.url}/incident/?id=none`);
    await page.getByText('There is no incident of this id.').waitFor();
    revert = async () => false;
    const incident = sampleIncident('i1', Date.now());
    await put(incident);
    await putAction(sampleBlock('a1', incident, Date.now()));
    await page.goto(`${h.url}/incident/?id=i1`);
    await page.getByRole('button', { name: 'Take back' }).click();
    await page.getByText('There is no such block, or other measure, in force.').waitFor();
    expect(complaints.filter((c) => !c.includes('404'))).toEqual([]);
  });
});

describe('hostile text', () => {
  const texts = [...HOSTILE_TEXTS, 'A'.repeat(16_384), HOSTILE_TEXTS.join(' '), `${'é'.repeat(8_000)}<script>`];

  it('in every field runs nothing, breaks nothing and moves nothing', async () => {
    await enter();
    const now = Date.now();
    await put(...texts.map((text, i) => hostileIncident(`h${i}`, text, now - i)));
    await expect.poll(() => rows().count()).toBe(texts.length);
    const check = async (where: string): Promise<void> => {
      expect([
        where,
        await page.evaluate(
          '[window.__pwned, [...document.querySelectorAll("body *")].filter((e) => document.documentElement.scrollWidth > innerWidth && e.getBoundingClientRect().right > innerWidth).map((e) => e.tagName + e.className)]',
        ),
      ]).toEqual([where, [undefined, []]]);
      expect([
        where,
        await page
          .locator('main script, main img, main iframe, main [onerror], main [onload], a[href^="javascript"]')
          .count(),
      ]).toEqual([where, 0]);
      expect([
        where,
        await page.evaluate(
          String.raw`/[\u202a-\u202e\u2066-\u2069\u0000-\u0008\u001b]/.test(document.body.innerText)`,
        ),
      ]).toEqual([where, false]);
    };
    await check('queue');
    for (let i = 0; i < texts.length; i++) {
      await putAction(
        sampleBlock(`a${i}`, hostileIncident(`h${i}`, texts[i]!, now), now, {
          reason: texts[i]!.slice(0, 1024),
          detail: texts[i]!.slice(0, 1024),
          target: texts[i]!.slice(0, 49),
        }),
      );
      await record(`h${i}`);
      await page.goto(`${h.url}/incident/?id=h${i}`);
      await page.getByTestId('timeline').waitFor();
      await page.getByText('Take back').waitFor();
      await check(`incident ${i}`);
      expect(await page.getByLabel('Session').locator('option').count()).toBeGreaterThan(1);
    }
    expect(complaints).toEqual([]);
  });

  it('in a terminal stays in the terminal', async () => {
    await enter();
    const incident = sampleIncident('i1', Date.now());
    const { end: _, ...session } = incident.sessions[0]!;
    const writer = await h.blobs.openRecording('ssh~i1');
    const lines = texts.map((text) => JSON.stringify([0.1, 'o', `${text}\r\n`]));
    const odd = [
      'not json',
      '[]',
      '[1,"o",{"a":1}]',
      '[1,"r","99999x99999"]',
      '{"width":1e9,"height":-1}',
      '[1,"r","80x24"]',
    ];
    await writer.append(
      Buffer.from(`${HEADER}${[...lines, ...odd].join('\n')}\n[1,"o","\\u001b[2J\\u001b[Hthe end"]\n`),
    );
    await put({ ...incident, sessions: [session] });
    await page.goto(`${h.url}/incident/?id=i1`);
    await drawnAt(page, 'the end');
    expect(await page.evaluate('window.__pwned')).toBeUndefined();
    await writer.close();
    expect(complaints).toEqual([]);
  });

  it('in an address is not followed', async () => {
    await enter();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL('**/sign-in/');
    await page.goto(`${h.url}/sign-in/?then=${encodeURIComponent('//evil.example/')}`);
    await page.getByLabel('Name').fill('admin');
    await page.getByLabel('Password').fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Nobody has attacked yet').waitFor();
    expect(page.url()).toBe(`${h.url}/`);
    await page.goto(`${h.url}/incident/?id=${encodeURIComponent('<script>window.__pwned=1</script>')}`);
    await page.getByText('All incidents').waitFor();
    expect(await page.evaluate('window.__pwned')).toBeUndefined();
  });
});

const exceptionOf = (incident: string, change: Partial<Exception> = {}): Exception => ({
  id: '3b241101-e2bb-4255-8caf-4136c566a962',
  rules: ['ssh-bruteforce'],
  where: { 'source.ip': ['203.0.113.77'] },
  reason: 'our backup',
  by: 'admin',
  at: new Date().toISOString(),
  until: new Date(Date.now() + 7 * 86_400_000).toISOString(),
  incident,
  ...change,
});

describe('no attack', () => {
  it('is said with a reason and for a time, is seen, and is taken back', async () => {
    await enter();
    await record('i1');
    const incident = sampleIncident('i1', Date.now(), { status: 'open' });
    await put(incident);
    dismissals = {
      dismiss: async (id, { reason, days }, by) => {
        const until = new Date(Date.now() + days * 86_400_000).toISOString();
        const exception = exceptionOf(id, { reason, by, until });
        await h.state.transaction((tx) => tx.putException(exception));
        const benign = { ...incident, status: 'benign' as const, version: 2 };
        await put(benign);
        return { incident: summaryOf(benign), exception, lifted: 0 };
      },
      endException: async (id, by) => {
        const ended = { by, at: new Date().toISOString() };
        await h.state.transaction((tx) => tx.putException(exceptionOf('i1', { id, ended })));
        return true;
      },
    };
    await page.goto(`${h.url}/incident/?id=i1`);
    await page.getByRole('button', { name: 'Not an attack…' }).click();
    const sure = page.getByRole('button', { name: 'Not an attack', exact: true });
    expect(await sure.isDisabled()).toBe(true);
    await page.getByLabel('Why it is none').fill('our nightly <b>backup</b>');
    await page.getByLabel('Leave it alone for').selectOption('a week');
    await sure.click();
    await page.getByText('“our nightly <b>backup</b>”').waitFor();
    await page.getByText('benign', { exact: true }).waitFor();
    expect(await page.getByRole('button', { name: 'Not an attack…' }).count()).toBe(0);
    await page.goto(h.url);
    await page.getByRole('link', { name: 'Exceptions' }).click();
    await page.getByText('source.ip: 203.0.113.77').waitFor();
    await page.getByRole('button', { name: 'End this exception' }).click();
    await page.getByText('Ended by admin').waitFor();
    expect(await page.getByRole('button', { name: 'End this exception' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('says so where it could not be done', async () => {
    await enter();
    await put(sampleIncident('i1', Date.now()));
    dismissals = { dismiss: async () => undefined, endException: async () => false };
    await page.goto(`${h.url}/incident/?id=i1`);
    await page.getByRole('button', { name: 'Not an attack…' }).click();
    await page.getByLabel('Why it is none').fill('x');
    await page.getByRole('button', { name: 'Not an attack', exact: true }).click();
    const alert = page.getByTestId('dismissal').getByRole('alert');
    await alert.waitFor();
    expect(await alert.textContent()).toBe('There is no incident of this id.');
  });
});

describe('known scanners', () => {
  it('are named in the queue and in the story, and can be left out or looked at alone', async () => {
    await enter();
    const now = Date.now();
    const scanner = { id: 'shodan', name: 'Shodan', kind: 'research' } as const;
    await put(
      sampleIncident('scan', now, { scanner, title: 'Shodan, a research scanner: probe', sessions: [] }),
      sampleIncident('i2', now),
    );
    await expect.poll(() => rows().count()).toBe(2);
    await page.getByLabel('Who').selectOption('No known scanners');
    await expect.poll(() => rows().count()).toBe(1);
    await put(sampleIncident('later', now, { scanner }), sampleIncident('i3', now));
    await expect.poll(() => rows().count()).toBe(2);
    expect(await page.locator('.badge.scanner').count()).toBe(0);
    await page.getByLabel('Who').selectOption('Known scanners');
    await expect.poll(() => rows().count()).toBe(2);
    await page.getByRole('link', { name: 'Shodan, a research scanner' }).click();
    await page.getByTestId('timeline').waitFor();
    expect(await page.locator('.badge.scanner').textContent()).toBe('Shodan');
    expect(complaints).toEqual([]);
  });
});

describe('looks', () => {
  for (const colorScheme of ['dark', 'light'] as const)
    it(`legible in ${colorScheme} and on a phone`, async () => {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize({ width: 360, height: 780 });
      await enter();
      const now = Date.now();
      const incident = sampleIncident('i1', now);
      await put(
        incident,
        ...(['info', 'low', 'medium', 'high'] as const).map((severity) => sampleIncident(severity, now, { severity })),
      );
      await putAction(sampleBlock('a1', incident, now));
      await expect.poll(() => rows().count()).toBe(5);
      await h.state.transaction((tx) => tx.putException(exceptionOf('i1')));
      await put(sampleIncident('scan', now, { scanner: { id: 'shodan', name: 'Shodan', kind: 'research' } }));
      for (const path of ['/incidents/', '/incident/?id=i1', '/exceptions/', '/nothing']) {
        await page.goto(h.url + path);
        await page.locator('.queue, [data-testid=timeline], [data-testid=exception], a[href="/"]').last().waitFor();
        const say = page.getByRole('button', { name: 'Not an attack…' });
        if (await say.isVisible()) await say.click();
        expect([path, await page.evaluate('document.documentElement.scrollWidth')]).toEqual([path, 360]);
        expect([path, await faintTexts(page)]).toEqual([path, []]);
      }
    });
});
