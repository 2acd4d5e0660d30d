import { networksOverlap, parseNetwork } from '@netsentinel/kernel/address';
import { expect, it } from 'vitest';
import { layersOf, MAX_LAYERS } from './layers.ts';

it('puts a network below those that it lies in', () => {
  const networks = [
    '198.51.100.9',
    '198.51.100.0/24',
    '203.0.113.5',
    '198.51.100.0/25',
    '2001:db8::/64',
    '2001:db8::1',
  ];
  expect(layersOf(networks).layers).toEqual([
    { family: 4, depth: 0, texts: ['198.51.100.0/24', '203.0.113.5'] },
    { family: 4, depth: 1, texts: ['198.51.100.0/25'] },
    { family: 4, depth: 2, texts: ['198.51.100.9'] },
    { family: 6, depth: 0, texts: ['2001:db8::/64'] },
    { family: 6, depth: 1, texts: ['2001:db8::1'] },
  ]);
  expect(layersOf([])).toEqual({ layers: [], covered: [] });
});

it('never puts two into one layer that overlap, and leaves out only what others cover', () => {
  const nested = Array.from({ length: 40 }, (_, i) => `2001:db8::/${48 + i}`);
  const { layers, covered } = layersOf(nested);
  expect(layers).toHaveLength(MAX_LAYERS);
  expect(covered).toHaveLength(40 - MAX_LAYERS);
  for (const { texts } of layers)
    for (const [i, one] of texts.entries())
      for (const other of texts.slice(i + 1))
        expect(networksOverlap(parseNetwork(one)!, parseNetwork(other)!)).toBe(false);
});
