/** One's own account: password and second factor. By a session only: a program's token changes nothing here. */
import { z } from 'zod';
import { Role } from '@netsentinel/contracts/permission';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import { endInvitationsBy } from '../auth/invitations.ts';
import { endSessions } from '../auth/password-resets.ts';
import { endPrograms } from '../auth/programs.ts';
import type { SignedIn } from '../auth/sessions.ts';
import { Code, codeProblem, hashed, isPassword, limited, NewPassword, Password, TRIES } from './credentials.ts';
import { Problem } from './problem.ts';
import { route, type Route, type RouteRequest } from './route.ts';

const Account = z.strictObject({
  name: z.string(),
  role: Role,
  createdAt: z.number().describe('Epoch milliseconds, as all times'),
  secondFactor: z
    .strictObject({ since: z.number(), recoveryCodesLeft: z.number().int().min(0) })
    .nullable()
    .describe('Codes that signing in asks for; null: none'),
});
const WRONG_PASSWORD = 'The password is wrong.';

/** Throws where it is not the password of who asks; answers its hash, for the transaction to see that it still is. */
async function checked(
  asked: Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'request'> & { readonly who: SignedIn },
  password: string,
): Promise<string> {
  limited(asked);
  const account = await asked.ctx.state.read.account(asked.who.account);
  if (!(await isPassword(account?.passwordHash, password)) || account === undefined) throw wrongPassword();
  return account.passwordHash;
}

function wrongPassword(): Problem {
  return new Problem(403, 'wrong-password', WRONG_PASSWORD);
}

/** The account and session of who asks as they are in this transaction: neither may have ended since the guard looked. */
async function present(tx: StateTransaction, who: SignedIn) {
  const account = await tx.account(who.account);
  if (account === undefined || (await tx.session(who.tokenHash)) === undefined)
    throw new Problem(401, 'not-signed-in', 'Sign in first.');
  return account;
}

