import { describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { DecoyTests } from './decoy-tests.ts';
import { OwnTests } from './own-tests.ts';

const VERDICT = {
  score: 30,
  decoys: [{ decoy: 'ssh-1', score: 30, tells: 1, alike: 4, skipped: 2 }],
  tells: [{ decoy: 'ssh-1', check: 'ssh-banner', title: 'Its banner', tell: 'no banner', weight: 30 }],
};

function start() {
  const clock = new ManualClock(1_000);
  const sent: { readonly address: string }[] = [];
  const announced: string[] = [];
  const own = new OwnTests(clock);
  const tests = new DecoyTests({
    clock,
    ownTests: { announce: (address) => (announced.push(address), own.announce(address)) },
    send: (order) => sent.push(order),
  });
  return { clock, tests, sent, announced };
}

describe('a test of the decoys', () => {
  it('comes from an address that was announced as ours, one at a time, and keeps its verdict', () => {
    const { clock, tests, sent, announced } = start();
    expect(tests.status()).toEqual({ isRunning: false });
    expect(tests.begin()).toEqual({ isRunning: true, startedAt: 1_000 });
    expect(sent.map(({ address }) => address)).toEqual(announced);
    expect(() => tests.begin()).toThrow('wait for the result');
    clock.advance(60_000);
    tests.ended({ t: 'decoys-tested', verdict: VERDICT });
    const done = { isRunning: false, startedAt: 1_000, endedAt: 61_000, verdict: VERDICT };
    expect(tests.status()).toEqual(done);
    expect(tests.begin()).toEqual({ isRunning: true, startedAt: 61_000, verdict: VERDICT });
    expect(sent).toHaveLength(2);
  });

  it('says why it has no result, and shows the one before', () => {
    const { tests } = start();
    tests.begin();
    tests.ended({ t: 'decoys-tested', verdict: VERDICT });
    tests.begin();
    const error = { code: 'DECOYS_NOT_TESTED', fault: 'operational', message: 'the test took too long' } as const;
    tests.ended({ t: 'decoys-tested', error });
    expect(tests.status()).toMatchObject({ isRunning: false, failed: 'the test took too long', verdict: VERDICT });
  });

  it('believes no verdict that is none', () => {
    const { tests } = start();
    tests.begin();
    tests.ended({ t: 'decoys-tested', verdict: { ...VERDICT, score: 'low' } });
    expect(tests.status()).toMatchObject({ isRunning: false, failed: 'what the test answered is no verdict' });
    expect(tests.status().verdict).toBeUndefined();
  });
});
