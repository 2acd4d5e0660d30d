import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { foldCase } from '../case-folding.ts';
import { TextList, type TextMode } from './text-list.ts';

const unit = fc.constantFrom('a', 'b', 'c', '\\', '1', '中', 'ß', '\u{10428}');
const text = fc.array(unit, { maxLength: 24 }).map((units) => foldCase(units.join('')));
const mode = fc.constantFrom<TextMode>('equals', 'startsWith', 'endsWith', 'contains');

function meets(kind: TextMode, value: string, wanted: string): boolean {
  if (kind === 'equals') return value === wanted;
  if (kind === 'contains') return value.includes(wanted);
  return kind === 'startsWith' ? value.startsWith(wanted) : value.endsWith(wanted);
}

describe('a list of texts', () => {
  it('answers as each of its texts would', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ kind: mode, text }), { maxLength: 12 }),
        fc.array(text, { maxLength: 12 }),
        (wanted, values) => {
          const list = new TextList(wanted);
          for (const value of [...values, ...wanted.map((one) => `a${one.text}b`), ...wanted.map((one) => one.text)]) {
            expect(list.test(value)).toBe(wanted.some((one) => meets(one.kind, value, one.text)));
          }
        },
      ),
    );
  });

  it('tells texts apart that end alike, however many', () => {
    const wanted = Array.from({ length: 100_000 }, (_, index) => ({
      kind: 'contains' as const,
      text: `${index}.an-ending-that-all-of-them-have`,
    }));
    const list = new TextList(wanted);
    expect(list.test('x77777.an-ending-that-all-of-them-have!')).toBe(true);
    expect(list.test('x.an-ending-that-all-of-them-have!')).toBe(false);
  });
});
