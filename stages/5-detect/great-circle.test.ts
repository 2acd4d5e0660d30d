import { expect, it } from 'vitest';
import { distanceKm } from './great-circle.ts';

it('distances are those of an atlas', () => {
  const berlin = { latitude: 52.52, longitude: 13.405 };
  expect(distanceKm(berlin, { latitude: -33.87, longitude: 151.21 })).toBeCloseTo(16_090, -2);
  expect(distanceKm(berlin, { latitude: 40.71, longitude: -74.01 })).toBeCloseTo(6385, -2);
  expect(distanceKm(berlin, berlin)).toBe(0);
  expect(distanceKm({ latitude: 0, longitude: 179.9 }, { latitude: 0, longitude: -179.9 })).toBeCloseTo(22.2, 0);
});
