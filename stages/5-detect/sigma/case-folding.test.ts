import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldCase } from './case-folding.ts';
import { timePart } from './time-part.ts';

test('folding keeps lengths, and a text folds as its characters do', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const folded = foldCase(text);
      expect(folded).toHaveLength(text.length);
      expect(folded).toBe(foldCase(folded));
      expect(folded).toBe(text.split('').map(foldCase).join(''));
    }),
  );
});

test.each([
  ['ΑΣ', 'ασ'],
  ['İ', 'İ'],
  ['ÄÖ', 'äö'],
  ['\u{1e900}Ä', '\u{1e900}ä'],
])('%s becomes %s', (text, wanted) => {
  expect(foldCase(text)).toBe(wanted);
});

test.each<[string, number]>([
  ['2021-01-03', 53],
  ['2021-01-04', 1],
  ['2026-12-31', 53],
  ['2024-12-30', 1],
])('the week of %s is %i', (date, week) => {
  expect(timePart(Date.parse(date), 'week')).toBe(week);
});
