import { afterAll, beforeAll, expect, it } from 'vitest';
import type { DecoyTest } from '@netsentinel/contracts/decoy-test';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';

let test: DecoyTest = { isRunning: false };
let h: ApiHarness;
let cookie: string;

beforeAll(async () => {
  h = await startApi({
    decoyTests: {
      status: () => test,
      begin: () => {
        if (test.isRunning)
          throw new NetSentinelError('DECOY_TEST_RUNNING', 'user', 'The decoys are being tested: wait for the result.');
        return (test = { isRunning: true, startedAt: 5 });
      },
    },
  });
  cookie = await h.setUp();
});
afterAll(() => h.close());

const ask = async (method: 'GET' | 'POST', who = cookie): Promise<[number, unknown]> => {
  const response = await h.call(method, '/api/v1/decoy-test', { cookie: who });
  return [response.status, await response.json()];
};

it('is begun by who may change decoys, once at a time, and told to who may see them', async () => {
  expect(await ask('GET')).toEqual([200, { isRunning: false }]);
  expect((await ask('POST', await h.signInAs('read-only')))[0]).toBe(403);
  expect(await ask('POST', await h.signInAs('analyst'))).toEqual([202, { isRunning: true, startedAt: 5 }]);
  expect(await ask('POST')).toMatchObject([409, { detail: 'The decoys are being tested: wait for the result.' }]);
  test = { isRunning: false, startedAt: 5, endedAt: 9, verdict: { score: 12, decoys: [], tells: [] } };
  expect(await ask('GET', await h.signInAs('read-only'))).toEqual([200, test]);
});
