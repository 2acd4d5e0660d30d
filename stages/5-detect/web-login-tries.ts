/** What one attacker sent to pages for logging in, and how they were answered. Bounded, in event time. */
import { z } from 'zod';
import { Attempt, withAttempt } from './attempts.ts';
import type { DetectorInput } from './detector.types.ts';
import { webLoginOf } from './web-login.ts';

const WINDOW_MS = 10 * 60_000;
const MAX_REMEMBERED = 48;
const MAX_AGENTS = 4;

export const WebLoginTries = z.object({
  /** Refused for certain. */
  failures: z.array(Attempt).max(MAX_REMEMBERED),
  /** Answered as a right password may be, or a wrong one. */
  unclear: z.array(Attempt).max(MAX_REMEMBERED),
  /** How those were answered last, and how often without a break. */
  status: z.number().int(),
  run: z.number().int().nonnegative(),
  /** How large the last answer was, and how often in a row one like it came for the same browser. */
  bytes: z.number().int(),
  same: z.number().int().nonnegative(),
  /** Hashes of the browsers' names that sent those. */
  agents: z.array(z.number().int()).max(MAX_AGENTS),
  /** Tries at which to report next. */
  next: z.number().int().nonnegative(),
});
export type WebLoginTries = z.infer<typeof WebLoginTries>;

const NONE: WebLoginTries = { failures: [], unclear: [], status: 0, run: 0, bytes: -1, same: 0, agents: [], next: 0 };

export interface WebTry {
  readonly tries: WebLoginTries;
  readonly outcome: 'success' | 'failure' | 'unknown';
  /** Answered otherwise than the tries before, which were many and all answered alike. */
  readonly stoodOut: boolean;
}

/** So many alike, and another answer means something. */
const ALIKE = 8;

/** Undefined for requests that are no login. */
export function withWebTry(
  before: WebLoginTries = NONE,
  { event, time, verified }: Pick<DetectorInput, 'event' | 'time' | 'verified'>,
): WebTry | undefined {
  const login = webLoginOf(event);
  if (login === undefined) return undefined;
  const { outcome } = login;
  const attempt = { time, id: event.event.id, verified };
  if (outcome === 'failure') {
    const failures = withAttempt(before.failures, attempt, WINDOW_MS, MAX_REMEMBERED);
    return { outcome, stoodOut: false, tries: { ...before, failures, next: failures.length === 1 ? 0 : before.next } };
  }
  const status = event.http?.response?.status_code ?? 0;
  const isAlike = status === before.status;
  const stoodOut = !isAlike && before.run >= ALIKE && status < 400;
  const unclear = withAttempt(before.unclear, attempt, WINDOW_MS, MAX_REMEMBERED);
  const agent = hashOf(event.user_agent?.original ?? '');
  const bytes = event.http?.response?.body?.bytes ?? -1;
  const isSame = isAlike && bytes === before.bytes && before.agents.at(-1) === agent;
  const fresh = unclear.length === 1;
  const agents = fresh ? [agent] : [...before.agents.filter((one) => one !== agent), agent].slice(-MAX_AGENTS);
  return {
    outcome,
    stoodOut,
    tries: {
      ...before,
      unclear,
      agents,
      status: stoodOut ? before.status : status,
      run: isAlike ? before.run + 1 : stoodOut ? before.run : 1,
      bytes,
      same: isSame ? before.same + 1 : 1,
      next: fresh && before.failures.length === 0 ? 0 : before.next,
    },
  };
}

function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length && i < 256; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
