/** What is published of the client, for a program that has nothing else: typed, and calling a real API. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import { buildClient } from './client-package.ts';
import { compileForUser } from './packages/compile-for-user.fixture.ts';

const home = mkdtempSync(join(tmpdir(), 'netsentinel-client-'));
const at = join(home, 'node_modules', '@netsentinel', 'client');
let h: ApiHarness;
beforeAll(async () => {
  mkdirSync(join(at, '..'), { recursive: true });
  buildClient(at);
  h = await startApi();
  await h.state.transaction(async (tx) => {
    for (const n of [1, 2, 3]) await tx.putIncident(sampleIncident(`i${n}`, 1_700_000_000_000 + n));
  });
}, 60_000);
afterAll(async () => {
  await h.close();
  rmSync(home, { recursive: true, force: true });
});

it('needs nothing else, and is typed for who installs it', async () => {
  const files = readdirSync(at, { recursive: true, encoding: 'utf8' });
  expect(files.filter((file) => !/\.(?:js|d\.ts)$/.test(file)).sort()).toEqual([
    'LICENSE',
    'README.md',
    'package.json',
  ]);
  expect(files.filter((file) => /test|sources/.test(file))).toEqual([]);
  writeFileSync(join(home, 'package.json'), '{"type":"module"}');
  const use = join(home, 'use.ts');
  writeFileSync(
    use,
    `import { ApiError, createClient, type IncidentSummary } from '@netsentinel/client';
const client = createClient({ baseUrl: process.argv[2]!, token: process.argv[3]! });
const all: IncidentSummary[] = [];
for await (const one of client.each('listIncidents', { limit: 2 })) all.push(one);
const why = await client.getIncident({ id: 'none' }).catch((error: unknown) => error);
console.log(all.map(({ id }) => id).join(' '), why instanceof ApiError && why.code);
`,
  );
  expect(compileForUser(use, home)).toEqual([]);
  const cookie = await h.signInAs('admin');
  const made = await h.call('POST', '/api/v1/tokens', { cookie, body: { name: 'a report', role: 'read-only' } });
  const { secret } = (await made.json()) as { secret: string };
  const { stdout } = await promisify(execFile)(process.execPath, [join(home, 'use.js'), h.url, secret]);
  expect(stdout).toBe('i3 i2 i1 no-such-incident\n');
}, 60_000);
