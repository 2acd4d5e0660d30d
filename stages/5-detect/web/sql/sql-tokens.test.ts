import { expect, it } from 'vitest';
import { expressionEnd } from './sql-expression.ts';
import { sqlTokens } from './sql-tokens.ts';

const shape = (text: string): string =>
  sqlTokens(text)
    .map(({ type, text: value }) => (type.length === 1 ? type : `${type}:${value}`))
    .join(' ');

it.each([
  ["select a.b, 'x''y\\'z' from t", "keyword:select word:a . word:b , string:x''y\\'z keyword:from word:t"],
  ['1or 1st 0x6a 1.5e3 .5', 'number:1 logic:or word:1st number:0x6a number:1.5e3 number:.5'],
  ["n'x' _utf8'y'", 'string:x string:y'],
  ['/* a */1/**/--x', 'number:1 comment:--x'],
  ['a--x\nb', 'word:a word:b'],
  ['/*!50000select*/1#c', 'keyword:select number:1 comment:#c'],
  ['@@version @x := 1', 'variable:@@version variable:@x compare::= number:1'],
  ['sleep (5)', 'function:sleep ( number:5 )'],
  ['a<=>b!=c || d && !e', 'word:a compare:<=> word:b compare:!= word:c logic:|| word:d logic:&& other:! word:e'],
  ['`a b`.c::text', 'word:a b . word:c other::: word:text'],
  ["'open", 'string:open'],
  ['/* open', 'comment:/* open'],
  ['`', 'other:`'],
  ['', ''],
])('%j', (text, expected) => {
  expect(shape(text)).toBe(expected);
});

it.each([
  ['1+2*3 =', 5],
  ["concat('a',(1))||x and", 10],
  ['(1', 2],
  ['= 1', 0],
  ['a.b.c', 5],
])('the operand of %j ends at %i', (text, end) => {
  expect(expressionEnd(sqlTokens(text), 0)).toBe(end);
});

it('stops at its bound', () => {
  expect(sqlTokens('a '.repeat(10_000))).toHaveLength(4096);
});
