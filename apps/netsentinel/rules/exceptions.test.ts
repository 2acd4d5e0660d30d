import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  filterText,
  inForce,
  newException,
  offByNewestWord,
  parseWhere,
  readExceptions,
  writeExceptions,
} from './exceptions.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'netsentinel-exceptions-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const at = '2026-11-21T10:00:00.000Z';
const exception = newException({
  rules: ['r1'],
  where: { 'source.ip|cidr': ['192.0.2.0/24'] },
  reason: 'our scanner',
  by: 'alice',
  at,
});

it('keeps what was written, and begins with nothing', async () => {
  const path = join(folder, 'rules', 'exceptions.json');
  expect(await readExceptions(path)).toEqual({ disabled: [], exceptions: [] });
  const written = {
    disabled: [{ rule: 'r2', reason: 'noise', until: '2026-12-01T00:00:00.000Z', by: 'alice', at }],
    exceptions: [exception],
  };
  await writeExceptions(path, written);
  expect(await readExceptions(path)).toEqual(written);
});

it('says where a file that somebody edited is wrong', async () => {
  const path = join(folder, 'exceptions.json');
  writeFileSync(path, '{');
  await expect(readExceptions(path)).rejects.toMatchObject({ message: expect.stringContaining('no JSON') });
  writeFileSync(path, JSON.stringify({ disabled: [{ rule: 'r', reason: ' ', by: 'a', at }], exceptions: [] }));
  await expect(readExceptions(path)).rejects.toMatchObject({
    code: 'RULES_EXCEPTIONS_INVALID',
    message: expect.stringContaining('disabled.0.reason'),
  });
  expect(readFileSync(path, 'utf8')).toContain('"r"');
});

it('counts each until its end, and says when the next one ends', () => {
  const one = (rule: string, until?: string) => ({
    rule,
    reason: 'x',
    by: 'a',
    at,
    ...(until === undefined ? {} : { until }),
  });
  const all = {
    disabled: [one('past', '2026-11-21T11:00:00.000Z'), one('soon', '2026-11-21T13:00:00.000Z'), one('always')],
    exceptions: [exception, { ...exception, until: '2026-11-21T12:30:00.000Z' }],
  };
  const counts = inForce(all, Date.UTC(2026, 10, 21, 12));
  expect(counts.disabled.map(({ rule }) => rule)).toEqual(['soon', 'always']);
  expect(counts.exceptions).toHaveLength(2);
  expect(counts.changesAt).toBe(Date.UTC(2026, 10, 21, 12, 30));
  expect(inForce({ disabled: [], exceptions: [exception] }, 0).changesAt).toBeUndefined();
});

it('a rule is off by the newest word on it, whoever said it', () => {
  const word = (rule: string, n: number) => ({ rule, reason: 'x', by: 'a', at: `2026-11-21T1${n}:00:00Z` });
  const written = ['older', 'newer', 'same', 'alone'].map((rule) => word(rule, 5));
  const said = [word('older', 6), word('newer', 4), word('same', 5)].map((one) => ({ ...one, enabled: true }));
  const off = offByNewestWord(written, [...said, { ...word('said', 1), enabled: false }]);
  expect(off).toEqual([word('newer', 5), word('alone', 5), word('said', 1)]);
});

it('becomes a filter of the rule', () => {
  expect(JSON.parse(filterText(exception))).toMatchObject({
    title: 'Exception: our scanner',
    filter: { rules: ['r1'], exception: { 'source.ip|cidr': ['192.0.2.0/24'] }, condition: 'not exception' },
  });
});

it('reads fields and values as people type them', () => {
  expect(parseWhere(['user.name=backup', 'user.name=root', 'url.query|contains=a=b'])).toEqual({
    'user.name': ['backup', 'root'],
    'url.query|contains': ['a=b'],
  });
  for (const wrong of ['user.name', '=x', ' =x', '__proto__=x'])
    expect(() => parseWhere([wrong])).toThrow(expect.objectContaining({ code: 'RULES_WHERE_INVALID' }));
});
