/** The report of `analyze` as a reader meets it: in a browser, light and dark, on a telephone, and on paper. With `DRAW_PICTURES` it draws the README's picture. */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faintTexts, launchBrowser, watchedPage } from '@netsentinel/testkit/browser';
import { HOSTILE_TEXTS } from '@netsentinel/testkit/sample-incidents';
import { run } from '../cli/netsentinel.ts';

const HOME = join(import.meta.dirname, '..', '..');
const NIGHT = join('content', 'examples', 'one-night.jsonl');

let browser: Browser;
let folder: string;
let report: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-report-'));
  const file = join(folder, 'night.html');
  // Named as a reader of the README names it.
  cpSync(join(HOME, NIGHT), join(folder, NIGHT));
  const { code, err } = await run(['analyze', NIGHT, '--report', file], { cwd: folder });
  if (code !== 0) throw new Error(`no report was written: ${err}`);
  report = pathToFileURL(file).href;
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Look {
  readonly colorScheme: 'light' | 'dark';
  readonly width: number;
}

async function look({ colorScheme, width }: Look): Promise<{ page: Page; complaints: string[]; asked: string[] }> {
  const { page, complaints } = await watchedPage(browser, { colorScheme, viewport: { width, height: 1000 } });
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(report);
  return { page, complaints, asked };
}

describe('hostile logs', () => {
  it('stay text in the report, wherever attackers may write', async () => {
    const log = join(folder, 'access.log');
    const line = (path: string, agent: string): string =>
      `203.0.113.66 - ${agent.replaceAll(/[\s"]/g, '')} [21/Nov/2026:09:30:00 +0000] "GET ${path} HTTP/1.1" 404 12 "${agent}" "${agent}"`;
    const texts = HOSTILE_TEXTS.map((text) => text.replaceAll(/[\r\n"]/g, '').toWellFormed());
    writeFileSync(
      log,
      texts
        .flatMap((text) => [
          line(`/.env?x=${text.replaceAll(' ', '+')}`, text),
          line('/?q=<script>alert(1)</script>', text),
        ])
        .join('\n'),
    );
    const file = join(folder, 'hostile.html');
    const { code } = await run(['analyze', log, '--report', file], { cwd: folder });
    expect(code).toBe(0);
    const { page, complaints } = await watchedPage(browser);
    await page.goto(pathToFileURL(file).href);
    await page.locator('#incident-1').waitFor();
    await page.evaluate('document.querySelectorAll("details").forEach((one) => (one.open = true))');
    expect(await page.evaluate('window.__pwned')).toBeUndefined();
    expect(
      await page.evaluate('document.querySelectorAll("script,img,iframe,object,embed,link,svg[onload]").length'),
    ).toBe(0);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe('the report', () => {
  for (const colorScheme of ['light', 'dark'] as const)
    for (const width of [1100, 360])
      it(`is legible in ${colorScheme}, ${width} pixels wide, and asks nobody for anything`, async () => {
        const { page, complaints, asked } = await look({ colorScheme, width });
        await page.getByText('Somebody got in.').waitFor();
        await page.evaluate('document.querySelectorAll("details").forEach((one) => (one.open = true))');
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
        expect(await faintTexts(page)).toEqual([]);
        expect(asked).toEqual([report]);
        expect(complaints).toEqual([]);
        await page.context().close();
      });

  it('leads from an attacker to its story, and folds the evidence away', async () => {
    const { page } = await look({ colorScheme: 'light', width: 1100 });
    await page.getByRole('link', { name: 'Break-in by brute force from 203.0.113.66' }).click();
    expect(page.url()).toBe(`${report}#incident-1`);
    const story = page.locator('#incident-1');
    expect(await story.getByText('Tried 12 passwords').count()).toBe(0);
    expect(await story.locator('details[open]').count()).toBe(0);
    await story.getByText(/^Credentials/).click();
    await story.getByText('deploy', { exact: true }).first().waitFor();
    await page.context().close();
  });

  it('fits on paper', async () => {
    const { page } = await look({ colorScheme: 'dark', width: 690 });
    await page.emulateMedia({ media: 'print' });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(690);
    // On paper it is light, whatever the screen is.
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)');
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.toString('latin1').match(/\/Type \/Page\b/g)?.length).toBeLessThanOrEqual(4);
    await page.context().close();
  });

  it('has a picture for the README that is small', async () => {
    const { page } = await look({ colorScheme: 'light', width: 1000 });
    await page.setViewportSize({ width: 1000, height: 860 });
    const images = process.env['DRAW_PICTURES'] === undefined ? folder : join(HOME, 'docs', 'images');
    mkdirSync(images, { recursive: true });
    const picture = await page.screenshot({ path: join(images, 'report.png') });
    expect(picture.length).toBeLessThan(200_000);
    await page.context().close();
  });
});
