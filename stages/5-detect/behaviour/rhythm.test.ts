import { expect, it } from 'vitest';
import { rhythmOf } from './rhythm.ts';

/** Numbers from 0 to 1 that look drawn, the same each time. */
function drawing(): () => number {
  let state = 7;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}

function times(pauses: readonly number[]): number[] {
  let at = 0;
  return [0, ...pauses.map((pause) => (at += pause))];
}

const SAME = Array.from({ length: 41 }, () => 500);

it('a clock is 1, with a gap a little less', () => {
  const pauses = Array.from({ length: 40 }, () => 60_000);
  expect(rhythmOf(times(pauses), SAME).score).toBe(1);
  pauses[20] = 9 * 3_600_000;
  expect(rhythmOf(times(pauses), SAME)).toMatchObject({ periodMs: 60_000, jitter: 0 });
  expect(rhythmOf(times(pauses), SAME).score).toBeGreaterThan(0.95);
});

it('pauses drawn from half to one and a half still show, arrivals by chance do not', () => {
  const draw = drawing();
  const jittered = rhythmOf(times(Array.from({ length: 40 }, () => 60_000 * (0.5 + draw()))), SAME);
  const byChance = rhythmOf(times(Array.from({ length: 40 }, () => -60_000 * Math.log(1 - draw()))), SAME);
  expect(jittered.score).toBeGreaterThan(0.7);
  expect(byChance.score).toBeLessThan(0.55);
});

it('sizes of all kinds count against it', () => {
  const draw = drawing();
  const sizes = SAME.map(() => 100 + 10_000 * draw());
  expect(rhythmOf(times(Array.from({ length: 40 }, () => 60_000)), sizes).score).toBeLessThan(0.8);
});
