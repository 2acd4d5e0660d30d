/** Recent login attempts as detectors remember them: bounded, in event time, whatever order they came in. */
import { z } from 'zod';

const MAX_ID = 128;

/** Time (ms since the epoch), event id, whether its source was proven. */
export const Attempt = z.tuple([z.number(), z.string().max(MAX_ID), z.boolean()]);
export type Attempt = z.infer<typeof Attempt>;

/** `attempts` with one more, without those older than `windowMs` before the latest, at most `max` (the latest). */
export function withAttempt(
  attempts: readonly Attempt[],
  attempt: { readonly time: number; readonly id: string; readonly verified: boolean },
  windowMs: number,
  max: number,
): Attempt[] {
  const latest = attempts.reduce((time, [at]) => Math.max(time, at), attempt.time);
  const all = [...attempts, [attempt.time, attempt.id.slice(0, MAX_ID), attempt.verified] satisfies Attempt];
  const inWindow = all.filter(([at]) => at >= latest - windowMs);
  return inWindow.length <= max ? inWindow : inWindow.sort((a, b) => a[0] - b[0]).slice(-max);
}

export function evidenceOf(attempts: readonly Attempt[]): { readonly id: string; readonly verified: boolean }[] {
  return attempts.map(([, id, verified]) => ({ id, verified }));
}
