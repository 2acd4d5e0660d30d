/**
 * A web application in front of which guard stands, and the whole product beside it: who attacks the application becomes an incident, with the decoy that
 * they touched and what they sent; a visitor does not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { createGuard, type Guard } from '@netsentinel/guard';
import { protect } from '@netsentinel/guard/node-http';
import { freePort } from '@netsentinel/testkit/free-port';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run, up, type Started } from '../cli/netsentinel.ts';

const TOKEN = 'a-token-of-sixteen-characters';
let top: string;
let product: Started;
let guard: Guard;
let server: Server;

beforeAll(async () => {
  top = mkdtempSync(join(tmpdir(), 'ns-guard-'));
  const [http, consolePort] = [await freePort(), await freePort()];
  writeFileSync(
    join(top, 'netsentinel.yaml'),
    `data: ./data
decoys: []
console: { port: ${consolePort} }
enforcer: { mode: simulate }
collectors:
  - id: applications
    type: http
    options: { port: ${http}, tokens: [${TOKEN}] }
`,
  );
  product = await up([], { cwd: top });
  guard = createGuard({
    inspection: 'block',
    honeytokens: { paths: ['/admin/backup'] },
    proxies: { trusted: ['127.0.0.1'] },
    report: { url: `http://127.0.0.1:${http}/ingest`, token: TOKEN, what: 'all' },
    log: () => undefined,
  });
  server = createServer(protect(guard, (_, response) => void response.end('hello'))).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await guard.close();
  await product.stop('SIGTERM');
  rmSync(top, { recursive: true, force: true });
});

it('who attacks through guard is an incident, a visitor is none', async () => {
  const { port } = server.address() as AddressInfo;
  const visit = async (path: string, from: string): Promise<number> => {
    const headers = {
      'x-forwarded-for': from,
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0',
    };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers });
    await response.text();
    return response.status;
  };
  for (const path of ['/', '/news', '/search?q=shoes']) expect(await visit(path, '198.51.100.20')).toBe(200);
  for (const query of ['1%27%20UNION%20SELECT%20a,b%20FROM%20users--%20-', '%27%20or%20sleep(5)--%20-'])
    expect(await visit(`/items?id=${query}`, '198.51.100.66')).toBe(403);
  expect(await visit('/admin/backup', '198.51.100.77')).toBe(200);
  expect(await visit('/news', '198.51.100.77')).toBe(403);

  const incidents = async (): Promise<IncidentSummary[]> =>
    (await run(['incidents', '--json'], { cwd: top })).out
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as IncidentSummary);
  await expect
    .poll(async () => (await incidents()).map(({ actor }) => actor).sort(), { timeout: 60_000, interval: 1_000 })
    .toEqual(['198.51.100.66', '198.51.100.77']);
  const toucher = (await incidents()).find(({ actor }) => actor === '198.51.100.77');
  expect((await run(['incidents', toucher!.id], { cwd: top })).out).toContain('Decoy touched: /admin/backup');
  expect(guard.status().report).toMatchObject({ lost: 0 });
});
