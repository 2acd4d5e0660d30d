import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { sampleDecoy, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';

const stopped = new Set<string>();
let refusal: NetSentinelError | undefined;
let h: ApiHarness;
let cookie: string;

beforeAll(async () => {
  h = await startApi({
    decoys: () => [{ ...sampleDecoy('ssh', 2222), stopped: stopped.has('ssh') }],
    switchDecoy: async (id, isListening) => {
      if (refusal !== undefined) throw refusal;
      if (isListening) stopped.delete(id);
      else stopped.add(id);
    },
  });
  cookie = await h.setUp();
});
afterAll(() => h.close());

const order = async (path: string, who = cookie): Promise<[number, unknown]> => {
  const response = await h.call('POST', `/api/v1/decoys/${path}`, { cookie: who });
  return [response.status, await response.json()];
};
const audited = async (): Promise<readonly unknown[]> => {
  const response = await h.call('GET', '/api/v1/audit', { cookie });
  const { records } = (await response.json()) as { records: { action: string }[] };
  return records.filter(({ action }) => action.endsWith('Decoy'));
};

describe('a decoy', () => {
  it('is stopped and started, told in the audit where that changed something', async () => {
    expect(await order('ssh/stop')).toEqual([200, { stopped: true }]);
    expect(await order('ssh/stop')).toEqual([200, { stopped: true }]);
    expect(await order('ssh/start', await h.signInAs('analyst'))).toEqual([200, { stopped: false }]);
    expect(await audited()).toMatchObject([
      { action: 'startDecoy', account: 'a-analyst', before: { stopped: true }, after: { stopped: false } },
      { action: 'stopDecoy', target: 'decoys/ssh/stop', before: { stopped: false }, after: { stopped: true } },
    ]);
    expect(await order('none/stop')).toMatchObject([404, { type: expect.stringContaining('no-such-decoy') as string }]);
  });

  it.each([
    ['LISTEN_IN_USE', 409],
    ['LISTEN_NO_RIGHT', 409],
    ['DECOY_NOT_SWITCHED', 503],
  ])('is as it was where that fails: %s', async (code, status) => {
    const before = await audited();
    refusal = new NetSentinelError(code, 'operational', '0.0.0.0:2222 is in use by another program');
    expect(await order('ssh/stop')).toMatchObject([status, { detail: '0.0.0.0:2222 is in use by another program' }]);
    refusal = undefined;
    expect(await audited()).toEqual(before);
  });

  it('is not for who only reads', async () => {
    expect((await order('ssh/stop', await h.signInAs('read-only')))[0]).toBe(403);
  });
});
