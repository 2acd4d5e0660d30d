/** sqlmap and ffuf against the API and the console, as somebody who is signed in: no question of theirs reaches a database, no guessed path a file. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { sampleEvent } from '@netsentinel/store/bench/sample-events';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'attack-tools-'));
const serverErrors: string[] = [];
let h: ApiHarness;
let cookie: string;

beforeAll(async () => {
  h = await startApi({
    onAnswer: (route, status) => {
      if (status >= 500) serverErrors.push(`${route.method} ${route.path} ${status}`);
    },
  });
  cookie = await h.setUp();
  const now = Date.now();
  await h.state.transaction(async (tx) => {
    for (const n of [1, 2, 3]) await tx.putIncident(sampleIncident(`i${n}`, now - n));
  });
  await h.events.append(
    Array.from({ length: 50 }, (_, n) => sampleEvent(n, now - 60_000, 10)),
    [],
  );
});
afterAll(async () => {
  await h.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('sqlmap', () => {
  it.each([
    ['incidents', '/api/v1/incidents?status=open&text=1*&limit=5', undefined],
    ['events', '/api/v1/events?filter=user.name:eq:root*&words=failed&limit=5', undefined],
    ['counts', '/api/v1/events/count?by=user.name*&top=5', undefined],
    ['attackers', '/api/v1/attackers?limit=5&text=1*', undefined],
    ['a path', '/api/v1/incidents/i1*', undefined],
    ['the door', '/api/v1/session', '{"name":"admin*","password":"wrong*"}'],
  ])('finds nothing to inject into: %s', { timeout: 180_000 }, async (_, path, body) => {
    const output = join(folder, `sqlmap-${performance.now()}`);
    const options = [
      '--batch',
      '--flush-session',
      '--level=3',
      '--risk=3',
      '--technique=BEUS',
      '--skip-waf',
      '--threads=4',
    ];
    const posted =
      body === undefined ? [] : ['--method=POST', `--data=${body}`, '--headers=Content-Type: application/json'];
    const asked = ['--random-agent', `--cookie=${cookie}`, `--output-dir=${output}`, '--ignore-code=*', ...posted];
    const { stdout } = await run('timeout', ['-k', '2', '170', 'sqlmap', ...options, ...asked, '-u', h.url + path], {
      maxBuffer: 16 * 1024 * 1024,
    });
    expect(stdout).toMatch(/not appear to be injectable|do not appear|not injectable/);
    expect(stdout).not.toMatch(/identified the following injection|is vulnerable/);
    expect(serverErrors).toEqual([]);
  });
});

describe('ffuf', () => {
  const NAMES = ['etc/passwd', 'state.db', 'platform/keys.json', 'package.json', '.env', '.hidden', '.git/config'];
  const WAYS = [
    '',
    '../',
    '../../',
    '..%2f..%2f',
    '%2e%2e/',
    '..%252f',
    '..\\',
    '....//',
    '%00/',
    '_next/../../',
    '//',
  ];

  it('finds no file beyond the console’s own', async () => {
    const words = join(folder, 'words');
    const guesses = WAYS.flatMap((way) => NAMES.map((name) => way + name));
    writeFileSync(words, [...guesses, 'index.html'].join('\n'));
    const args = ['-s', '-w', words, '-mc', '200', '-H', `Cookie: ${cookie}`];
    const { stdout } = await run('timeout', ['-k', '2', '60', 'ffuf', ...args, '-u', `${h.url}/FUZZ`]);
    expect(stdout.split('\n').filter((line) => line !== '')).toEqual(['index.html']);
    expect(readdirSync(h.folder)).toContain('state.db');
  });

  it('finds no recording by any other name', async () => {
    const words = join(folder, 'recordings');
    writeFileSync(words, WAYS.flatMap((way) => NAMES.map((name) => way + name)).join('\n'));
    const args = ['-s', '-w', words, '-mc', '200,500-599', '-H', `Cookie: ${cookie}`];
    const { stdout } = await run('timeout', [
      '-k',
      '2',
      '60',
      'ffuf',
      ...args,
      '-u',
      `${h.url}/api/v1/recordings/FUZZ`,
    ]);
    expect(stdout.trim()).toBe('');
  });
});
