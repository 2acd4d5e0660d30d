/** The times that figures are shown for. */
export const RANGES = ['24h', '1h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];
const HOUR = 3_600_000;
/** In milliseconds. */
export const RANGE_MS: Readonly<Record<Range, number>> = {
  '1h': HOUR,
  '24h': 24 * HOUR,
  '7d': 168 * HOUR,
  '30d': 720 * HOUR,
};
