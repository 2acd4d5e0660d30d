import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { TurnBudget } from './turn-budget.ts';

/** Work that takes so long, by a clock of its own. */
function made(): { budget: TurnBudget; work: (name: string, ms: number) => void; done: string[] } {
  let now = 0;
  const budget = new TurnBudget(() => now);
  const done: string[] = [];
  const run = (name: string, ms: number): void => {
    now += ms;
    done.push(name);
  };
  const work = (name: string, ms: number): void => {
    if (budget.isSpent) budget.later(() => run(name, ms));
    else run(name, ms);
  };
  return { budget, work, done };
}

it('lets work be done at once as long as the turn has time for it', async () => {
  const { work, done } = made();
  for (const name of ['a', 'b', 'c']) work(name, 2);
  expect(done).toEqual(['a', 'b', 'c']);
  await nextTurn();
  work('d', 2);
  expect(done).toEqual(['a', 'b', 'c', 'd']);
});

it('does the rest in later turns, in its order, before what comes then', async () => {
  const { work, done } = made();
  for (const name of ['a', 'b', 'c', 'd', 'e']) work(name, 3);
  expect(done).toEqual(['a', 'b']);
  await nextTurn();
  expect(done).toEqual(['a', 'b', 'c', 'd']);
  work('f', 3);
  expect(done).toEqual(['a', 'b', 'c', 'd']);
  for (let turns = 0; turns < 5; turns++) await nextTurn();
  expect(done).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});
