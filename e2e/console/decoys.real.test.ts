/** Decoys as people meet them: who was there, what they typed, stopping and starting, and setting one by its form. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigurationAsk } from '@netsentinel/contracts/configuration';
import type { DecoyDetail } from '@netsentinel/contracts/played-decoy';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { SAMPLE_STATUS, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchBrowser } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS } from '@netsentinel/testkit/sample-incidents';
import { fillWorld, sampleDecoys, sampleDecoyTests, standingsOf } from '@netsentinel/testkit/sample-world';
import { CONSOLE_ROOT, signedIn } from './pages.ts';

const SCHEMA_FILE = join(import.meta.dirname, '../../docs/reference/netsentinel.schema.json');
const TEXT =
  '# ours\ndecoys:\n  - { id: http, type: http, port: 8080 }\n  # the door\n  - { id: ssh, type: ssh, port: 2222 }\n';

interface Entry {
  readonly properties: Readonly<Record<string, { readonly const?: unknown }>>;
}

let browser: Browser;
let h: ApiHarness;
let page: Page;
let complaints: string[];
let decoys: DecoyDetail[];
let asked: ConfigurationAsk[];
/** What the launcher finds wrong with the next change. */
let wrong: string | undefined;

function schemaOf(type: string): Record<string, unknown> | undefined {
  const whole = JSON.parse(readFileSync(SCHEMA_FILE, 'utf8')) as {
    readonly properties: { readonly decoys: { readonly items: { readonly oneOf: readonly Entry[] } } };
  };
  const found = whole.properties.decoys.items.oneOf.find(({ properties }) => properties['type']?.const === type);
  return found as Record<string, unknown> | undefined;
}

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
beforeEach(async () => {
  decoys = sampleDecoys();
  asked = [];
  wrong = undefined;
  h = await startApi({
    consoleRoot: CONSOLE_ROOT,
    decoys: () => decoys,
    status: () => ({ ...SAMPLE_STATUS, decoys: standingsOf(decoys) }),
    decoySchema: async (type) => schemaOf(type),
    decoyTests: sampleDecoyTests(),
    switchDecoy: async (id, listening) => {
      if (id === 'telnet')
        throw new NetSentinelError('LISTEN_IN_USE', 'user', 'port 2323 is in use by another program');
      Object.assign(
        decoys.find((one) => one.id === id)!,
        { stopped: !listening, listening },
      );
    },
    configuration: {
      ask: async (ask) => {
        asked.push(ask);
        if (ask.what === 'change' && wrong !== undefined)
          throw new NetSentinelError('CONFIGURATION_INVALID', 'user', wrong);
        const kept = { version: 4, at: '2026-01-01T00:00:00.000Z', state: 'running' as const };
        return (ask.what === 'read' ? { ...kept, text: TEXT } : { sections: ['decoys'], version: 5 }) as never;
      },
    },
  });
});
afterEach(async () => {
  await page.context().close();
  await h.close();
});

async function open(path: string, cookie?: string): Promise<void> {
  ({ page, complaints } = await signedIn(browser, h, cookie ?? (await h.setUp())));
  await page.goto(h.url + path);
}

const row = (id: string): ReturnType<Page['locator']> => page.getByTestId('decoy').filter({ hasText: id });

