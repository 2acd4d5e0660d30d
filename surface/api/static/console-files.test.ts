/** The console's files, with their policy and nothing beside them; and clients that take their time. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';

let h: ApiHarness;
beforeAll(async () => {
  h = await startApi();
});
afterAll(() => h.close());

describe('files', () => {
  it('serves pages with their policy and scripts for ever', async () => {
    const page = await h.call('GET', '/');
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toMatch(/script-src 'self' 'wasm-unsafe-eval' 'sha256-[\w+/]{43}='/);
    expect(policy).toContain("default-src 'none'");
    expect(policy.match(/script-src[^;]*/)![0]).not.toContain('unsafe-inline');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    expect(page.headers.get('x-frame-options')).toBe('DENY');
    expect(page.headers.get('strict-transport-security')).toBeNull();
    expect((await h.call('GET', '/_next/static/a.js')).headers.get('cache-control')).toContain('immutable');
  });

  it('has a page for what is not there', async () => {
    const response = await h.call('GET', '/nothing', { headers: { accept: 'text/html' } });
    expect([response.status, await response.text()]).toEqual([404, '<!doctype html><p>nothing here']);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
  });

  it('serves nothing from beside its folder', async () => {
    for (const target of [
      '/../state.db',
      '/..%2fstate.db',
      '/%2e%2e/state.db',
      '/..\\state.db',
      '/.hidden',
      '/_next/../../state.db',
      '/%2e%2e%2fstate.db',
      '/....//state.db',
      '/index.html%00.js',
    ]) {
      const answer = await h.raw(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect([target, answer]).toEqual([target, expect.stringMatching(/^HTTP\/1\.1 4\d\d /)]);
      expect(answer).not.toMatch(/SQLite|secret/);
    }
  });
});

describe('slow clients', () => {
  it('are shown the door', async () => {
    const timeouts = { headersTimeout: 50, requestTimeout: 50, connectionsCheckingInterval: 20 };
    const slow = await startApi({ timeouts });
    try {
      expect(await slow.raw('GET / HTTP/1.1\r\nHos')).toMatch(/^HTTP\/1\.1 408 /);
      expect(await slow.raw('')).toMatch(/^HTTP\/1\.1 408 |^$/);
    } finally {
      await slow.close();
    }
  });
});

describe('a console that is served from memory', () => {
  it('is told by its tag that a client has it, and compressed for who takes that', async () => {
    const page = await h.call('GET', '/');
    const etag = page.headers.get('etag')!;
    const again = await h.call('GET', '/', { headers: { 'if-none-match': etag } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(again.headers.get('content-security-policy')).toBe(page.headers.get('content-security-policy'));
  });

  it('goes on when it can no longer be read', async () => {
    const root = mkdtempSync(join(tmpdir(), 'ns-console-'));
    const text = 'x'.repeat(5000);
    writeFileSync(join(root, 'index.html'), `<!doctype html><p>${text}`);
    const own = await startApi({ consoleRoot: root });
    try {
      const zipped = await own.raw('GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\nConnection: close\r\n\r\n');
      expect(zipped).toMatch(/content-encoding: gzip/i);
      expect(zipped.length).toBeLessThan(2000);
      const plain = await own.raw(
        'GET / HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip;q=0\r\nConnection: close\r\n\r\n',
      );
      expect(plain).toContain(text);
      rmSync(root, { recursive: true });
      expect(await (await own.call('GET', '/')).text()).toContain(text);
      expect((await own.call('GET', '/nothing', { headers: { accept: 'text/html' } })).status).toBe(404);
      // Built anew: no restart is needed.
      mkdirSync(root);
      writeFileSync(join(root, 'index.html'), '<!doctype html><p>another');
      expect(await (await own.call('GET', '/')).text()).toContain('another');
    } finally {
      await own.close();
      rmSync(root, { recursive: true, force: true });
    }
  });
});
