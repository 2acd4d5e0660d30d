/** What every state store must remember of what people said of rules: part of the state store's suite. */
import type { RuleWord } from '@netsentinel/contracts/rule-book';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { expect, it } from 'vitest';

const word = (rule: string, n: number, enabled = false): RuleWord => ({
  rule,
  enabled,
  reason: `because ${n} '"\u202e`,
  by: 'console:ada',
  at: new Date(n * 1000).toISOString(),
});

export function ruleBookCases(current: () => StateStore): void {
  it('keeps what was said of rules: the newest of each, and the last hundred of one', async () => {
    const off = { ...word('r1', 1), until: new Date(9_000).toISOString() };
    await current().transaction(async (tx) => {
      await tx.addRuleWord(off);
      await tx.addRuleWord(word('r2', 2));
      await tx.addRuleWord(word('r1', 3, true));
      expect(await tx.ruleHistory('r1')).toEqual([word('r1', 3, true), off]);
    });
    expect(await current().read.ruleWords()).toEqual([word('r1', 3, true), word('r2', 2)]);
    await current().transaction(async (tx) => {
      for (let n = 4; n < 110; n++) await tx.addRuleWord(word('r1', n));
    });
    const { read } = current();
    const kept = await read.ruleHistory('r1');
    expect([kept.length, kept[0], kept.at(-1)]).toEqual([100, word('r1', 109), word('r1', 10)]);
    expect([await read.ruleHistory('r2'), await read.ruleHistory('r')]).toEqual([[word('r2', 2)], []]);
  });
}
