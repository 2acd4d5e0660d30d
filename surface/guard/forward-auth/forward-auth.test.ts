/** What each web server is answered; `forward-auth.real.test.ts` asks through the real ones. */
import { afterEach, describe, expect, it } from 'vitest';
import { createGuard, type Guard, type GuardOptions } from '../guard.ts';
import { createForwardAuth, type ForwardAuthOptions } from './forward-auth.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

async function start(
  options: GuardOptions = {},
  more: Partial<ForwardAuthOptions> = {},
): Promise<(path: string, headers?: Record<string, string>, init?: RequestInit) => Promise<Response>> {
  const guard: Guard = createGuard({ inspection: 'block', log: () => undefined, ...options });
  const auth = await createForwardAuth({ guard, port: 0, ...more });
  undo.push(
    () => guard.close(),
    () => auth.close(),
  );
  return (path, headers = {}, init = {}) =>
    fetch(`http://127.0.0.1:${auth.port}${path}`, {
      ...init,
      headers: { 'x-forwarded-for': '198.51.100.7', ...headers },
    });
}
const ATTACK = '/i?id=1%27%20UNION%20SELECT%20a%20FROM%20b--%20-';

describe.each([
  ['nginx', (target: string) => ['/nginx', { 'x-original-uri': target, 'x-original-method': 'GET' }] as const],
  ['traefik', (target: string) => ['/traefik', { 'x-forwarded-uri': target, 'x-forwarded-method': 'GET' }] as const],
  ['caddy', (target: string) => ['/caddy', { 'x-forwarded-uri': target, 'x-forwarded-method': 'GET' }] as const],
  ['envoy', (target: string) => [`/envoy${target}`, {}] as const],
])('%s', (style, words) => {
  it('is told whom to let in', async () => {
    const ask = await start({
      blocklist: { networks: ['203.0.113.0/24'] },
      honeytokens: { paths: ['/decoy'], blockS: 0 },
    });
    const answer = async (target: string, from = '198.51.100.7'): Promise<[number, string | null]> => {
      const [path, headers] = words(target);
      const response = await ask(path, { ...headers, 'x-forwarded-for': `1.1.1.1, ${from}` });
      return [response.status, response.headers.get('x-guard-decision')];
    };
    expect(await answer('/news')).toEqual([200, 'allow']);
    expect(await answer(ATTACK)).toEqual([403, 'block']);
    expect(await answer('/news', '203.0.113.8')).toEqual([403, 'block']);
    expect(await answer('/decoy')).toEqual([403, 'honeytoken']);
  });

  it('is told of limits in the status that it understands', async () => {
    const ask = await start({ limits: [{ name: 'a', requests: 1, windowS: 60 }] });
    const [path, headers] = words('/news');
    expect((await ask(path, headers)).headers.get('ratelimit')).toContain('"a";r=0');
    const limited = await ask(path, headers);
    expect([limited.status, limited.headers.get('x-guard-status')]).toEqual([style === 'nginx' ? 403 : 429, '429']);
    expect(limited.headers.get('retry-after')).toMatch(/^\d+$/);
  });
});

it('a client cannot speak in the name of another web server', async () => {
  const ask = await start();
  const forged = { 'x-original-uri': '/news', 'x-original-method': 'GET' };
  expect((await ask('/caddy', { ...forged, 'x-forwarded-uri': ATTACK, 'x-forwarded-method': 'GET' })).status).toBe(403);
  expect((await ask(`/envoy${ATTACK}`, forged)).status).toBe(403);
});

it('what is set up wrongly is not let through', async () => {
  const ask = await start();
  expect((await ask('/nginx')).status).toBe(500);
  expect((await ask('/nginxother')).status).toBe(404);
  expect((await ask('/')).status).toBe(404);
  const closed = await start({}, { from: ['192.0.2.1'] });
  expect((await closed('/envoy/news')).status).toBe(403);
  const guard = createGuard({ log: () => undefined });
  undo.push(() => guard.close());
  await expect(createForwardAuth({ guard, from: ['here'] })).rejects.toThrow('is no network');
  await expect(createForwardAuth({ guard, host: '203.0.113.1' })).rejects.toThrow('cannot listen');
});

it('a body that comes along is looked at', async () => {
  const ask = await start();
  const post = (body: string): Promise<Response> =>
    ask('/envoy/notes', { 'content-type': 'application/json' }, { method: 'POST', body });
  expect((await post('{"a":"plain"}')).status).toBe(200);
  expect((await post('{"a":"<script>alert(1)</script>"}')).status).toBe(403);
  const pieces = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode('{"a":"<script>alert(1)</script>"}'));
      controller.close();
    },
  });
  const chunked = { method: 'POST', body: pieces, duplex: 'half' } as RequestInit;
  expect((await ask('/envoy/notes', { 'content-type': 'application/json' }, chunked)).status).toBe(403);
});
