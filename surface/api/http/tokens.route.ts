/** Tokens for programs. */
import { z } from 'zod';
import type { ApiToken } from '@netsentinel/contracts/access-book';
import { Role } from '@netsentinel/contracts/permission';
import { isWithin, mayDo } from '@netsentinel/contracts/role-permissions';
import type { SignedIn } from '../auth/sessions.ts';
import { SecretId } from './ids.ts';
import { Problem } from './problem.ts';
import { route, type Route } from './route.ts';

const MAX_DAYS = 366;

const Token = z.strictObject({
  id: z.string(),
  name: z.string(),
  account: z.string().describe('Whose it is'),
  role: Role,
  createdAt: z.number().describe('Epoch milliseconds, as the next'),
  expiresAt: z.number(),
  lastUsedAt: z.number().optional().describe('To the minute; not there before the first use'),
});
const NewToken = z.strictObject({
  name: z.string().trim().min(1).max(100).describe('What it is for'),
  role: Role.describe('At most what its owner may do'),
  days: z.number().int().min(1).max(MAX_DAYS).default(90),
});
const NO_SUCH = 'There is no such token of yours.';

export const tokenRoutes: readonly Route[] = [
  route(
    {
      id: 'listTokens',
      method: 'GET',
      path: '/api/v1/tokens',
      summary: 'Your tokens, newest first (by a token: itself); of everybody for who may see accounts',
      tag: 'tokens',
      access: 'signed-in',
      answers: {
        200: { description: 'The tokens, without their secrets', schema: z.strictObject({ tokens: z.array(Token) }) },
      },
    },
    async ({ ctx, who }) => {
      const all = await ctx.state.read.apiTokens();
      return { tokens: all.filter((token) => isOf(who, token) || mayDo(who.role, 'users:read')).map(shown) };
    },
  ),
  route(
    {
      id: 'makeToken',
      method: 'POST',
      path: '/api/v1/tokens',
      summary: 'Make a token for a program, which shows it as `Authorization: Bearer`',
      tag: 'tokens',
      access: 'session',
      audit: 'with',
      once: true,
      body: NewToken,
      answers: {
        201: { description: 'The token; `secret` is shown this once', schema: Token.extend({ secret: z.string() }) },
      },
      problems: {
        403: 'Asked for by another site or with a token, or for more than one may do oneself',
        409: 'Too many tokens',
      },
    },
    async ({ ctx, body, who, reply, audit }) => {
      if (!isWithin(body.role, who.role))
        throw new Problem(403, 'not-allowed', `A token of yours can do at most what the role ${who.role} may.`);
      const made = await ctx.state.transaction(async (tx) => {
        const token = await ctx.tokens.make(tx, { ...body, account: who.account });
        if (token !== undefined) {
          const { id, name, role, expiresAt } = token.token;
          await audit.write(tx, { after: { id, name, role, expiresAt } });
        }
        return token;
      });
      if (made === undefined) throw new Problem(409, 'too-many', 'You have 100 tokens: revoke some first.');
      reply.status(201);
      return { ...shown(made.token), secret: made.secret };
    },
  ),
  route(
    {
      id: 'revokeToken',
      method: 'DELETE',
      path: '/api/v1/tokens/:id',
      summary: 'Revoke a token: yours (by a token: itself), or anybody’s for who may change accounts',
      tag: 'tokens',
      access: 'signed-in',
      audit: 'with',
      params: SecretId,
      answers: { 204: { description: 'It is worth nothing any more' } },
      problems: { 404: NO_SUCH },
    },
    async ({ ctx, params, who, reply, audit }) => {
      const mayEnd = (token: ApiToken): boolean => isOf(who, token) || mayDo(who.role, 'users:write');
      const ended = await ctx.tokens.end(params.id, mayEnd, (tx, { name, account, role }) =>
        audit.write(tx, { before: { name, account, role } }),
      );
      if (!ended) throw new Problem(404, 'no-such-token', NO_SUCH);
      return reply.status(204).send();
    },
  ),
];

/** A person's are all of theirs, a program's the one that it shows. */
function isOf({ by, account, tokenId }: SignedIn, token: ApiToken): boolean {
  return by === 'session' ? token.account === account : token.id === tokenId;
}

/** Without its secret's hash. */
function shown({ id, name, account, role, createdAt, expiresAt, lastUsedAt }: ApiToken): z.infer<typeof Token> {
  return { id, name, account, role, createdAt, expiresAt, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) };
}
