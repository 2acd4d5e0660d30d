import { describe, expect, it } from 'vitest';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { csvCells, csvLine } from './csv.ts';

describe('CSV', () => {
  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    ' =1+1',
    '\u00a0 @x',
    '"=1+1"',
    '\tx',
    '\rx',
    '\nx',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    "=cmd|' /C calc'!A0",
  ])('defuses what a spreadsheet would run: %j', (text) => expect(csvLine([text]).replace(/^"/, '')).toMatch(/^'/));

  it.each([
    ['wget x;=cmd|calc', "wget x;'=cmd|calc"],
    ['x\t =1', "x\t' =1"],
    ['a;"=1"', 'a;\'"=1"'],
    ['a |@b\n-c', "a |'@b\n'-c"],
    ['a; b | c', 'a; b | c'],
  ])('defuses what would be a cell where other signs part them: %j', (text, safe) => {
    expect(csvLine([text])).toBe(`"${safe.replaceAll('"', '""')}"\r\n`);
  });

  it('leaves other text as it is, and quotes by RFC 4180', () => {
    expect(csvLine(['root', '', 'a=b', "'x", ' y', 'über'])).toBe("root,,a=b,'x, y,über\r\n");
    expect(csvLine(['a,b', 'say "hi"', 'one\r\ntwo', '=1,"2"'])).toBe(
      `"a,b","say ""hi""","one\r\ntwo","'=1,""2"""\r\n`,
    );
    expect(csvLine(['nul\0inside'])).toBe('nul\uFFFDinside\r\n');
  });

  it('takes the values of fields, several of one as well, and nothing of an object’s own', () => {
    const event = eventFixture(1, {
      tags: ['a', 'b'],
      dns: { answers: [{ data: 'x' }, { name: 'y' }, { data: 'z' }] },
      zeek: { conn: { missed: 0, ok: true, more: { deep: 1 } } },
    });
    const fields = ['source.port', 'tags', 'dns.answers.data', 'zeek.conn.missed', 'zeek.conn.ok', 'zeek.conn.more'];
    const missing = ['user.name', 'tags.length', 'zeek.constructor.name', '__proto__.x', 'message.length'];
    expect(
      csvCells(
        event,
        [...fields, ...missing].map((name) => name.split('.')),
      ),
    ).toEqual(['1025', 'a | b', 'x | z', '0', 'true', '{"deep":1}', '', '', '', '', '']);
  });
});
