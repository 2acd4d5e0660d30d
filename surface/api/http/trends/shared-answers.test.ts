import { describe, expect, it } from 'vitest';
import { ManualClock } from '@netsentinel/kernel/clock';
import { Problem } from '../problem.ts';
import { SharedAnswers } from './shared-answers.ts';

describe('a shared answer', () => {
  it('is made once for all who ask meanwhile, and anew when it is old', async () => {
    const clock = new ManualClock();
    const shared = new SharedAnswers(clock);
    const made = Promise.withResolvers<string>();
    let times = 0;
    const ask = (): Promise<string> => shared.get('x', 1000, () => (times++, made.promise));
    const all = Promise.all(Array.from({ length: 30 }, ask));
    // However long it takes: it is as old as its end.
    clock.advance(5000);
    const late = ask();
    made.resolve('answer');
    expect(new Set([...(await all), await late])).toEqual(new Set(['answer']));
    clock.advance(999);
    await ask();
    expect(times).toBe(1);
    clock.advance(1);
    await ask();
    expect(times).toBe(2);
  });

  it('that failed is told to all who waited for it, and not kept', async () => {
    const shared = new SharedAnswers(new ManualClock());
    const fail = (): Promise<string> => Promise.reject(new Error('slow'));
    const both = [shared.get('x', 1000, fail), shared.get('x', 1000, async () => 'not asked')];
    for (const one of both) await expect(one).rejects.toThrow('slow');
    expect(await shared.get('x', 1000, async () => 'new')).toBe('new');
  });

  it.each([
    ['has gone', new Problem(503, 'ended', '')],
    ['asks too much', new Problem(429, 'busy', '')],
  ])('is made by the next one where whoever asked first %s', async (_, problem) => {
    const shared = new SharedAnswers(new ManualClock());
    const first = shared.get('x', 1000, () => Promise.reject(problem));
    let times = 0;
    const next = async (): Promise<number> => ++times;
    const others = [shared.get('x', 1000, next), shared.get('x', 1000, next)];
    await expect(first).rejects.toBe(problem);
    expect(await Promise.all(others)).toEqual([1, 1]);
  });
});
