/** One's own account: password and second factor. By a session only: a program's token changes nothing here. */
import { z } from 'zod';
import { Role } from '@netsentinel/contracts/permission';
import { endBegunCodes } from '../auth/begun-codes.ts';
import { endInvitationsBy } from '../auth/invitations.ts';
import { endSessions } from '../auth/password-resets.ts';
import { endPrograms } from '../auth/programs.ts';
import { dropIdleRecoveryCodes } from '../auth/second-factors.ts';
import { Code, confirmFactor, factorProblem, hashed, NewPassword, Password, PROOF, TRIES } from './credentials.ts';
import { checked, present, SignsInBy, signsInBy, WRONG_PASSWORD, wrongPassword } from './own-account.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';

const Account = z.strictObject({
  name: z.string(),
  role: Role,
  createdAt: z.number().describe('Epoch milliseconds, as all times'),
  secondFactor: z
    .strictObject({ since: z.number(), recoveryCodesLeft: z.number().int().min(0) })
    .nullable()
    .describe('Codes that signing in asks for; null: none'),
  signsInBy: SignsInBy,
});

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
      const left = (await ctx.state.read.recoveryHashes(account.name)).length;
      return {
        name,
        role,
        createdAt,
        secondFactor: since === undefined ? null : { since, recoveryCodesLeft: left },
        signsInBy: signsInBy(account),
      };
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
        await endBegunCodes(tx, account.name);
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
      body: z.strictObject({ password: Password, ...PROOF }).describe('With a proof where you have a security key'),
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
        403: `${WRONG_PASSWORD} Or the key or recovery code is, or one is needed, or asked for with a token, or by another site`,
        409: 'There is one',
        ...TRIES,
      },
    },
    async (asked) => {
      const { ctx, body, who, reply } = asked;
      const known = await checked(asked, body.password);
      const begun = await ctx.state.transaction(async (tx) => {
        if ((await present(tx, who)).passwordHash !== known) throw wrongPassword();
        // Before a code is asked for and used up.
        if ((await tx.secondFactor(who.account))?.confirmedAt !== undefined) return undefined;
        return (await confirmFactor(asked, tx, body)) ?? ctx.secondFactors.begin(tx, who.account);
      });
      if (begun instanceof Problem) throw begun;
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
          description: 'Codes for when the application is lost, each good once, shown this once; earlier ones are void',
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
      if (recoveryCodes === 'wrong-code' || typeof recoveryCodes === 'number') throw factorProblem(recoveryCodes, 403);
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
      summary: 'Turn codes at sign-in off, with a code or a security key',
      tag: 'account',
      access: 'session',
      audit: 'with',
      body: z.strictObject(PROOF),
      answers: {
        204: { description: 'Signing in asks for the password only, or for a security key where you have one' },
      },
      problems: {
        403: 'The code or key is wrong, or one is needed, or asked for with a token, or by another site',
        409: 'There is none',
        429: 'Too many wrong codes',
      },
    },
    async (asked) => {
      const { ctx, body, who, reply, audit } = asked;
      const problem = await ctx.state.transaction(async (tx) => {
        await present(tx, who);
        if ((await tx.secondFactor(who.account))?.confirmedAt === undefined)
          return new Problem(409, 'no-second-factor', 'No codes are asked for.');
        const refused = await confirmFactor(asked, tx, body);
        if (refused !== undefined) return refused;
        await tx.removeSecondFactor(who.account);
        await dropIdleRecoveryCodes(tx, who.account);
        await audit.write(tx, { before: { on: true }, after: { on: false } });
        return undefined;
      });
      if (problem !== undefined) throw problem;
      return reply.status(204).send();
    },
  ),
];
