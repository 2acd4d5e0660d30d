/** Lengths of time as people type them. */
import { durationMs } from '@netsentinel/contracts/duration';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { Option } from 'commander';

/** `90m`, `2h`, `7d` in milliseconds, at most `maxMs`. @throws NetSentinelError USAGE_DURATION */
export function readDuration(text: string, maxMs: number): number {
  const ms = durationMs(text);
  if (ms !== undefined && ms <= maxMs) return ms;
  throw new NetSentinelError('USAGE_DURATION', 'user', 'this is no length of time, or too long', {
    hint: 'For example 30m, 2h or 7d.',
  });
}

/** `--for <time>`, in milliseconds, where a time is usual: `usual` as people type it. */
export function forOption(what: string, { usual, maxMs }: { readonly usual: string; readonly maxMs: number }): Option {
  return new Option('--for <time>', `${what}: 30m, 12h, 7d`)
    .argParser((text) => readDuration(text, maxMs))
    .default(readDuration(usual, maxMs), usual);
}
