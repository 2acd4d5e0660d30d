import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonTexts } from './json-texts.ts';

interface Taken {
  readonly values: unknown[];
  readonly lines: number[];
  readonly bad: string[];
}

/** Takes an input in pieces of `size` bytes. */
function take(input: string | Buffer, size = 1 << 20, maxBytes?: number): Taken {
  const taken: Taken = { values: [], lines: [], bad: [] };
  const texts = new JsonTexts({
    onText: (text, line) => {
      taken.lines.push(line);
      try {
        taken.values.push(JSON.parse(text));
      } catch {
        taken.bad.push(`${line}: not JSON`);
      }
    },
    onBad: ({ line, reason }) => taken.bad.push(`${line}: ${reason}`),
    ...(maxBytes === undefined ? {} : { maxBytes }),
  });
  const bytes = Buffer.from(input);
  for (let at = 0; at < bytes.length; at += size) texts.push(bytes.subarray(at, at + size));
  texts.end();
  return taken;
}

const events = [{ a: 1 }, { a: '}{"\\', b: { c: ['[', { d: null }] } }, { ä: '€\n' }];

describe('every layout', () => {
  it.each([
    ['lines', events.map((event) => JSON.stringify(event)).join('\n')],
    ['lines, with an end and empty lines', `\n${events.map((event) => `${JSON.stringify(event)}\r\n\n`).join('')}`],
    ['an array', JSON.stringify(events)],
    ['a pretty array', JSON.stringify(events, null, 2)],
    ['an array with an event a line', `[\n${events.map((event) => JSON.stringify(event)).join(',\n')}\n]\n`],
    ['pretty values in a row', events.map((event) => JSON.stringify(event, null, 4)).join('\n')],
    ['a byte order mark', `\uFEFF${JSON.stringify(events)}`],
  ])('%s', (_, text) => {
    for (const size of [1, 2, 7, 1 << 20]) expect(take(text, size)).toMatchObject({ values: events, bad: [] });
  });

  it('an empty input and an empty array hold nothing', () => {
    for (const text of ['', '\n \n', '[]', '[\n]\n']) expect(take(text)).toEqual({ values: [], lines: [], bad: [] });
  });

  it('a single event without a line end', () => {
    expect(take('{"a":1}').values).toEqual([{ a: 1 }]);
  });
});

describe('broken input', () => {
  it('a broken line is handed on by itself, with its number', () => {
    const taken = take('{"a":1}\n{"a":\n{"a":3}\n');
    expect(taken.values).toEqual([{ a: 1 }, { a: 3 }]);
    expect(taken.bad).toEqual(['2: not JSON']);
  });

  it('a broken first line does not hide the others', () => {
    expect(take('{"a":oops}\n{"a":2}\n').values).toEqual([{ a: 2 }]);
  });

  it('says where an input ends too early', () => {
    expect(take('[{"a":1},\n{"a":')).toMatchObject({
      values: [{ a: 1 }],
      bad: ['2: the input ends inside this JSON text'],
    });
  });

  it('skips what is no object between values', () => {
    const taken = take('[{"a":1},\nnonsense,\n{"a":2}]');
    expect(taken.values).toEqual([{ a: 1 }, { a: 2 }]);
    expect(taken.bad).toEqual(['2: an event is a JSON object: expected `{` here']);
  });

  it('bounds a line, and a value, and goes on behind it', () => {
    const long = JSON.stringify({ long: 'x'.repeat(500) });
    for (const size of [10, 1 << 20]) {
      expect(take(`{"a":1}\n${long}\n{"a":2}\n`, size, 100).values).toEqual([{ a: 1 }, { a: 2 }]);
      const array = take(`[{"a":1},${long},{"a":2}]`, size, 100);
      expect(array.values).toEqual([{ a: 1 }, { a: 2 }]);
      expect(array.bad).toEqual(['1: this JSON text is longer than 100 bytes']);
    }
  });
});

it('finds the same texts however the bytes are cut', () => {
  const layouts = [
    (list: unknown[]) => list.map((value) => JSON.stringify(value)).join('\n'),
    (list: unknown[]) => JSON.stringify(list, null, 1),
  ];
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue())),
      fc.constantFrom(...layouts),
      fc.integer({ min: 1, max: 40 }),
      (list, layout, size) => {
        const text = layout(list);
        expect(take(text, size).values).toEqual(JSON.parse(JSON.stringify(list)));
      },
    ),
  );
});

it('never throws on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.integer({ min: 1, max: 50 }), (bytes, size) => {
      expect(() => take(Buffer.from(bytes), size, 64)).not.toThrow();
    }),
  );
});