export const accountRoutes: readonly Route[] = [
  route(
    {
      id: 'getAccount',
      method: 'GET',
      path: '/api/v1/account',
      summary: 'Your account',
      tag: 'account',
      access: 'session',
      answers: { 200: { description: 'The account', schema: Account } },
    },
    async ({ ctx, who }) => {
      const account = await ctx.state.read.account(who.account);
      if (account === undefined) throw new Problem(401, 'not-signed-in', 'Sign in first.');
      const factor = await ctx.state.read.secondFactor(account.name);
      const { name, role, createdAt } = account;
      const since = factor?.confirmedAt;
      const left = factor?.recoveryHashes.length ?? 0;
      return { name, role, createdAt, secondFactor: since === undefined ? null : { since, recoveryCodesLeft: left } };
    },
  ),
  route(
    {
      id: 'changePassword',
      method: 'PUT',
      path: '/api/v1/account/password',
      summary: 'Change your password; your other sessions, signed-in programs and invitations that you sent out end',
      tag: 'account',
      access: 'session',
      audit: 'with',
      body: z.strictObject({ password: Password.describe('The present one'), newPassword: NewPassword }),
      answers: { 204: { description: 'It is changed' } },
      problems: { 403: `${WRONG_PASSWORD} Or asked for with a token, or by another site`, ...TRIES },
    },
    async (asked) => {
      const { ctx, body, who, reply, audit } = asked;
      const known = await checked(asked, body.password);
      const passwordHash = await hashed(body.newPassword);
      await ctx.state.transaction(async (tx) => {
        const account = await present(tx, who);
        if (account.passwordHash !== known) throw wrongPassword();
        await tx.putAccount({ ...account, passwordHash });
        await tx.removePasswordResets(account.name);
        await endInvitationsBy(tx, account.name);
        const ended = await endSessions(tx, account.name, who.tokenHash);
        const programsEnded = await endPrograms(tx, account.name);
        await audit.write(tx, { after: { sessionsEnded: ended.length, programsEnded } });
      });
      ctx.cutSessions((one) => one.account === who.account && one.tokenHash !== who.tokenHash);
      return reply.status(204).send();
    },
  ),
  route(
    {
      id: 'beginSecondFactor',
      method: 'POST',
      path: '/api/v1/account/second-factor',
      summary:
        'Begin to set up codes of an authenticator application (RFC 6238); nothing is asked for until the first is confirmed',
      tag: 'account',
      access: 'session',
      audit: { none: 'nothing is asked for, or not asked for any more, until it is confirmed' },
      body: z.strictObject({ password: Password }),
      answers: {
        201: {
          description: 'What the application needs, shown this once',
          schema: z.strictObject({
            secret: z.string().describe('In base32, to be typed in'),
            uri: z.string().describe('`otpauth://…`, to be opened or scanned'),
          }),
        },
      },
      problems: {
        403: `${WRONG_PASSWORD} Or asked for with a token, or by another site`,
        409: 'There is one',
        ...TRIES,
      },
    },
    async (asked) => {
      const { ctx, body, who, reply } = asked;
      const known = await checked(asked, body.password);
      const begun = await ctx.state.transaction(async (tx) => {
        if ((await present(tx, who)).passwordHash !== known) throw wrongPassword();
        return ctx.secondFactors.begin(tx, who.account);
      });
      if (begun === undefined)
        throw new Problem(409, 'second-factor-on', 'Codes are asked for already: turn that off first.');
      return reply.status(201).send(begun);
    },
  ),
  route(
    {
      id: 'confirmSecondFactor',
      method: 'POST',
      path: '/api/v1/account/second-factor/confirm',
      summary: 'Show a first code: from now on signing in asks for one',
      tag: 'account',
      access: 'session',
      audit: 'with',
      body: z.strictObject({ code: Code }),
      answers: {
        200: {
          description: 'Codes for when the application is lost, each good once, shown this once',
          schema: z.strictObject({ recoveryCodes: z.array(z.string()) }),
        },
      },
      problems: {
        403: 'The code is wrong, or asked for with a token, or by another site',
        409: 'Nothing was begun',
        429: 'Too many wrong codes',
      },
    },
    async ({ ctx, body, who, audit }) => {
      const recoveryCodes = await ctx.state.transaction(async (tx) => {
        await present(tx, who);
        const made = await ctx.secondFactors.confirm(tx, who.account, body.code);
        if (typeof made === 'object') await audit.write(tx, { before: { on: false }, after: { on: true } });
        return made;
      });
      if (recoveryCodes === 'wrong' || typeof recoveryCodes === 'number') throw codeProblem(recoveryCodes, 403);
      if (recoveryCodes === undefined)
        throw new Problem(409, 'nothing-begun', 'There is nothing to confirm: begin anew.');
      return { recoveryCodes };
    },
  ),
  route(
    {
      id: 'endSecondFactor',
      method: 'POST',
      path: '/api/v1/account/second-factor/end',
      summary: 'Turn your second factor off, with a code',
      tag: 'account',
      access: 'session',
      audit: 'with',
      body: z.strictObject({ code: Code }),
      answers: { 204: { description: 'Signing in asks for the password only' } },
      problems: {
        403: 'The code is wrong, or asked for with a token, or by another site',
        409: 'There is none',
        429: 'Too many wrong codes',
      },
    },
    async ({ ctx, body, who, reply, audit }) => {
      const outcome = await ctx.state.transaction(async (tx) => {
        await present(tx, who);
        const used = await ctx.secondFactors.use(tx, who.account, body.code);
        if (used === 'wrong') await audit.write(tx, { after: { refused: 'wrong code' } });
        if (used !== 'code' && used !== 'recovery') return used;
        await tx.removeSecondFactor(who.account);
        await audit.write(tx, { before: { on: true }, after: { on: false } });
        return used;
      });
      if (outcome === 'none') throw new Problem(409, 'no-second-factor', 'No codes are asked for.');
      if (outcome !== 'code' && outcome !== 'recovery') throw codeProblem(outcome, 403);
      return reply.status(204).send();
    },
  ),
];
