/** Accounts of people whom an OpenID provider knows: made when they first come, and with the role that the provider gives them each time. */
import type { Account, OpenIdSubject } from '@netsentinel/contracts/access-book';
import type { Role } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import { endInvitationsBy } from '../invitations.ts';
import { freeName } from '../new-names.ts';
import { endSessions } from '../password-resets.ts';
import { endPrograms } from '../programs.ts';

export interface Newcomer {
  readonly openId: OpenIdSubject;
  /** For a new account; one that there is keeps its name. */
  readonly name: string;
  /** Undefined where the provider gives them none. */
  readonly role: Role | undefined;
  readonly now: number;
}

/** `was`: the role before, where it is another one; undefined for an account that is new. */
export interface Admitted {
  readonly account: Account;
  readonly isNew: boolean;
  readonly was: Role | undefined;
}

/** `account`: of whom there is one, whose sessions and tokens have ended with it. */
export interface TurnedAway {
  readonly refused: 'no-role' | 'last-admin' | 'first-admin' | 'too-many';
  readonly account?: string;
  readonly ended?: { readonly sessionsEnded: number; readonly tokensEnded: number };
}

/** The account of whoever comes, with the role that they have now. */
export async function admit(tx: StateTransaction, comer: Newcomer): Promise<Admitted | TurnedAway> {
  const { openId, role } = comer;
  const known = await tx.accountOfOpenId(openId);
  if (known === undefined) return role === undefined ? { refused: 'no-role' } : make(tx, comer, role);
  if (known.role === role) return { account: known, isNew: false, was: undefined };
  if (role === undefined || !mayDo(role, 'users:write')) await endInvitationsBy(tx, known.name);
  if (role === undefined) return turnAway(tx, known.name, 'no-role');
  if (await isLastAdmin(tx, known)) return turnAway(tx, known.name, 'last-admin');
  await tx.removePasswordResets(known.name);
  const account = { ...known, role };
  await tx.putAccount(account);
  return { account, isNew: false, was: known.role };
}

async function make(
  tx: StateTransaction,
  { openId, name: wanted, now }: Newcomer,
  role: Role,
): Promise<Admitted | TurnedAway> {
  // The link of the first run goes with the first account, which is an admin's.
  if (!mayDo(role, 'users:write') && (await tx.accounts()).length === 0) return { refused: 'first-admin' };
  const name = await freeName(tx, wanted);
  if (name === undefined) return { refused: 'too-many' };
  const account: Account = { name, role, createdAt: now, openId };
  await tx.putAccount(account);
  return { account, isNew: true, was: undefined };
}

/** Whoever may not come in any more is not in by what they have from before either. */
async function turnAway(tx: StateTransaction, account: string, refused: TurnedAway['refused']): Promise<TurnedAway> {
  const sessions = await endSessions(tx, account);
  await endPrograms(tx, account);
  await tx.removePasswordResets(account);
  const tokens = (await tx.apiTokens()).filter((token) => token.account === account);
  for (const { id } of tokens) await tx.removeApiToken(id);
  return { refused, account, ended: { sessionsEnded: sessions.length, tokensEnded: tokens.length } };
}

async function isLastAdmin(tx: StateTransaction, { role }: Account): Promise<boolean> {
  return role === 'admin' && (await tx.accounts()).filter((one) => one.role === 'admin').length === 1;
}
