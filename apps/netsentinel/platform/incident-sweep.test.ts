import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { expect, it } from 'vitest';
import { startIncidentSweep } from './incident-sweep.ts';

/** A sweep whose answers the test gives; `limits` are what each was asked for. */
function sweeping(answers: (number | Error)[]) {
  const clock = new ManualClock();
  const limits: number[] = [];
  const analysis = {
    closeQuiet: async (limit: number): Promise<number> => {
      limits.push(limit);
      const answer = answers.shift() ?? 0;
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const sweep = startIncidentSweep({ analysis, clock, log: silentLogger });
  const pass = async (ms: number): Promise<number> => {
    clock.advance(ms);
    await new Promise((resolve) => setImmediate(resolve));
    return limits.length;
  };
  return { sweep, limits, pass };
}

it('sweeps once a minute, sooner while more is waiting, and also after a failure', async () => {
  const { sweep, limits, pass } = sweeping([50, 3, new Error('disk full')]);
  expect(await pass(59_999)).toBe(0);
  expect(await pass(1)).toBe(1);
  expect(await pass(1_000)).toBe(2);
  expect(await pass(1_000)).toBe(2);
  expect(await pass(59_000)).toBe(3);
  expect(await pass(60_000)).toBe(4);
  expect(limits).toEqual([50, 50, 50, 50]);
  sweep.stop();
  expect(await pass(600_000)).toBe(4);
});
