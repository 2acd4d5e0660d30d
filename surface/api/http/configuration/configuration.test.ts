import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ConfigurationAsk } from '@netsentinel/contracts/configuration';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';

const IN_FORCE = { version: 3, at: '2026-11-23T10:00:00.000Z', state: 'running', text: 'logLevel: warn\n' } as const;
let asked: ConfigurationAsk[];
let answer: unknown;
let h: ApiHarness;
let cookie: string;

beforeAll(async () => {
  h = await startApi({
    configuration: {
      ask: async (ask) => {
        asked.push(ask);
        if (answer instanceof Error) throw answer;
        return answer as never;
      },
    },
  });
  cookie = await h.setUp();
});
afterAll(() => h.close());
beforeEach(() => (asked = []));

const call = async (
  method: string,
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): Promise<{ status: number; body: unknown; etag: string | null }> => {
  const response = await h.call(method, `/api/v1/configuration${path}`, { cookie, body, headers });
  const text = await response.text();
  return {
    status: response.status,
    body: text === '' ? undefined : JSON.parse(text),
    etag: response.headers.get('etag'),
  };
};
const lastAudit = async (): Promise<unknown> => {
  const response = await h.call('GET', '/api/v1/audit', { cookie });
  return ((await response.json()) as { records: unknown[] }).records[0];
};

describe('the configuration', () => {
  it('is shown, with its version as a tag', async () => {
    answer = IN_FORCE;
    expect(await call('GET', '')).toEqual({ status: 200, body: IN_FORCE, etag: '"3"' });
    expect((await call('GET', '', undefined, { 'if-none-match': '"3"' })).status).toBe(304);
    expect(asked).toEqual([{ what: 'read' }, { what: 'read' }]);
    expect((await call('GET', '/versions/2')).status).toBe(200);
    answer = [{ change: 'added', text: 'x: 1' }];
    expect((await call('GET', '/versions/3/diff?from=2')).body).toEqual({ lines: answer });
    const { text: _, ...told } = IN_FORCE;
    answer = [told];
    expect((await call('GET', '/versions')).body).toEqual({ versions: [told] });
    expect(asked.slice(2)).toEqual([
      { what: 'read', version: 2 },
      { what: 'compare', from: 2, to: 3 },
      { what: 'list' },
    ]);
  });

  it('may be long, and not too long', async () => {
    answer = { sections: [] };
    expect((await call('POST', '/check', { text: 'é'.repeat(100_000) })).status).toBe(200);
    expect((await call('POST', '/check', { text: 'x'.repeat(100_001) })).status).toBe(400);
    expect((await call('POST', '/check', { text: 'x'.repeat(1024 * 1024) })).status).toBe(413);
  });

  it('is checked without being changed', async () => {
    answer = { sections: ['logLevel'] };
    expect(await call('POST', '/check', { text: 'logLevel: info\n' })).toMatchObject({ status: 200, body: answer });
    expect(await lastAudit()).not.toMatchObject({ action: 'checkConfiguration' });
  });

  it('is changed from the version that was read, told in the audit', async () => {
    answer = { sections: ['logLevel', 'health'], version: 4 };
    const changed = await call('PUT', '', { text: 'logLevel: info\n', reason: 'to see more' }, { 'if-match': '"3"' });
    expect(changed).toMatchObject({ status: 202, body: answer });
    expect(asked).toEqual([
      { what: 'change', text: 'logLevel: info\n', base: 3, by: 'console:admin', reason: 'to see more' },
    ]);
    expect(await lastAudit()).toMatchObject({
      action: 'changeConfiguration',
      account: 'admin',
      after: { version: 4, sections: 'logLevel, health', reason: 'to see more' },
    });
    expect(await call('POST', '/versions/1/restore', {}, { 'if-match': '*' })).toMatchObject({ status: 202 });
    expect(asked[1]).toMatchObject({ what: 'restore', version: 1, by: 'console:admin' });
    expect(await lastAudit()).toMatchObject({
      action: 'restoreConfiguration',
      target: 'configuration/versions/1/restore',
    });
  });

  it('is not told in the audit where it is that already', async () => {
    const before = await lastAudit();
    answer = { sections: [] };
    expect(await call('PUT', '', { text: 'logLevel: warn\n' }, { 'if-match': '"3"' })).toMatchObject({ status: 200 });
    expect(await lastAudit()).toEqual(before);
  });

  it.each([
    ['CONFIGURATION_INVALID', 422],
    ['CONFIGURATION_KEPT', 403],
    ['CONFIGURATION_CHANGED', 412],
    ['CONFIGURATION_FILE_CHANGED', 409],
    ['CONFIGURATION_BUSY', 503],
    ['CONFIGURATION_NO_ANSWER', 503],
  ])('stays as it was: %s', async (code, status) => {
    const before = await lastAudit();
    answer = new NetSentinelError(code, 'user', 'netsentinel.yaml:2:1: unknown key "x"');
    expect(await call('PUT', '', { text: 'x: 1\n' }, { 'if-match': '"3"' })).toMatchObject({
      status,
      body: { detail: 'netsentinel.yaml:2:1: unknown key "x"' },
    });
    expect(await lastAudit()).toEqual(before);
  });

  it('is not changed without the version that it was changed from, and no number of a version is anything else', async () => {
    expect(await call('PUT', '', { text: 'x: 1\n' })).toMatchObject({ status: 428 });
    for (const version of ['0', '-1', '1e3', '1234567', '..'])
      expect((await call('GET', `/versions/${version}/diff?from=1`)).status).toBeGreaterThanOrEqual(400);
    expect(asked).toEqual([]);
  });

  it('is for admins alone', async () => {
    for (const role of ['analyst', 'read-only', 'red-team', 'sensor'] as const) {
      const response = await h.call('GET', '/api/v1/configuration', { cookie: await h.signInAs(role) });
      expect(response.status).toBe(403);
    }
  });
});
