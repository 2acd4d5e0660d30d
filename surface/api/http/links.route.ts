/** What links open that are good once: the first account, an invitation, a new password. */
import { z } from 'zod';
import type { OpenedSession } from '../auth/sessions.ts';
import { hashed, limited, Name, NewPassword, TRIES } from './credentials.ts';
import { enter, openSession, SignedInAs } from './enter.ts';
import { Problem } from './problem.ts';
import { openRoute, type Route } from './route.ts';

const Token = z.string().min(1).max(128).describe('What stands behind the # of the link');
const NewAccount = z.strictObject({ token: Token, name: Name, password: NewPassword });

const FIRST_NOT_VALID =
  'This link is used, expired or wrong. The terminal of NetSentinel shows the valid one at its start.';
const GUEST_NOT_VALID = 'This link is used, expired or wrong. Ask whoever invited you for another one.';
const RESET_NOT_VALID = 'This link is used, expired or wrong. Ask an admin for another one.';

function notValid(detail: string): Problem {
  return new Problem(403, 'link-not-valid', detail);
}

export const linkRoutes: readonly Route[] = [
  openRoute(
    {
      id: 'setUp',
      method: 'POST',
      path: '/api/v1/setup',
      summary: 'Make the first account, with the token of the link that the terminal shows',
      tag: 'session',
      audit: 'with',
      body: NewAccount,
      answers: { 200: { description: 'Signed in; the session is in the cookie', schema: SignedInAs } },
      problems: { 403: FIRST_NOT_VALID, ...TRIES },
    },
    async (asked) => {
      limited(asked);
      const { ctx, body, audit } = asked;
      if (!(await ctx.sessions.isFirstRunToken(body.token))) throw notValid(FIRST_NOT_VALID);
      let opened: OpenedSession | undefined;
      await ctx.sessions.makeFirstAccount(body.token, body.name, await hashed(body.password), async (tx) => {
        opened = await openSession(asked, tx, body.name);
        await audit.write(tx, { account: body.name, after: { role: 'admin' } });
      });
      if (opened === undefined) throw notValid(FIRST_NOT_VALID);
      return enter(asked, body.name, opened);
    },
  ),
  openRoute(
    {
      id: 'join',
      method: 'POST',
      path: '/api/v1/join',
      summary: 'Make an account, with the token of an invitation’s link',
      tag: 'session',
      audit: 'with',
      body: NewAccount,
      answers: { 200: { description: 'Signed in; the session is in the cookie', schema: SignedInAs } },
      problems: { 403: GUEST_NOT_VALID, 409: 'Somebody has the name, or had it', ...TRIES },
    },
    async (asked) => {
      limited(asked);
      const { ctx, body, audit } = asked;
      if (!(await ctx.invitations.isValid(body.token))) throw notValid(GUEST_NOT_VALID);
      let opened: OpenedSession | undefined;
      const hash = await hashed(body.password);
      const made = await ctx.invitations.accept(body.token, body.name, hash, async (tx, { id, role, by }) => {
        opened = await openSession(asked, tx, body.name);
        await audit.write(tx, { account: body.name, after: { role, invitation: id, invitedBy: by } });
      });
      if (made === 'name taken') throw new Problem(409, 'name-taken', 'Somebody has this name: choose another one.');
      if (made === 'name known')
        throw new Problem(
          409,
          'name-known',
          'Somebody had this name, and the audit tells of them: choose another one.',
        );
      if (made === 'too many') throw new Problem(409, 'too-many', 'There are 1,000 accounts: no more can be made.');
      if (opened === undefined) throw notValid(GUEST_NOT_VALID);
      return enter(asked, body.name, opened);
    },
  ),
  openRoute(
    {
      id: 'resetPassword',
      method: 'POST',
      path: '/api/v1/reset',
      summary:
        'Choose a new password, with the token of a link that an admin has made; all sessions and signed-in programs of the account end',
      tag: 'session',
      audit: 'with',
      body: z.strictObject({ token: Token, password: NewPassword }),
      answers: { 200: { description: 'Whose password it is; nobody is signed in by it', schema: SignedInAs } },
      problems: { 403: RESET_NOT_VALID, ...TRIES },
    },
    async (asked) => {
      limited(asked);
      const { ctx, body, audit } = asked;
      if (!(await ctx.resets.isValid(body.token))) throw notValid(RESET_NOT_VALID);
      const hash = await hashed(body.password);
      const account = await ctx.state.transaction(async (tx) => {
        const changed = await ctx.resets.use(tx, body.token, hash);
        if (changed !== undefined) await audit.write(tx, { account: changed.name });
        return changed;
      });
      if (account === undefined) throw notValid(RESET_NOT_VALID);
      ctx.cutSessions((who) => who.by === 'session' && who.account === account.name);
      return { account: account.name };
    },
  ),
];
