/** Trying rules by REST where it does not go smoothly; the rule is played, the events are real. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RuleTrial } from '@netsentinel/contracts/rule-trial';
import { ManualClock } from '@netsentinel/kernel/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { eventFixture, START } from '@netsentinel/testkit/event-fixtures';
import { playedRules } from './played-rules.fixture.ts';

const EVENTS = 2100;
const clock = new ManualClock();
const slow = (): NetSentinelError => new NetSentinelError('RULE_TRIAL_SLOW', 'user', 'this rule takes too much time');
let h: ApiHarness;
let analyst: string;
let opening: () => Promise<void>;
/** @param page 1 for the first */
let meeting: (page: number) => Promise<void>;
let closed = 0;

beforeAll(async () => {
  h = await startApi({
    clock,
    rules: {
      ...playedRules([], () => h.state),
      tryOut: async (): Promise<RuleTrial> => {
        await opening();
        let page = 0;
        return {
          faults: [],
          title: 'A rule',
          meet: async (texts) => {
            await meeting(++page);
            return { matched: texts.length, first: [] };
          },
          close: () => void closed++,
        };
      },
    },
  });
  analyst = await h.signInAs('analyst');
  await h.events.append(
    Array.from({ length: EVENTS }, (_, n) => eventFixture(n)),
    [],
  );
});
afterAll(() => h.close());
beforeEach(() => {
  opening = async () => {};
  meeting = async () => {};
  closed = 0;
});

async function tried(cookie = analyst): Promise<[number, Record<string, unknown>]> {
  const window = { from: new Date(START).toISOString(), to: new Date(START + 3_600_000).toISOString() };
  const response = await h.call('POST', '/api/v1/rules/test', { cookie, body: { rule: 'title: x', ...window } });
  return [response.status, (await response.json()) as Record<string, unknown>];
}

describe('a rule that is tried', () => {
  it('tells what it found until then where it takes too long', async () => {
    meeting = async (page) => {
      if (page === 2) clock.advance(10_000);
    };
    expect(await tried()).toEqual([
      200,
      { faults: [], title: 'A rule', looked: 2000, matched: 2000, matches: [], cut: 'time' },
    ]);
    meeting = async (page) => {
      if (page === 2) throw slow();
    };
    expect(await tried()).toMatchObject([200, { looked: 1000, cut: 'time' }]);
    expect(closed).toBe(2);
  });

  it('is refused where nothing was found out in that time', async () => {
    meeting = () => Promise.reject(slow());
    expect(await tried()).toMatchObject([422, { detail: 'this rule takes too much time' }]);
    expect(closed).toBe(1);
    opening = () => Promise.reject(slow());
    expect(await tried()).toMatchObject([422, { type: 'urn:netsentinel:problem:rule-trial-slow' }]);
  });

  it('is one of an account and two in all at a time, and makes room when it is over', async () => {
    const gate = Promise.withResolvers<undefined>();
    const begun = Promise.withResolvers<undefined>();
    let running = 0;
    opening = async () => {
      if (++running === 2) begun.resolve(undefined);
      await gate.promise;
    };
    const [admin, reader] = [await h.signInAs('admin'), await h.signInAs('read-only')];
    const both = [tried(), tried(admin)];
    await begun.promise;
    expect((await tried())[0]).toBe(429);
    expect((await tried(reader))[0]).toBe(429);
    gate.resolve(undefined);
    expect((await Promise.all(both)).map(([status]) => status)).toEqual([200, 200]);
    expect((await tried(reader))[0]).toBe(200);
  });

  it('is not for those who may not see events', async () => {
    expect((await tried(await h.signInAs('red-team')))[0]).toBe(403);
  });
});
