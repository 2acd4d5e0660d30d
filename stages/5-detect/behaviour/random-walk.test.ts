import { expect, it } from 'vitest';
import { DOUBTFUL, KNOWING, RandomWalk, VISITING, type WalkTest } from './random-walk.ts';

/** After how many contacts it decides: `f` failed, `a` was answered. */
function decidesAfter(test: WalkTest, contacts: string): number | undefined {
  const walk = new RandomWalk(test);
  const at = contacts.split('').findIndex((one, index) => walk.step(String(index), one === 'f', `e${index}`));
  return at < 0 ? undefined : at + 1;
}

it('decides after four failures in a row, or five with one answer among them', () => {
  expect(decidesAfter(KNOWING, 'ffff')).toBe(4);
  expect(decidesAfter(KNOWING, 'fff')).toBeUndefined();
  expect(decidesAfter(KNOWING, 'ffaffff')).toBe(6);
});

it('finds as soon who was good for long', () => {
  expect(decidesAfter(KNOWING, `${'a'.repeat(500)}ffff`)).toBe(504);
});

it('needs more where contacts fail without harm', () => {
  expect(decidesAfter(DOUBTFUL, 'f'.repeat(20))).toBe(9);
  expect(decidesAfter(VISITING, 'f'.repeat(20))).toBe(6);
});

it('lets somebody be who meets a dead host in twenty', () => {
  expect(decidesAfter(VISITING, `f${'a'.repeat(19)}`.repeat(20))).toBeUndefined();
});

it('finds who works off a list with four of ten gone', () => {
  expect(decidesAfter(VISITING, 'faafafaaff'.repeat(4))).toBeLessThanOrEqual(20);
});

it('counts each contact once, and tells of a scan again when it has grown', () => {
  const walk = new RandomWalk(KNOWING);
  const told: number[] = [];
  for (let round = 0; round < 2; round++)
    for (let host = 0; host < 600; host++) if (walk.step(String(host), true, `e${host}`)) told.push(walk.failed);
  expect(told).toEqual([4, 20, 100, 500]);
  expect(walk.failed).toBe(512);
  expect(walk.evidence.length).toBeLessThanOrEqual(16);
});

it('takes a failure back that was answered after all', () => {
  const walk = new RandomWalk(KNOWING);
  for (const host of ['1', '2', '3']) walk.step(host, true, host);
  walk.answerLate('2');
  walk.answerLate('2');
  expect(walk.step('4', true, '4')).toBe(false);
  expect([walk.failed, walk.answered]).toEqual([3, 1]);
});
