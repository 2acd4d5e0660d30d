/**
 * How long a failed login takes, few samples: honeypots answer at once, or after a `sleep` that is the same to the millisecond; PAM waits two seconds on
 * average, between one and three, another time with each second (libpam's pam_fail_delay).
 */
import { ALIKE, skipped, tell, type CheckOutcome } from '../verify.types.ts';

export interface ExpectedTimes {
  readonly least: number;
  readonly most: number;
  /** False where the real one's time is fixed or nothing. */
  readonly varies: boolean;
}

/**
 * Milliseconds of each failed try; tries that could not be made are left out.
 * @param attempt calls `passed` when the password goes off; answers whether it was refused
 */
export async function failureTimes(
  samples: number,
  attempt: (passed: () => void) => Promise<boolean>,
): Promise<readonly number[]> {
  const times: number[] = [];
  for (let i = 0; i < samples; i++) {
    let start = performance.now();
    const refused = await attempt(() => (start = performance.now()));
    if (!refused) break;
    times.push(performance.now() - start);
  }
  return times;
}

/** What is slower than expected may be the machine; what is sooner cannot be. */
const SPREAD_MS = 20;
const SLACK_MS = 2_500;

export function judgeTimes(times: readonly number[], { least, most, varies }: ExpectedTimes): CheckOutcome {
  if (times.length === 0) return skipped('no login was refused');
  const [min, max] = [Math.min(...times), Math.max(...times)];
  const shown = times.map((ms) => `${Math.round(ms)} ms`).join(', ');
  if (min < least) return tell(`failed logins took ${shown}; the real one takes ${least} ms or more`);
  if (max > most + SLACK_MS) return tell(`failed logins took ${shown}; the real one takes ${most} ms at most`);
  if (varies && times.length > 2 && max - min < SPREAD_MS)
    return tell(`failed logins took ${shown}; the real one's time varies by hundreds`);
  return ALIKE;
}
