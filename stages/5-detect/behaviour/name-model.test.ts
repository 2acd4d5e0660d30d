import { expect, it } from 'vitest';
import { randomness } from './name-model.ts';

it.each(['mountainbike', 'netsentinel', 'citylibrary', 'onlinebanking', 'wetterbericht', 'photostudio'])(
  'takes %s for a name that people chose',
  (name) => expect(randomness(name)).toBeLessThan(0),
);

it.each(['xkqvjwzpfh', 'a8f5f167f44f4964', 'qpzmxnwoeiruty', 'mfrggzdfmztwq2lk', 'vhjwqkzr1x9d'])(
  'takes %s for one that was drawn',
  (name) => expect(randomness(name)).toBeGreaterThan(0),
);

it('reads what is longer than a label can be no further', () => {
  expect(randomness('xq'.repeat(10_000))).toBe(randomness('xq'.repeat(100)));
});

it('looks at no case', () => {
  expect(randomness('MountainBike')).toBe(randomness('mountainbike'));
});
