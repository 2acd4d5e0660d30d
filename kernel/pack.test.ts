import fc from 'fast-check';
import { expect, it } from 'vitest';
import { pack, tryUnpack, unpack } from './pack.ts';

it('gives back what was packed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      fc.pre(!JSON.stringify(value).includes('__proto__'));
      expect(unpack(pack(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
  expect(unpack(pack({ bytes: Uint8Array.of(1, 2) }))).toEqual({ bytes: Buffer.from([1, 2]) });
});

it('shares no buffer with later calls', () => {
  const first = pack({ a: 'first' });
  const copy = Uint8Array.from(first);
  for (let i = 0; i < 1_000; i++) pack({ a: `later ${i}` });
  expect(Buffer.compare(first, copy)).toBe(0);
});

it('makes plain data, or nothing, of whatever others sent', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 256 }), (bytes) => {
      const value = tryUnpack(bytes);
      expect(typeof value).not.toBe('function');
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    }),
    { numRuns: 500 },
  );
  expect(tryUnpack(new Uint8Array())).toBeUndefined();
  expect(() => unpack(Uint8Array.of(0x92, 1))).toThrow('data');
  expect(tryUnpack(Uint8Array.of(0x92, 1))).toBeUndefined();
});

it('lets no key reach a prototype', () => {
  // {"__proto__": {"polluted": 1}} as msgpack, which JavaScript itself would not write.
  const bytes = Buffer.concat([
    Buffer.from([0x81, 0xa9]),
    Buffer.from('__proto__'),
    Buffer.from([0x81, 0xa8]),
    Buffer.from('polluted'),
    Buffer.from([1]),
  ]);
  const value = tryUnpack(bytes) as Record<string, unknown>;
  expect(value['polluted']).toBeUndefined();
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});
