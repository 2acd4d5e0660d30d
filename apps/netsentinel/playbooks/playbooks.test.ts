import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileWhen } from './conditions.ts';
import { runPlaybookCases } from './playbook-cases.ts';
import { readPlaybook, readPlaybooks, SHIPPED_PLAYBOOKS } from './playbook-files.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'playbooks-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (text: string, name = 'mine.yml'): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
const GOOD = `
id: mine
version: 1
title: Mine
when: { bad: { score|gte: 70 }, condition: bad }
steps:
  - note: Seen.
`;

describe('playbooks that come with us', () => {
  const all = readPlaybooks([SHIPPED_PLAYBOOKS]);
  it('are eleven, each named as its file', () => {
    expect(all).toHaveLength(11);
    for (const { path, playbook } of all) expect(path.endsWith(`/${playbook.id}.yml`)).toBe(true);
  });
  it.each(all.map((one) => [one.playbook.id, one] as const))(
    '%s runs for what it must and for nothing else',
    (_, one) => {
      const { failures, hasCases, passed } = runPlaybookCases(one);
      expect(failures).toEqual([]);
      expect(hasCases).toBe(true);
      expect(passed).toBeGreaterThanOrEqual(3);
    },
  );
});

describe('reading a playbook', () => {
  it.each([
    [
      'an unknown key, with its line',
      GOOD.replace('title: Mine', 'titel: Mine'),
      /mine\.yml:4:1: unknown key "titel" \(did you mean "title"/,
    ],
    [
      'a step that does nothing',
      GOOD.replace('note: Seen.', 'id: nothing'),
      /mine\.yml:7:\d+: .*say what it does: one of block, notify/,
    ],
    [
      'a step that does two things',
      GOOD.replace('note: Seen.', 'note: Seen.\n    wait: 1m'),
      /one thing a step: it has note and wait/,
    ],
    [
      'a revert of what is no block',
      GOOD.replace('note: Seen.', 'note: Seen.\n    compensate: [{ revert: true }]'),
      /only a `block` step can be reverted/,
    ],
    [
      'a measure that there is not',
      GOOD.replace('note: Seen.', 'block: { measure: bury, for: 1h }'),
      /mine\.yml:7:\d+: .*measure/,
    ],
    ['a length of time that is none', GOOD.replace('note: Seen.', 'wait: soon'), /a length of time up to 30 days/],
    [
      'a group in a group',
      GOOD.replace('note: Seen.', 'parallel: [{ note: a }, { parallel: [{ note: b }, { note: c }] }]'),
      /unknown key "parallel"/,
    ],
    [
      'what a group has no use for',
      GOOD.replace('note: Seen.', 'parallel: [{ note: a }, { note: b }]\n    retry: 2'),
      /`retry` belongs to the steps inside/,
    ],
    [
      'a field that there is not',
      GOOD.replace('score', 'scores'),
      /when: there is no field "scores"; did you mean "score"/,
    ],
    [
      'a condition over no search',
      GOOD.replace('condition: bad', 'condition: worse'),
      /mine\.yml:5:\d+: when: .*worse/,
    ],
    ['words without a field', GOOD.replace('bad: { score|gte: 70 }', 'bad: [evil]'), /when: name a field/],
    [
      'an expression without a bound',
      GOOD.replace('score|gte: 70', String.raw`commands.input|re: '(a*)*\1b'`),
      /when: /,
    ],
    [
      'two steps of one name',
      GOOD.replace('note: Seen.', 'id: a\n    note: b\n  - id: a\n    note: c'),
      /two steps are called "a"/,
    ],
  ])('refuses %s', (_, text, message) => {
    expect(() => readPlaybook(write(text))).toThrow(
      expect.objectContaining({ code: 'PLAYBOOK_INVALID', message: expect.stringMatching(message) }),
    );
  });

  it('refuses two of one name, a file that is not there and one that is too long', () => {
    expect(() => readPlaybooks([write(GOOD), write(GOOD, 'other.yml')])).toThrow(/is called "mine" too/);
    expect(() => readPlaybook(join(folder, 'none.yml'))).toThrow(
      expect.objectContaining({ code: 'PLAYBOOK_NOT_FOUND' }),
    );
    expect(() => readPlaybook(write(`${GOOD}#${'x'.repeat(70_000)}`))).toThrow(/has \d+ bytes/);
  });

  it('takes hostile text in an incident as text', () => {
    const matches = compileWhen({
      id: 'x',
      title: 'x',
      when: { s: { 'commands.input|contains': 'wget' }, condition: 's' },
    });
    expect(matches({ 'commands.input': ['${jndi:ldap://x}', '{{ 7*7 }} $(wget)', '\0'] })).toBe(true);
    expect(matches({ 'commands.input': ['__proto__', '%s%n'], constructor: 'wget' })).toBe(false);
  });
});

describe('cases', () => {
  it('say what they expected, and what they cannot read', () => {
    const path = write(GOOD);
    expect(runPlaybookCases(readPlaybook(path)).hasCases).toBe(false);
    write('run: [{ score: 10 }, { scores: 80 }]\nignore: [{ score: 80 }, { score: 69 }]', 'mine.cases.yml');
    expect(runPlaybookCases(readPlaybook(path))).toEqual({
      hasCases: true,
      passed: 1,
      failures: [
        'run 1: it must run, and does not',
        expect.stringContaining('run 2: no incident:'),
        'ignore 1: it must not run, and does',
      ],
    });
    write('run: []', 'mine.cases.yml');
    expect(runPlaybookCases(readPlaybook(path)).failures[0]).toContain('the cases cannot be read');
  });
});
