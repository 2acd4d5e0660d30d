/** Signing in by an OpenID provider: asked for and finished by pages of the console, which the browser comes back to. Why so: ADR 0037. */
import { z } from 'zod';
import { Gate } from '../auth/gate.ts';
import { nameOf, roleOf } from '../auth/openid/claims.ts';
import { admit, type TurnedAway } from '../auth/openid/openid-accounts.ts';
import { OpenIdFault, type OpenIdProvider } from '../auth/openid/openid-provider.ts';
import { OPENID_LIFETIME_MS, sessionId } from '../auth/sessions.ts';
import { limited, TRIES } from './credentials.ts';
import { enter, openSession, SignedInAs } from './enter.ts';
import { isSameOrigin } from './guard.ts';
import { clearAsked, keepAsked, readAsked } from './openid-cookie.ts';
import { Problem } from './problem.ts';
import { openRoute, type Route, type RouteRequest } from './route.ts';

/** The page of the console that the provider sends browsers back to. */
const BACK = '/openid/';
const MAX_ANSWER = 8192;
/** Of those who come back at once: each asks the provider twice or three times. */
const gate = new Gate(8, 64);

const NONE = 'No OpenID provider is configured.';
const NOT_ASKED = 'This browser did not ask to sign in, or too long ago: begin anew.';
const AWAY = 'The provider did not answer, or not as one does';

export const openIdRoutes: readonly Route[] = [
  openRoute(
    {
      id: 'beginOpenId',
      method: 'POST',
      path: '/api/v1/session/openid',
      summary: 'Begin to sign in by the OpenID provider: where the browser is to go',
      tag: 'session',
      audit: { none: 'nobody is signed in by it' },
      answers: {
        200: {
          description: `The provider’s address; it sends the browser back to \`${BACK}\`, within ten minutes`,
          schema: z.strictObject({ url: z.string() }),
        },
      },
      problems: { 404: NONE, 502: AWAY },
    },
    async (asked) => {
      const provider = providerOf(asked);
      const { ctx, request } = asked;
      const { origin } = request.headers;
      if (origin === undefined || !isSameOrigin(request.headers, ctx.secure))
        throw new Problem(400, 'no-origin', 'Open the sign-in page in a browser: it names where it is.');
      const begun = await provider.begin(new URL(BACK, origin).href).catch(told);
      keepAsked(asked, begun.asked);
      return { url: begun.url };
    },
  ),
  openRoute(
    {
      id: 'finishOpenId',
      method: 'POST',
      path: '/api/v1/session/openid/finish',
      summary: 'Sign in with what the OpenID provider sent the browser back with',
      tag: 'session',
      audit: 'with',
      body: z.strictObject({
        answer: z.string().min(1).max(MAX_ANSWER).describe('What stands behind the ? of the address: `code=…&state=…`'),
      }),
      answers: { 200: { description: 'Signed in; the session is in the cookie', schema: SignedInAs } },
      problems: {
        401: `${NOT_ASKED} Or the answer is none to what it asked`,
        403: 'The provider does not let them in, or gives them no role here',
        404: NONE,
        409: 'They were the last admin and are none any more, nobody has set this console up yet and they are no admin, or there are too many accounts',
        502: AWAY,
        ...TRIES,
      },
    },
    async (asked) => {
      const provider = providerOf(asked);
      limited(asked);
      const { ctx, body, audit } = asked;
      const question = readAsked(asked);
      // It is good once: what is wrong is asked anew.
      clearAsked(asked);
      if (question === undefined) throw new Problem(401, 'openid-not-asked', NOT_ASKED);
      const proved = await gate.run(() => provider.finish(question, body.answer)).catch(told);
      if (proved === 'busy')
        throw new Problem(503, 'busy', 'Too many sign-ins at once; try again.', { 'retry-after': '2' });
      const { openId, claims } = proved;
      const role = roleOf(claims, provider.config);
      const entered = await ctx.state.transaction(async (tx) => {
        const name = nameOf(claims, provider.config, openId.subject);
        const outcome = await admit(tx, { openId, name, role, now: ctx.clock.now() });
        if ('refused' in outcome) {
          const { refused, account, ended } = outcome;
          if (account !== undefined) await audit.write(tx, { account, after: { refused, ...ended } });
          return outcome;
        }
        const { account, isNew, was } = outcome;
        const session = await openSession(asked, tx, account.name, OPENID_LIFETIME_MS);
        await audit.write(tx, {
          account: account.name,
          ...(was === undefined ? {} : { before: { role: was } }),
          after: {
            session: sessionId(session),
            openId: openId.subject,
            ...(isNew || was !== undefined ? { role: account.role } : {}),
            ...(isNew ? { isNew } : {}),
          },
        });
        return { ...outcome, session };
      });
      if ('refused' in entered) {
        if (entered.account !== undefined) ctx.endAccount(entered.account);
        throw turnedAway(entered, provider);
      }
      const { account, was, session } = entered;
      if (was !== undefined) ctx.endAccount(account.name);
      return enter(asked, account.name, session);
    },
  ),
];

function providerOf({ ctx }: Pick<RouteRequest<unknown, unknown, unknown>, 'ctx'>): OpenIdProvider {
  if (ctx.openIdProvider === undefined) throw new Problem(404, 'no-openid', NONE);
  return ctx.openIdProvider;
}

/** Throws what went wrong at the provider as a problem. */
function told(error: unknown): never {
  if (!(error instanceof OpenIdFault)) throw error;
  if (error.kind === 'away') throw new Problem(502, 'openid-away', `${AWAY}: ${error.message}. Try again.`);
  if (error.kind === 'refused') throw new Problem(403, 'openid-refused', `The provider says: ${error.message}.`);
  throw new Problem(401, 'openid-not-valid', `The provider’s answer is not valid: ${error.message}. Begin anew.`);
}

function turnedAway({ refused }: TurnedAway, { name }: OpenIdProvider): Problem {
  if (refused === 'no-role')
    return new Problem(403, 'openid-no-role', `${name} gives you no role here. Ask whoever gives out its groups.`);
  if (refused === 'last-admin')
    return new Problem(
      409,
      'last-admin',
      `You were the last admin, and ${name} makes you none any more: somebody else has to become one first.`,
    );
  if (refused === 'first-admin')
    return new Problem(
      409,
      'first-admin',
      `Nobody has set this console up yet, and ${name} makes you no admin of it: an admin has to come first.`,
    );
  return new Problem(409, 'too-many', 'There are 1,000 accounts, or too many of your name: no more can be made.');
}
