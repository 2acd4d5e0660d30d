/** Names, passwords and codes as they come, and the bounds of trying them. */
import { z } from 'zod';
import { hashPassword, MAX_PASSWORD, MIN_PASSWORD, verifyPassword } from '../auth/passwords.ts';
import type { CodeOutcome } from '../auth/second-factors.ts';
import { Problem } from './problem.ts';
import type { RouteRequest } from './route.ts';

type Asked = Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'request'>;

/** Of an account; in addresses too, where `.` and `..` would be taken for folders. */
export const Name = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/, 'letters, digits and . _ @ - only, at most 64, a letter or digit first');
export const NewPassword = z.string().min(MIN_PASSWORD, `at least ${MIN_PASSWORD} characters`).max(MAX_PASSWORD);
/** That there is already: it was made by rules that may have been others. */
export const Password = z.string().min(1).max(MAX_PASSWORD);
/** Of an authenticator application, or a recovery code; spaces and dashes count for nothing. */
export const Code = z.string().min(1).max(64);

/** Of all that tries a secret. */
export const TRIES = { 429: 'Too many attempts', 503: 'Too many sign-ins at once' };

/** To be called before anything is tried. */
export function limited({ ctx, request }: Asked): void {
  const waitS = ctx.attempts.take(request.ip);
  if (waitS > 0) throw tooMany('too-many-attempts', `Too many attempts; try again in ${waitS} s.`, waitS);
}

function tooMany(code: string, detail: string, waitS: number): Problem {
  return new Problem(429, code, detail, { 'retry-after': String(waitS) });
}

/** The hash of a new password. */
export async function hashed(password: string): Promise<string> {
  const hash = await hashPassword(password);
  if (hash === undefined) throw busy();
  return hash;
}

/** Whether it is the password of this hash; takes as long where there is none. */
export async function isPassword(hash: string | undefined, password: string): Promise<boolean> {
  const matches = await verifyPassword(hash, password);
  if (matches === 'busy') throw busy();
  return matches;
}

function busy(): Problem {
  return new Problem(503, 'busy', 'Too many sign-ins at once; try again.', { 'retry-after': '2' });
}

/** Why this code lets nobody in; `status`: what the route answers for a wrong one. */
export function codeProblem(outcome: Exclude<CodeOutcome, 'code' | 'recovery' | 'none'>, status: 401 | 403): Problem {
  if (outcome === 'needed')
    return new Problem(status, 'code-needed', 'Enter the code that your authenticator application shows.');
  if (outcome === 'wrong')
    return new Problem(status, 'wrong-code', 'The code is wrong, or was used already: wait for the next one.');
  const words = `Too many wrong codes; try again in ${outcome} s, or use a recovery code.`;
  return tooMany('too-many-codes', words, outcome);
}
