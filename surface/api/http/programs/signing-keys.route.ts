/** The keys that access tokens are signed with: the public ones for anybody who checks tokens, and a new one by order. */
import { z } from 'zod';
import type { SigningKey } from '@netsentinel/contracts/program-book';
import { ALGORITHM } from '../../auth/signing-keys.ts';
import { Problem } from '../problem.ts';
import { openRoute, route, type Route } from '../route.ts';

/** RFC 7517, section 4, and RFC 7518, section 6.2. */
const Jwk = z.strictObject({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  kid: z.string().describe('That the header of a token names'),
  alg: z.literal(ALGORITHM),
  use: z.literal('sig'),
});
const Point = z.object({ x: z.string(), y: z.string() });

export const signingKeyRoutes: readonly Route[] = [
  openRoute(
    {
      id: 'listSigningKeys',
      method: 'GET',
      path: '/api/v1/auth/keys',
      summary: 'The public keys of access tokens as a JWK set (RFC 7517), newest first',
      tag: 'programs',
      answers: {
        200: {
          description: 'Those whose signatures count; none before the first program has signed in',
          schema: z.strictObject({ keys: z.array(Jwk) }),
        },
      },
    },
    async ({ ctx }) => ({ keys: (await ctx.signingKeys.published()).map(published) }),
  ),
  route(
    {
      id: 'rotateKeys',
      method: 'POST',
      path: '/api/v1/auth/keys/rotate',
      summary: 'Sign access tokens with a new key from now on, without waiting for the thirty days of the present one',
      tag: 'programs',
      access: { session: 'users:write' },
      audit: 'with',
      body: z.strictObject({
        endOld: z
          .boolean()
          .default(false)
          .describe(
            'Access tokens that there are count no more at once, as after a theft of keys; programs go on by their refresh tokens',
          ),
      }),
      answers: { 200: { description: 'The new key', schema: z.strictObject({ key: Jwk }) } },
      problems: { 409: 'There were twenty new keys within five minutes' },
    },
    async ({ ctx, body, audit }) => {
      const made = await ctx.state.transaction(async (tx) => {
        const key = await ctx.signingKeys.rotate(tx, body.endOld);
        if (key !== undefined) await audit.write(tx, { after: { key: key.id, endOld: body.endOld } });
        return key;
      });
      if (made === undefined)
        throw new Problem(
          409,
          'too-many',
          'There were twenty new keys within five minutes: wait, or end the old ones.',
        );
      ctx.programs.forget();
      return { key: published(made) };
    },
  ),
];

function published({ id, publicKey }: SigningKey): z.infer<typeof Jwk> {
  const { x, y } = Point.parse(JSON.parse(publicKey));
  return { kty: 'EC', crv: 'P-256', x, y, kid: id, alg: ALGORITHM, use: 'sig' };
}
