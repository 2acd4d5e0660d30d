/** Guard, as it is published, in the proxy of a Next.js application that is built and started as its owner would; and in front of a server of one's own. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, listening } from '@netsentinel/testkit/free-port';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGuard } from '../../../scripts/guard-package.ts';

const home = join(import.meta.dirname, '..', '..', '..');
const next = join(home, 'node_modules', 'next', 'dist', 'bin', 'next');
const env = { ...process.env, NODE_ENV: 'production' as const, NEXT_TELEMETRY_DISABLED: '1', NODE_V8_COVERAGE: '' };
let folder: string;

const files: Readonly<Record<string, string>> = {
  'package.json': '{"name":"guarded","private":true,"type":"module"}',
  'next.config.js': `export default { turbopack: { root: ${JSON.stringify(home)} } };`,
  'app/layout.js':
    'export default function Layout({ children }) { return <html lang="en"><body>{children}</body></html>; }',
  'app/page.js': 'export default function Page() { return <p>the application</p>; }',
  'app/echo/route.js': 'export async function POST(request) { return new Response(await request.text()); }',
  'guard.js': `import { createGuard } from '@netsentinel/guard';
export const guard = createGuard({
  inspection: 'block',
  honeytokens: { paths: ['/decoy'] },
  limits: [{ name: 'all', requests: 100, windowS: 3600 }],
  log: () => undefined,
});`,
  'proxy.js': `import { guardNext } from '@netsentinel/guard/next';
import { guard } from './guard.js';
export const proxy = process.env.OWN_SERVER ? () => undefined : guardNext(guard, { behindProxy: true });`,
  'server.js': `import { createServer } from 'node:http';
import next from 'next';
import { protect } from '@netsentinel/guard/node-http';
import { guard } from './guard.js';
const app = next({ dev: false, dir: import.meta.dirname });
await app.prepare();
createServer(protect(guard, app.getRequestHandler())).listen(Number(process.env.PORT), '127.0.0.1');`,
};

beforeAll(() => {
  // Within the repository, where Next finds itself and React.
  mkdirSync(join(home, '.cache'), { recursive: true });
  folder = mkdtempSync(join(home, '.cache', 'next-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  buildGuard(join(folder, 'node_modules', '@netsentinel', 'guard'));
  const built = spawnSync(process.execPath, [next, 'build'], { cwd: folder, env, encoding: 'utf8', timeout: 200_000 });
  if (built.status !== 0) throw new Error(built.stdout + built.stderr);
}, 240_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const XSS = '%3Cscript%3Ealert(1)%3C/script%3E';

describe.each([
  ['in its proxy', (port: number) => [next, 'start', '-p', String(port), '-H', '127.0.0.1'], {}],
  ['in front of a server of one’s own', () => ['server.js'], { OWN_SERVER: '1' }],
])('%s', (where, words, more) => {
  it('serves visitors, refuses attacks, and answers with decoys', async () => {
    const port = await freePort();
    const child = spawn(process.execPath, words(port), {
      cwd: folder,
      env: { ...env, ...more, PORT: String(port) },
      stdio: 'ignore',
    });
    try {
      await listening(port, 'Next');
      const get = (path: string, init: RequestInit = {}): Promise<Response> =>
        fetch(`http://127.0.0.1:${port}${path}`, init);
      const from = (address: string): RequestInit => ({ headers: { 'x-forwarded-for': address } });
      const page = await get('/', from('198.51.100.7'));
      expect([page.status, page.headers.get('ratelimit-policy')]).toEqual([200, '"all";q=100;w=3600']);
      expect(await page.text()).toContain('the application');
      expect((await get(`/?q=${XSS}`)).status).toBe(403);
      const post = (body: string): Promise<Response> =>
        get('/echo', { method: 'POST', headers: { 'content-type': 'application/json' }, body });
      expect((await post('{"a":"<script>alert(1)</script>"}')).status).toBe(403);
      expect(await (await post('{"a":"plain"}')).text()).toBe('{"a":"plain"}');
      expect(await (await get('/decoy', from('198.51.100.7'))).text()).toContain('Administration');
      // Loopback is never blocked, and in front of our own server nobody believes the header.
      const blocked = where === 'in its proxy' ? 403 : 200;
      expect((await get('/', from('198.51.100.7'))).status).toBe(blocked);
      expect((await get('/', from('198.51.100.8'))).status).toBe(200);
    } finally {
      const ended = once(child, 'exit');
      if (child.exitCode === null && child.kill('SIGKILL')) await ended;
    }
  }, 60_000);
});
