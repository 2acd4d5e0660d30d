/** Programs sign in, and go on: a short access token and a refresh token that is used once. */
import { z } from 'zod';
import { Role } from '@netsentinel/contracts/permission';
import { isWithin } from '@netsentinel/contracts/role-permissions';
import type { IssuedTokens } from '../../auth/programs.ts';
import { ACCESS_MS } from '../../auth/signing-keys.ts';
import { addressOf } from '../address-of.ts';
import { IDEMPOTENCY_KEY, keyOf } from '../kept-answers.ts';
import { Problem } from '../problem.ts';
import { openRoute, type Route } from '../route.ts';
import { CodeCredentials, SIGN_IN_PROBLEMS, withCredentials } from '../sign-in.ts';

const MAX_REFRESH_CHARS = 128;

const ProgramCredentials = CodeCredentials.extend({
  program: z
    .string()
    .trim()
    .regex(/\S/, 'say what it is')
    .max(100)
    .describe('What it is, for the list of programs that are signed in'),
  role: Role.describe('At most what the account may do; the least that the program needs'),
});
const Issued = z.strictObject({
  program: z.string().describe('Its id'),
  account: z.string(),
  role: Role,
  accessToken: z.string().describe('A JWT, to be shown as `Authorization: Bearer`'),
  expiresInS: z.number().describe('Of the access token: seconds from now'),
  refreshToken: z.string().describe('For new tokens, once: a second use ends all of this program’s'),
  refreshExpiresAt: z.number().describe('If it is not used before; epoch milliseconds'),
});

export const programSignInRoutes: readonly Route[] = [
  openRoute(
    {
      id: 'signInProgram',
      method: 'POST',
      path: '/api/v1/auth/token',
      summary: 'Sign a program in with name and password, and a code where the account has a second factor',
      tag: 'programs',
      audit: 'with',
      cookieless: true,
      body: ProgramCredentials,
      answers: { 200: { description: 'Its first tokens', schema: Issued } },
      problems: { ...SIGN_IN_PROBLEMS, 403: 'Asked for more than the account may do' },
    },
    async (asked) => {
      const { ctx, body, request, audit } = asked;
      const issued = await withCredentials(asked, async (tx, account, { secondFactor }) => {
        const { role } = body;
        if (!isWithin(role, account.role))
          throw new Problem(403, 'not-allowed', `A program of yours can do at most what the role ${account.role} may.`);
        const options = { account: account.name, name: body.program, role, address: addressOf(request) };
        const made = await ctx.programs.signIn(tx, options);
        await audit.write(tx, {
          account: account.name,
          after: {
            program: made.program.id,
            name: made.program.name,
            role,
            secondFactor,
            programsEnded: made.ended || undefined,
          },
        });
        return made;
      });
      return shown(issued);
    },
  ),
  openRoute(
    {
      id: 'refreshProgram',
      method: 'POST',
      path: '/api/v1/auth/refresh',
      summary: 'New tokens for a refresh token, which is worth nothing then; one that was used before ends the program',
      tag: 'programs',
      audit: { none: 'the same program goes on; a token that was used before, which ends it, is told of' },
      cookieless: true,
      headers: IDEMPOTENCY_KEY,
      body: z.strictObject({ refreshToken: z.string().min(1).max(MAX_REFRESH_CHARS) }),
      answers: { 200: { description: 'New tokens, both of them', schema: Issued } },
      problems: {
        401: 'No refresh token that is good now (`refresh-not-valid`), or one that was used before, and all of the program’s tokens are void (`refresh-reused`)',
      },
    },
    async ({ ctx, body, request, audit }) => {
      const key = keyOf(request);
      const outcome = await ctx.state.transaction(async (tx) => {
        const refreshed = await ctx.programs.refresh(tx, body.refreshToken, key);
        if (refreshed !== undefined && 'reused' in refreshed) {
          const { id, account, name, role } = refreshed.reused;
          const after = { refused: 'refresh token used twice', ended: true };
          await audit.write(tx, { account, before: { program: id, name, role }, after });
        }
        return refreshed;
      });
      if (outcome === undefined) throw notValid();
      if ('reused' in outcome) {
        ctx.programs.forget();
        ctx.log.warn('a refresh token was used twice: the program was ended', { program: outcome.reused.id });
        throw reused();
      }
      return shown(outcome);
    },
  ),
];

function notValid(): Problem {
  return new Problem(
    401,
    'refresh-not-valid',
    'This refresh token is not good, or not any more: sign the program in anew.',
  );
}

function reused(): Problem {
  return new Problem(
    401,
    'refresh-reused',
    'This refresh token was used before: somebody may have a copy. All tokens of this program are void now: sign it in anew.',
  );
}

function shown({ program, accessToken, refreshToken }: IssuedTokens): z.infer<typeof Issued> {
  const { id, account, role, expiresAt: refreshExpiresAt } = program;
  const expiresInS = ACCESS_MS / 1000;
  return { program: id, account, role, accessToken, expiresInS, refreshToken, refreshExpiresAt };
}