describe('the decoys', () => {
  it('stand as machines, and are stopped and started, or say why not', async () => {
    await open('/decoys/');
    await page.getByRole('heading', { name: 'shop-web-02' }).waitFor();
    expect(await row('ftp').getByTestId('decoy-state').textContent()).toBe('failing');
    await row('ssh').getByRole('button', { name: 'Stop… ssh' }).click();
    await row('ssh').getByRole('button', { name: 'Stop it' }).click();
    await row('ssh').getByText('stopped').waitFor();
    await row('ssh').getByRole('button', { name: 'Start ssh' }).click();
    await row('ssh').getByRole('button', { name: 'Stop… ssh' }).waitFor();
    await row('telnet').getByRole('button', { name: 'Start telnet' }).click();
    await row('telnet').getByText('port 2323 is in use by another program').waitFor();
    expect(complaints.filter((c) => !c.includes('409'))).toEqual([]);
  });

  it('are tested for what gives them away, and each tell is told with its cure', async () => {
    await open('/decoys/');
    const detectability = page.getByTestId('detectability');
    await detectability.getByText('30 of 100', { exact: true }).waitFor();
    await detectability.getByText('To mend it: Have the enforcer play the TCP/IP of Windows').waitFor();
    await page.getByRole('button', { name: 'Test the decoys' }).click();
    await detectability.getByText('The decoys are being attacked as fingerprinters do').waitFor();
    await detectability.getByText('0 of 100', { exact: true }).waitFor();
    await page.goto(`${h.url}/decoy/?id=ssh`);
    await detectability.getByText('0 tells; 14 checks answered as by the real thing').waitFor();
    expect(complaints).toEqual([]);
  });

  it('are only looked at by who may do no more', async () => {
    await h.setUp();
    await open('/decoys/', await h.signInAs('read-only'));
    await row('ssh').waitFor();
    expect(await page.getByRole('button', { name: /Stop|Start/ }).count()).toBe(0);
    await page.goto(`${h.url}/decoy/?id=ssh`);
    await page.getByRole('heading', { name: 'Configuration' }).waitFor();
    expect(await page.getByRole('button', { name: 'Change…' }).count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe('one decoy', () => {
  it('tells who was there, and plays what they typed in its place; the address holds it', async () => {
    await fillWorld(h);
    await open('/decoy/?id=ssh');
    await page.getByTestId('visit').first().getByRole('button', { name: /^Play/ }).click();
    await page.getByTestId('player').locator('.ap-player').waitFor();
    await page.reload();
    await page.getByTestId('player').locator('.ap-player').waitFor();
    await page.getByTestId('visit').first().getByRole('button', { name: /^Hide/ }).click();
    expect(await page.getByTestId('player').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('is set by its form: faults at their fields, the rest of the file as it was', async () => {
    await open('/decoy/?id=ssh');
    await page.getByRole('button', { name: 'Change…' }).click();
    const form = page.getByRole('form', { name: 'Configuration' });
    await form.getByLabel('maxAuthTries').fill('3');
    await form.getByLabel('denyUsers').fill('pi\nguest');
    const save = async (): Promise<void> => {
      await form.getByRole('button', { name: 'Save… ssh' }).click();
      await form.getByRole('button', { name: 'Save it' }).click();
    };
    wrong = 'netsentinel.yaml:5:3: decoys.1.options.maxAuthTries: Too small: expected number to be >=1';
    await save();
    await form.getByRole('alert').filter({ hasText: 'Too small' }).waitFor();
    expect(await form.getByLabel('maxAuthTries').getAttribute('aria-invalid')).toBe('true');
    wrong = undefined;
    await save();
    await page.getByText('Written as version 5').waitFor();
    const change = asked.findLast(({ what }) => what === 'change');
    expect(change).toMatchObject({ base: 4, reason: 'Decoy ssh set in the console' });
    const { text } = change as { readonly text: string };
    expect(text).toContain('# ours');
    expect(text).toContain('# the door');
    expect(text).toMatch(/id: http, type: http, port: 8080 \}/);
    expect(text).toMatch(/maxAuthTries: 3/);
    expect(complaints.filter((c) => !c.includes('422'))).toEqual([]);
  });

  it('shows what attackers and banners say as text', async () => {
    const text = HOSTILE_TEXTS[1]!;
    decoys[0] = { ...decoys[0]!, host: text, product: text, version: text, config: { motd: text } };
    await fillWorld(h);
    await open('/decoy/?id=ssh');
    await page.getByTestId('figures').waitFor();
    expect(await page.evaluate('window.__pwned')).toBeUndefined();
    expect(await page.locator('main img').count()).toBe(0);
    await page.goto(`${h.url}/decoys/`);
    await row('ssh').waitFor();
    expect(await page.locator('main img').count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it('that is not there says so', async () => {
    await open('/decoy/?id=nothing');
    await page.getByText('There is no decoy of this id.').waitFor();
    expect(complaints.filter((c) => !c.includes('404'))).toEqual([]);
  });
});
