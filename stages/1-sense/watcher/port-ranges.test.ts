import { expect, it } from 'vitest';
import { portRanges } from './port-ranges.ts';

it('writes ports in a row as one range', () => {
  expect(portRanges([], 100)).toBe('');
  expect(portRanges([22], 100)).toBe('22');
  expect(portRanges([22, 80, 8000, 8001, 8002, 65_535], 100)).toBe('22,80,8000-8002,65535');
});

it('cuts at a whole number, and says so', () => {
  expect(portRanges([1000, 2000, 3000], 10)).toBe('1000,2000,…');
});
