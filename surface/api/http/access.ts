/** Who may ask a route: looked at by the guard, and again in the transaction of a change. */
import type { Permission } from '@netsentinel/contracts/permission';
import { cappedBy, mayDo } from '@netsentinel/contracts/role-permissions';
import type { StateReader } from '@netsentinel/contracts/state-store';
import type { SignedIn } from '../auth/sessions.ts';
import { Problem } from './problem.ts';

/**
 * `open`: anybody. `signed-in`: any account. `session`: any account, but none of its tokens. A permission: whoever's role has it; as `session` of an
 * object: but none of their tokens, for what would make a token's holder a person here.
 */
export type Access = 'open' | 'signed-in' | 'session' | Permission | { readonly session: Permission };

/** That whoever asks must have; undefined where none is needed. */
export function permissionOf(access: Access): Permission | undefined {
  if (typeof access === 'object') return access.session;
  return access === 'open' || access === 'signed-in' || access === 'session' ? undefined : access;
}

/** Whether a token is not enough. */
export function needsSession(access: Access): boolean {
  return access === 'session' || typeof access === 'object';
}

/** Why this one may not, or undefined where they may. */
export function refusal(access: Access, who: SignedIn | undefined): Problem | undefined {
  if (access === 'open') return undefined;
  if (who === undefined) return new Problem(401, 'not-signed-in', 'Sign in first.');
  if (needsSession(access) && who.by !== 'session')
    return new Problem(403, 'needs-session', 'A token cannot do this: sign in for that.');
  const permission = permissionOf(access);
  if (permission === undefined || mayDo(who.role, permission)) return undefined;
  return new Problem(403, 'not-allowed', `The role ${who.role} does not have the permission ${permission}.`);
}

/** The same as `state` has it: since the guard looked, a session may have ended, or an account have lost its role. */
export async function refusalNow(access: Access, who: SignedIn, state: StateReader): Promise<Problem | undefined> {
  const { account: name, tokenHash } = who;
  const account = await state.account(name);
  if (account === undefined) return refusal(access, undefined);
  if (who.by === 'session') return refusal(access, (await state.session(tokenHash)) && { ...who, role: account.role });
  const given = who.by === 'token' ? await state.apiToken(tokenHash) : await state.program(who.tokenId ?? '');
  return refusal(access, given && { ...who, role: cappedBy(given.role, account.role) });
}
