import { afterAll, beforeAll, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';

const clock = new ManualClock();
let h: ApiHarness;
beforeAll(async () => {
  h = await startApi({ clock, requestsPerMinute: 60 });
});
afterAll(() => h.close());

const statuses = async (times: number, headers: Record<string, string>): Promise<number[]> => {
  const all: number[] = [];
  for (let i = 0; i < times; i++) all.push((await h.call('GET', '/api/v1/session', { headers })).status);
  return all;
};

it('answers nobody more than their share, and the others as before', async () => {
  const cookie = await h.setUp();
  clock.advance(60_000);
  const own = await statuses(16, { cookie });
  expect(own).toEqual([...Array.from({ length: 15 }, () => 200), 429]);
  // Whoever is not signed in has a share of their own.
  const strangers = await statuses(16, {});
  expect(strangers.slice(0, 15)).not.toContain(429);
  expect(strangers[15]).toBe(429);

  const refused = await h.call('GET', '/api/v1/status', { cookie });
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toMatchObject([
    429,
    '1',
    { type: 'urn:netsentinel:problem:too-many-requests' },
  ]);
  clock.advance(2_000);
  expect(await statuses(3, { cookie })).toEqual([200, 200, 429]);
});
