/**
 * How long a real server lets a failed login wait. PAM's delay looks random but follows from the second in which it began; sshd then rounds what a
 * failure took up to a power of two times a base of each user's own, so that time does not tell which users exist.
 */
import { createHash } from 'node:crypto';

/** sshd never answers a failure sooner (MIN_FAIL_DELAY_SECONDS), and no longer evens out what took more (MAX_FAIL_DELAY_SECONDS). */
const MIN_FAIL_MS = 5;
const MAX_FAIL_MS = 5000;

/** libpam's delay around `meanMs` for an authentication that began in this second: between half and one and a half times the mean. */
export function pamDelayMs(epochSeconds: number, meanMs: number): number {
  let state = epochSeconds >>> 0;
  let sum = 0;
  for (let i = 0; i < 3; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    sum += Math.floor(state / 10) % 1_000_000;
  }
  return meanMs * (0.5 + sum / 3e6);
}

/** When sshd answers a failure that took `elapsedMs`, counted from its beginning. `secret` is the install's. */
export function answerAfterMs(user: string, secret: string, elapsedMs: number): number {
  if (elapsedMs > MAX_FAIL_MS) return elapsedMs;
  // Picoseconds from 32 bits: up to 4.3 ms of the user's own.
  let wait = MIN_FAIL_MS + createHash('sha512').update(secret).update(user).digest().readUInt32BE(0) / 1e9;
  while (wait < elapsedMs) wait *= 2;
  return wait;
}
