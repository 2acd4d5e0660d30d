/** Accounts, and inviting people to make one. */
import { z } from 'zod';
import type { Account, Invitation as StoredInvitation } from '@netsentinel/contracts/access-book';
import { Role } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import { endInvitationsBy } from '../auth/invitations.ts';
import { endSecondFactors, hasSecondFactor } from '../auth/second-factors.ts';
import { SecretId } from './ids.ts';
import { SignsInBy, signsInBy } from './own-account.ts';
import { Problem } from './problem.ts';
import { route, type Route, type RouteRequest } from './route.ts';

const User = z.strictObject({
  name: z.string(),
  role: Role,
  createdAt: z.number().describe('Epoch milliseconds'),
  secondFactor: z.boolean().describe('Signing in asks for a code or a security key besides the password'),
  signsInBy: SignsInBy,
});
const Reset = z.strictObject({
  account: z.string(),
  path: z.string().describe('Of the console; shown this once'),
  expiresAt: z.number().describe('Epoch milliseconds'),
});
const Invitation = z.strictObject({
  id: z.string(),
  role: Role,
  by: z.string().describe('Who invites'),
  createdAt: z.number().describe('Epoch milliseconds, as the next'),
  expiresAt: z.number(),
});
const ByName = z.strictObject({ name: z.string().min(1).max(64) });
/** What would make a token's holder a person here, or unmake one. */
const BY_SESSION = { session: 'users:write' } as const;
const NO_SUCH_USER = 'There is no account of this name.';
const NO_SECOND_FACTOR = 'There is no account of this name with a second factor.';
const NO_SUCH_INVITATION = 'There is no such invitation.';
const OWN_PASSWORD = 'It is your own: change your password where your account is.';
const OWN_FACTOR = 'It is your own: turn it off with a code or a key, where your account is.';
const LAST_ADMIN = 'It is the last admin: make somebody else one first.';
const OPENID_ROLE = 'The OpenID provider says what they may do, at each signing in: change it there.';
const OPENID_PASSWORD = 'They sign in by the OpenID provider and have no password here.';

