/** What every state store must remember of rules that people put into force: part of the state store's suite. */
import type { OwnRules } from '@netsentinel/contracts/own-rules';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';

const own = (name: string, n: number, rules: readonly string[]): Omit<OwnRules, 'version'> => ({
  name,
  text: `title: ${n} '"\u202e`,
  rules: [...rules],
  reason: `because ${n}`,
  by: 'console:ada',
  at: new Date(n * 1000).toISOString(),
});

export function ownRulesCases(current: () => StateStore): void {
  it('keeps what people put into force, by name, and what became of each rule', async () => {
    const versions = await current().transaction(async (tx) => [
      await tx.putOwnRules(own('b', 1, ['r1', 'r2'])),
      await tx.putOwnRules(own('a', 2, ['r3'])),
      await tx.putOwnRules(own('b', 3, ['r2', 'r4'])),
    ]);
    const [first, second, third] = versions as [number, number, number];
    expect([first < second, second < third]).toEqual([true, true]);
    const { read } = current();
    expect(await read.ownRules()).toEqual([
      { ...own('a', 2, ['r3']), version: second },
      { ...own('b', 3, ['r2', 'r4']), version: third },
    ]);
    const word = (rule: string, change: string, n: number, version: number): object => {
      const { name, reason, by, at } = own('b', n, []);
      return { rule, name, change, version, reason, by, at };
    };
    expect(await read.ownRuleHistory('r1')).toEqual([word('r1', 'removed', 3, third), word('r1', 'added', 1, first)]);
    expect(await read.ownRuleHistory('r2')).toEqual([word('r2', 'changed', 3, third), word('r2', 'added', 1, first)]);
    await current().transaction(async (tx) => {
      await tx.removeOwnRules(own('b', 4, []));
      await tx.removeOwnRules(own('none', 4, []));
    });
    expect((await read.ownRules()).map(({ name }) => name)).toEqual(['a']);
    expect((await read.ownRuleHistory('r4')).map(({ change }) => change)).toEqual(['removed', 'added']);
    expect(await read.ownRuleHistory('r')).toEqual([]);
    // Who has a version of what was removed must not take it for what came later under its name.
    expect(await current().transaction((tx) => tx.putOwnRules(own('b', 5, ['r1'])))).toBeGreaterThan(third);
  });

  it('keeps a hundred changes of each of those rules', async () => {
    await current().transaction(async (tx) => {
      await tx.putOwnRules(own('quiet', 0, ['r2']));
      for (let n = 1; n <= 110; n++) await tx.putOwnRules(own('busy', n, ['r1']));
    });
    const { read } = current();
    const kept = await read.ownRuleHistory('r1');
    expect([kept.length, kept[0]?.reason, kept.at(-1)?.reason]).toEqual([100, 'because 110', 'because 11']);
    expect(await read.ownRuleHistory('r2')).toHaveLength(1);
  });
}
