import { describe, expect, it } from 'vitest';
import { ReadGate } from './read-gate.ts';

/** A question that is answered when the test says so. */
function question(gate: ReadGate, account: string, log: string[], name: string, signal = new AbortController().signal) {
  const answer = Promise.withResolvers<void>();
  const done = gate.run(account, signal, async () => {
    log.push(name);
    await answer.promise;
  });
  return { answer: () => answer.resolve(), fail: () => answer.reject(new Error('failed')), done };
}

/** All that can go on has done so. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('the gate of questions', () => {
  it('lets an account ask one thing at a time, and two accounts at once, in their order', async () => {
    const [gate, log] = [new ReadGate(), [] as string[]];
    const a1 = question(gate, 'a', log, 'a1');
    const a2 = question(gate, 'a', log, 'a2');
    const b = question(gate, 'b', log, 'b');
    const c = question(gate, 'c', log, 'c');
    await settled();
    expect(log).toEqual(['a1', 'b']);
    a1.fail();
    await expect(a1.done).rejects.toThrow('failed');
    await settled();
    expect(log).toEqual(['a1', 'b', 'a2']);
    b.answer();
    await b.done;
    await settled();
    expect(log).toEqual(['a1', 'b', 'a2', 'c']);
    a2.answer();
    c.answer();
    await Promise.all([a2.done, c.done]);
  });

  it('forgets who went away while waiting, and refuses what nobody could wait for', async () => {
    const [gate, log] = [new ReadGate(), [] as string[]];
    const first = question(gate, 'a', log, 'first');
    const gone = new AbortController();
    const second = question(gate, 'a', log, 'second', gone.signal);
    gone.abort(new Error('gone'));
    await expect(second.done).rejects.toThrow('gone');
    const many = Array.from({ length: 16 }, (_, n) => question(gate, 'a', log, String(n)));
    await expect(question(gate, 'a', log, 'one too many').done).rejects.toMatchObject({ status: 429, code: 'busy' });
    const other = question(gate, 'b', log, 'other');
    first.answer();
    for (const one of [...many, other]) one.answer();
    await Promise.all([...many, other].map(({ done }) => done));
    expect(log).toHaveLength(18);
    await expect(question(gate, 'a', log, 'never', gone.signal).done).rejects.toThrow('gone');
  });
});
