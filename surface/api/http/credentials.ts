/** Names, passwords and codes as they come, and the bounds of trying them. */
import { z } from 'zod';
import { hashPassword, MAX_PASSWORD, MIN_PASSWORD, verifyPassword } from '../auth/passwords.ts';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import type { Proof, Refusal } from '../auth/second-factors.ts';
import type { SignedIn } from '../auth/sessions.ts';
import { ShownKey } from '../auth/webauthn/browser-json.ts';
import { relyingPartyOf, type RelyingParty } from '../auth/webauthn/relying-party.ts';
import { isSameOrigin } from './guard.ts';
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
/** A present second factor: one of them, where the account has any. */
export const PROOF = {
  code: Code.optional().describe('Of the authenticator application, or a recovery code'),
  key: ShownKey.optional(),
};

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

/** Of a factor that is not there or not right. */
const REFUSALS: Readonly<Record<Exclude<Refusal, number>, string>> = {
  'code-needed': 'Enter the code that your authenticator application shows.',
  'key-needed': 'Use your security key or passkey, or enter a recovery code.',
  'code-or-key-needed':
    'Use your security key or passkey, or enter the code that your authenticator application shows.',
  'wrong-code': 'The code is wrong, or was used already: wait for the next one.',
  'wrong-key': 'This key was not accepted: it is another one, or it took too long. Try again.',
  'key-counted-back':
    'This key counts less than it did before, so that there may be a copy of it. Use another factor, and remove this key.',
};

/** Why this factor lets nobody in; `status`: what the route answers for a wrong one. */
export function factorProblem(refused: Refusal, status: 401 | 403): Problem {
  if (typeof refused === 'string') return new Problem(status, refused, REFUSALS[refused]);
  const words = `Too many wrong codes; try again in ${refused} s, or use a recovery code.`;
  return tooMany('too-many-codes', words, refused);
}

/**
 * Asks a present factor of who is signed in, where they have one, before their factors change; undefined where it was right. The problem is to be thrown
 * once the transaction is through: thrown in it, it would take the record of what was wrong along.
 */
export async function confirmFactor(
  { ctx, who, audit }: Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'audit'> & { readonly who: SignedIn },
  tx: StateTransaction,
  proof: Proof,
): Promise<Problem | undefined> {
  const occasion = { account: who.account, purpose: 'confirm', session: who.tokenHash } as const;
  const outcome = await ctx.secondFactors.use(tx, occasion, proof);
  if (!('refused' in outcome)) return undefined;
  if (outcome.told !== undefined) await audit.write(tx, { after: outcome.told });
  return factorProblem(outcome.refused, 403);
}

export const NO_NAME =
  'Security keys and passkeys need a host name: open the console by its name over HTTPS, or as localhost on the machine itself. Browsers do not let them sign under an IP address, nor without TLS.';

/** The name that the browser has the console open under. */
export function relyingParty({ ctx, request }: Asked): RelyingParty {
  const { origin } = request.headers;
  const rp = origin !== undefined && isSameOrigin(request.headers, ctx.secure) ? relyingPartyOf(origin) : undefined;
  if (rp === undefined) throw new Problem(409, 'no-name-for-keys', NO_NAME);
  return rp;
}