export const userRoutes: readonly Route[] = [
  route(
    {
      id: 'listUsers',
      method: 'GET',
      path: '/api/v1/users',
      summary: 'All accounts, by name',
      tag: 'users',
      access: 'users:read',
      answers: { 200: { description: 'The accounts', schema: z.strictObject({ users: z.array(User) }) } },
    },
    async ({ ctx }) => {
      const withFactor = new Set(await ctx.state.read.accountsWithSecondFactor());
      return {
        users: (await ctx.state.read.accounts()).map((account) => shownUser(account, withFactor.has(account.name))),
      };
    },
  ),
  route(
    {
      id: 'changeUser',
      method: 'PATCH',
      path: '/api/v1/users/:name',
      summary: 'Give an account another role, at once',
      tag: 'users',
      access: BY_SESSION,
      audit: 'with',
      params: ByName,
      body: z.strictObject({ role: Role }),
      answers: { 200: { description: 'The account as it is now', schema: User } },
      problems: { 404: NO_SUCH_USER, 409: `${LAST_ADMIN} Or: ${OPENID_ROLE}` },
    },
    async (asked) => {
      const { role } = asked.body;
      const account = await changed(asked, role, async (tx, was) => {
        await asked.audit.write(tx, { before: { role: was.role }, after: { role } });
        await tx.putAccount({ ...was, role });
      });
      return shownUser({ ...account, role }, await hasSecondFactor(asked.ctx.state.read, account.name));
    },
  ),
  route(
    {
      id: 'removeUser',
      method: 'DELETE',
      path: '/api/v1/users/:name',
      summary: 'Remove an account with its sessions, tokens and signed-in programs, at once',
      tag: 'users',
      access: BY_SESSION,
      audit: 'with',
      params: ByName,
      answers: { 204: { description: 'It is gone' } },
      problems: { 404: NO_SUCH_USER, 409: LAST_ADMIN },
    },
    async (asked) => {
      await changed(asked, undefined, async (tx, was) => {
        await asked.audit.write(tx, { before: { role: was.role } });
        await tx.removeAccount(was.name);
      });
      return asked.reply.status(204).send();
    },
  ),
  route(
    {
      id: 'makePasswordReset',
      method: 'POST',
      path: '/api/v1/users/:name/password-reset',
      summary: 'Make a link, good for a day and once, by which an account gets a new password; an earlier one is void',
      tag: 'users',
      access: BY_SESSION,
      audit: 'with',
      params: ByName,
      answers: { 201: { description: 'The link', schema: Reset } },
      problems: { 404: NO_SUCH_USER, 409: `${OWN_PASSWORD} Or: ${OPENID_PASSWORD}` },
    },
    async ({ ctx, params, who, reply, audit }) => {
      if (params.name === who.account) throw new Problem(409, 'own-account', OWN_PASSWORD);
      const { reset, secret } = await ctx.state.transaction(async (tx) => {
        const account = await tx.account(params.name);
        if (account === undefined) throw new Problem(404, 'no-such-user', NO_SUCH_USER);
        if (account.openId !== undefined) throw new Problem(409, 'openid-account', OPENID_PASSWORD);
        const made = await ctx.resets.make(tx, params.name, who.account);
        await audit.write(tx, { after: { expiresAt: made.reset.expiresAt } });
        return made;
      });
      const { account, expiresAt } = reset;
      return reply.status(201).send({ account, expiresAt, path: `/reset/#${secret}` });
    },
  ),
  route(
    {
      id: 'endSecondFactorOf',
      method: 'DELETE',
      path: '/api/v1/users/:name/second-factor',
      summary: 'Turn an account’s second factor off, codes and security keys, for whoever has lost theirs',
      tag: 'users',
      access: BY_SESSION,
      audit: 'with',
      params: ByName,
      answers: { 204: { description: 'Signing in asks for the password only' } },
      problems: { 404: NO_SECOND_FACTOR, 409: OWN_FACTOR },
    },
    async ({ ctx, params, who, reply, audit }) => {
      if (params.name === who.account) throw new Problem(409, 'own-account', OWN_FACTOR);
      await ctx.state.transaction(async (tx) => {
        // One that was begun and never confirmed asks for nothing.
        if (!(await hasSecondFactor(tx, params.name))) throw new Problem(404, 'no-second-factor', NO_SECOND_FACTOR);
        const keys = (await tx.securityKeys(params.name)).length;
        await endSecondFactors(tx, params.name);
        await audit.write(tx, { before: { on: true, ...(keys > 0 ? { keys } : {}) }, after: { on: false } });
      });
      return reply.status(204).send();
    },
  ),
  route(
    {
      id: 'listInvitations',
      method: 'GET',
      path: '/api/v1/invitations',
      summary: 'Invitations that are open, newest first',
      tag: 'users',
      access: 'users:read',
      answers: {
        200: {
          description: 'The invitations, without their links',
          schema: z.strictObject({ invitations: z.array(Invitation) }),
        },
      },
    },
    async ({ ctx }) => {
      const open = (await ctx.state.read.invitations()).filter(({ expiresAt }) => expiresAt > ctx.clock.now());
      return { invitations: open.map(shown) };
    },
  ),
  route(
    {
      id: 'invite',
      method: 'POST',
      path: '/api/v1/invitations',
      summary: 'Invite somebody: a link, good for three days, by which they make their account',
      tag: 'users',
      access: BY_SESSION,
      audit: 'with',
      once: true,
      body: z.strictObject({ role: Role }),
      answers: {
        201: {
          description: 'The invitation; `path` (of the console) is shown this once',
          schema: Invitation.extend({ path: z.string() }),
        },
      },
      problems: { 409: 'Too many open invitations' },
    },
    async ({ ctx, body, who, reply, audit }) => {
      const made = await ctx.state.transaction(async (tx) => {
        const invited = await ctx.invitations.make(tx, body.role, who.account);
        if (invited !== undefined)
          await audit.write(tx, { after: { id: invited.invitation.id, role: invited.invitation.role } });
        return invited;
      });
      if (made === undefined) throw new Problem(409, 'too-many', '100 invitations are open: take some back first.');
      reply.status(201);
      return { ...shown(made.invitation), path: `/join/#${made.secret}` };
    },
  ),
  route(
    {
      id: 'endInvitation',
      method: 'DELETE',
      path: '/api/v1/invitations/:id',
      summary: 'Take an invitation back',
      tag: 'users',
      access: 'users:write',
      audit: 'with',
      params: SecretId,
      answers: { 204: { description: 'Its link makes no account any more' } },
      problems: { 404: NO_SUCH_INVITATION },
    },
    async ({ ctx, params, reply, audit }) => {
      await ctx.state.transaction(async (tx) => {
        const ended = await ctx.invitations.end(tx, params.id);
        if (ended === undefined) throw new Problem(404, 'no-such-invitation', NO_SUCH_INVITATION);
        await audit.write(tx, { before: { role: ended.role, by: ended.by } });
      });
      return reply.status(204).send();
    },
  ),
];

function shownUser(account: Account, secondFactor: boolean): z.infer<typeof User> {
  const { name, role, createdAt } = account;
  return { name, role, createdAt, secondFactor, signsInBy: signsInBy(account) };
}

/** Without its secret's hash. */
function shown({ id, role, by, createdAt, expiresAt }: StoredInvitation): z.infer<typeof Invitation> {
  return { id, role, by, createdAt, expiresAt };
}

/** Changes an account in one transaction that leaves an admin; who had the old role has it no more when this resolves. */
async function changed(
  { ctx, params, audit }: Pick<RouteRequest<z.infer<typeof ByName>, unknown, unknown>, 'ctx' | 'params' | 'audit'>,
  role: Role | undefined,
  change: (tx: StateTransaction, account: Account) => Promise<void>,
): Promise<Account> {
  const was = await ctx.state.transaction(async (tx) => {
    const account = await tx.account(params.name);
    if (account === undefined) throw new Problem(404, 'no-such-user', NO_SUCH_USER);
    const admins = (await tx.accounts()).filter((one) => one.role === 'admin');
    if (account.role === 'admin' && role !== 'admin' && admins.length === 1)
      throw new Problem(409, 'last-admin', LAST_ADMIN);
    if (account.role === role) return account;
    if (role !== undefined && account.openId !== undefined) throw new Problem(409, 'openid-account', OPENID_ROLE);
    // What was meant for another role, or sent out with its rights, opens nothing.
    await tx.removePasswordResets(account.name);
    if (role === undefined || !mayDo(role, 'users:write')) await endInvitationsBy(tx, account.name);
    await change(tx, account);
    return account;
  });
  if (was.role === role) audit.nothingChanged();
  else ctx.endAccount(was.name);
  return was;
}
