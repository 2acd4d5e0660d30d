/** The times that figures are shown for. */
export const RANGES = ['24h', '1h', '7d', '30d'] as const;
export type Range = (typeof RANGES)[number];
