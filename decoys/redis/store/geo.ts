/** Places on the earth as redis keeps them: 52 bits of interleaved longitude and latitude, as the score of a sorted set. */

/** Mercator's end of the world. */
export const LATITUDE = 85.05112878;
const EARTH_M = 6_372_797.560856;
export const UNITS: Readonly<Record<string, number>> = { m: 1, km: 1000, ft: 0.3048, mi: 1609.34 };
const STEPS = 26;
const BASE32 = '0123456789bcdefghjkmnpqrstuvwxyz';

/** Degrees into a score. */
export function encodePlace(longitude: number, latitude: number, limit = LATITUDE): number {
  let [x, y] = [
    Math.floor(((longitude + 180) / 360) * 2 ** STEPS),
    Math.floor(((latitude + limit) / (2 * limit)) * 2 ** STEPS),
  ];
  let score = 0;
  for (let bit = 0; bit < STEPS; bit++) {
    score += (y % 2) * 4 ** bit + (x % 2) * 2 * 4 ** bit;
    [x, y] = [Math.floor(x / 2), Math.floor(y / 2)];
  }
  return score;
}

/** The middle of the place that a score stands for: longitude, latitude. */
export function decodePlace(score: number): readonly [number, number] {
  let [x, y, rest] = [0, 0, score];
  for (let bit = 0; bit < STEPS; bit++) {
    y += (rest % 2) * 2 ** bit;
    x += (Math.floor(rest / 2) % 2) * 2 ** bit;
    rest = Math.floor(rest / 4);
  }
  return [middle(x, -180, 180), middle(y, -LATITUDE, LATITUDE)];
}

/** Of a step's two ends, in the order of operations in which redis rounds. */
function middle(step: number, from: number, to: number): number {
  const size = 2 ** STEPS;
  const [low, high] = [from + (step / size) * (to - from), from + ((step + 1) / size) * (to - from)];
  return (low + high) / 2;
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Meters. */
export function distance([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): number {
  if (x1 === x2) return EARTH_M * Math.abs(radians(y2) - radians(y1));
  const u = Math.sin((radians(y2) - radians(y1)) / 2);
  const v = Math.sin((radians(x2) - radians(x1)) / 2);
  return 2 * EARTH_M * Math.asin(Math.sqrt(u * u + Math.cos(radians(y1)) * Math.cos(radians(y2)) * v * v));
}

export function hashOf(score: number): string {
  const [longitude, latitude] = decodePlace(score);
  let rest = encodePlace(longitude, latitude, 90);
  let text = '0';
  rest = Math.floor(rest / 4);
  for (let i = 0; i < 10; i++) {
    text = BASE32[rest % 32]! + text;
    rest = Math.floor(rest / 32);
  }
  return text;
}
