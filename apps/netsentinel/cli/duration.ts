/** Lengths of time as people type them. */
import { NetSentinelError } from '@netsentinel/kernel/errors';

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `2h`, `7d` in milliseconds, at most `maxMs`. @throws NetSentinelError USAGE_DURATION */
export function readDuration(text: string, maxMs: number): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text.trim());
  const ms = match === null ? 0 : Number(match[1]) * UNIT_MS[match[2]!]!;
  if (ms > 0 && ms <= maxMs) return ms;
  throw new NetSentinelError('USAGE_DURATION', 'user', 'this is no length of time, or too long', {
    hint: 'For example 30m, 2h or 7d.',
  });
}
