import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readTime } from './event-time.ts';

const read = (text: string): number => readTime(Buffer.from(`"${text}","2027`), 1, text.length + 1);

it('reads what Date.parse reads, to the millisecond', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0000-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(read(date.toISOString())).toBe(date.getTime());
      expect(read(date.toISOString().replace('Z', '999999Z'))).toBe(date.getTime());
    }),
  );
  for (const day of ['2024-02-29', '2100-02-28', '1970-01-01', '2026-12-31'])
    expect(read(`${day}T23:59:59.999Z`)).toBe(Date.parse(`${day}T23:59:59.999Z`));
});

it.each([
  '2026-13-01T00:00:00.000Z',
  '2026-01-01T25:00:00.000Z',
  '2026-01-01T00:61:00.000Z',
  'no time at all, but long',
])('has no time for %s', (text) => {
  expect(read(text)).toBeNaN();
});
