/** Questions in turn, as routes ask them; the event store is played. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { EventStore, ReadBounds } from '@netsentinel/contracts/event-store';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { NO_RESPONSE, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';

const PATIENCE = { timeout: 30_000, interval: 20 };
const asked: (ReadBounds | undefined)[] = [];
let answer: () => Promise<void>;
let h: ApiHarness;
let analyst: string;

beforeAll(async () => {
  const events = {
    aggregate: async (_: unknown, bounds?: ReadBounds) => {
      asked.push(bounds);
      await answer();
      return [];
    },
    get: async () => {
      asked.push(undefined);
      await answer();
      return undefined;
    },
  } as unknown as EventStore;
  h = await startApi({
    events,
    response: {
      ...NO_RESPONSE,
      blastRadius: async (target, reads) => {
        for (let n = 0; n < 3; n++) await reads.aggregate({ by: [{ intervalMs: 1000 }] });
        return { target, days: 1, events: 0, ofAll: 0, onDays: 0, accounts: [], services: [], addresses: [] };
      },
    },
  });
  await h.setUp();
  analyst = await h.signInAs('analyst');
});
beforeEach(() => {
  asked.length = 0;
  answer = async () => undefined;
});
afterAll(() => h.close());

const plan = (signal?: AbortSignal): Promise<Response> =>
  fetch(`${h.url}/api/v1/actions/plan`, {
    method: 'POST',
    headers: { cookie: analyst, origin: h.url, 'content-type': 'application/json' },
    body: JSON.stringify({ target: '198.18.5.5' }),
    signal: signal ?? null,
  });
const one = (): Promise<Response> => h.call('GET', '/api/v1/events/x', { cookie: analyst });

/** Of three requests, how many questions are at the store when the first does not answer. */
async function atOnce(ask: () => Promise<Response>): Promise<number> {
  const waits = Promise.withResolvers<void>();
  answer = () => waits.promise;
  const all = [ask(), ask(), ask()];
  await vi.waitFor(() => expect(asked.length).toBeGreaterThan(0), PATIENCE);
  // What came before it has been looked at when it is answered.
  await h.call('GET', '/api/v1/attackers', { cookie: analyst });
  const found = asked.length;
  waits.resolve();
  await Promise.all(all);
  return found;
}

describe('of one account', () => {
  it.each([
    ['plans of measures', plan],
    ['single events', one],
  ])('%s ask the event store in turn', async (_, ask) => {
    expect(await atOnce(ask)).toBe(1);
  });
});

describe('a plan', () => {
  it('asks for a bounded time, and no longer than somebody waits', async () => {
    const waits = Promise.withResolvers<void>();
    answer = () => waits.promise;
    const gone = new AbortController();
    const planned = plan(gone.signal).catch(() => 'gone');
    await vi.waitFor(() => expect(asked).toHaveLength(1), PATIENCE);
    expect(asked[0]!.timeoutMs).toBeLessThanOrEqual(10_000);
    gone.abort();
    await vi.waitFor(() => expect(asked[0]!.signal!.aborted).toBe(true), PATIENCE);
    waits.resolve();
    expect(await planned).toBe('gone');
  });

  it('is told without its radius where that takes too long, and says so', async () => {
    expect(await (await plan()).json()).toMatchObject({ plan: {}, blastRadius: { target: '198.18.5.5' } });
    answer = async () => {
      throw new NetSentinelError('STORE_QUERY_SLOW', 'user', 'slow');
    };
    const response = await plan();
    expect([response.status, await response.json()]).toEqual([
      200,
      {
        plan: { target: '198.18.5.5', measure: 'block', ask: [], responders: [] },
        blastRadiusUnknown: expect.stringContaining('longer than 10 s'),
      },
    ]);
  });
});
