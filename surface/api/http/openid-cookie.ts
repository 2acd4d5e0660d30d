/**
 * What a browser asked an OpenID provider, kept by the browser itself: sealed, so that strangers who ask and never come back take no memory of ours, and nobody
 * else’s browser can finish what this one began.
 */
import { z } from 'zod';
import type { Asked as Question } from '../auth/openid/openid-provider.ts';
import type { RouteRequest } from './route.ts';

type Asked = Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'request' | 'reply'>;

/** So long somebody may take at the provider. */
const LIFETIME_MS = 600_000;
const CONTEXT = 'openid question';

const Kept = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  redirectUri: z.string(),
  until: z.number(),
});

export function keepAsked(asked: Asked, question: Question): void {
  const { ctx, reply } = asked;
  const kept: z.infer<typeof Kept> = { ...question, until: ctx.clock.now() + LIFETIME_MS };
  const sealed = ctx.sealer.seal(Buffer.from(JSON.stringify(kept)), CONTEXT);
  reply.setCookie(nameOf(asked), sealed, { ...attributes(asked), maxAge: LIFETIME_MS / 1000 });
}

/** Undefined where there is none, or it is too old, or not ours. */
export function readAsked(asked: Asked): Question | undefined {
  const { ctx, request } = asked;
  const opened = ctx.sealer.open(request.cookies[nameOf(asked)] ?? '', CONTEXT);
  if (opened === undefined) return undefined;
  const { until, ...question } = Kept.parse(JSON.parse(Buffer.from(opened).toString('utf8')));
  return until > ctx.clock.now() ? question : undefined;
}

export function clearAsked(asked: Asked): void {
  asked.reply.clearCookie(nameOf(asked), attributes(asked));
}

/** The page that finishes is the console's own, so that the cookie need not come along from the provider's. */
function attributes({ ctx: { secure } }: Asked) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
}

function nameOf({ ctx: { secure } }: Asked): string {
  return `${secure ? '__Host-' : ''}netsentinel-openid`;
}
