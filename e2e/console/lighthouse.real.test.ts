/**
 * Every page as Lighthouse judges it, on its desktop preset and signed in: performance, accessibility and best practices, how soon the page stands and how
 * still. Lighthouse is in `LIGHTHOUSE_ROOT` (`.ci/run` puts it there); it drives the same Chromium as the other tests of pages.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BrowserContext } from 'playwright-core';
import type { ApiHarness } from '@netsentinel/testkit/api-harness';
import { launchPersistent } from '@netsentinel/testkit/browser';
import { freePort } from '@netsentinel/testkit/free-port';
import { PAGES, signInTo, startWorld } from './pages.ts';

const PROGRAM = join(process.env['LIGHTHOUSE_ROOT'] ?? '/nonexistent', 'node_modules/lighthouse/cli/index.js');
const LEAST_SCORE = 95;
const MAX_LCP_MS = 1_200;
const MAX_CLS = 0.02;
const CATEGORIES = ['performance', 'accessibility', 'best-practices'] as const;
/** A machine that does something else meanwhile makes a page slow, never fast: the best of so many runs counts. */
const RUNS = 3;
/** One view of each: others have the same scripts and frame, and are looked at by the tests of pages. */
const DIFFERENT = PAGES.filter(({ path }, n) => PAGES.findIndex((one) => routeOf(one.path) === routeOf(path)) === n);

interface Report {
  readonly categories: Readonly<Record<(typeof CATEGORIES)[number], { readonly score: number | null }>>;
  readonly audits: Readonly<
    Record<string, { readonly score: number | null; readonly numericValue?: number; readonly title: string }>
  >;
}

describe.skipIf(!existsSync(PROGRAM))('Lighthouse', () => {
  const folder = mkdtempSync(join(tmpdir(), 'netsentinel-lighthouse-'));
  let h: ApiHarness;
  let context: BrowserContext;
  let port: number;

  beforeAll(async () => {
    h = await startWorld();
    port = await freePort();
    context = await launchPersistent(join(folder, 'profile'), port);
    await signInTo(context, h, await h.setUp());
  });
  afterAll(async () => {
    await context.close();
    await h.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function judged(url: string): Promise<Report> {
    const file = join(folder, 'report.json');
    const args = [
      PROGRAM,
      url,
      `--port=${port}`,
      '--preset=desktop',
      `--only-categories=${CATEGORIES.join(',')}`,
      '--disable-storage-reset',
      '--output=json',
      `--output-path=${file}`,
      '--quiet',
      '--no-enable-error-reporting',
    ];
    const child = spawn('timeout', ['-k', '2', '60', process.execPath, ...args], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, CHROME_PATH: '/usr/bin/chromium' },
    });
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-4_000)));
    const [code] = (await once(child, 'close')) as [number | null];
    if (code !== 0) throw new Error(`Lighthouse ended with ${code}: ${complaint}`);
    return JSON.parse(readFileSync(file, 'utf8')) as Report;
  }

  it.each(DIFFERENT)('$name', { timeout: 200_000 }, async ({ path }) => {
    let wrong: string[] = [];
    for (let run = 0; run < RUNS; run++) {
      wrong = await judged(h.url + path).then(faultsOf, (error: unknown) => [String(error)]);
      if (wrong.length === 0) break;
    }
    expect(wrong).toEqual([]);
  });
});

function routeOf(path: string): string {
  return path.split('?', 1)[0]!;
}

function faultsOf({ categories, audits }: Report): string[] {
  const faults = CATEGORIES.filter((name) => (categories[name].score ?? 0) * 100 < LEAST_SCORE).map((name) => {
    const lost = Object.entries(audits).filter(([, { score }]) => score !== null && score < 0.9);
    return `${name} ${(categories[name].score ?? 0) * 100}: ${lost.map(([id]) => id).join(', ')}`;
  });
  const lcp = audits['largest-contentful-paint']?.numericValue ?? Number.NaN;
  const cls = audits['cumulative-layout-shift']?.numericValue ?? Number.NaN;
  if (!(lcp <= MAX_LCP_MS)) faults.push(`largest contentful paint after ${lcp.toFixed(0)} ms`);
  if (!(cls <= MAX_CLS)) faults.push(`layout shift ${cls.toFixed(3)}`);
  return faults;
}
