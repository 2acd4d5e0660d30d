/** Into the console: a session in the state, its token in a cookie. */
import { z } from 'zod';
import type { StateTransaction } from '@netsentinel/contracts/state-store';
import type { OpenedSession, SignedIn } from '../auth/sessions.ts';
import { addressOf } from './address-of.ts';
import type { RouteRequest } from './route.ts';

type Asked = Pick<RouteRequest<unknown, unknown, unknown>, 'ctx' | 'request' | 'reply'> & {
  readonly who: SignedIn | undefined;
};

export const SignedInAs = z.strictObject({ account: z.string() });

const MAX_PROGRAM = 200;

/** In the place of the session that the browser had before. */
export async function openSession(
  { ctx, request, who }: Asked,
  tx: StateTransaction,
  account: string,
  lifetimeMs?: number,
): Promise<OpenedSession> {
  if (who?.by === 'session') await tx.removeSession(who.tokenHash);
  const program = (request.headers['user-agent'] ?? '').slice(0, MAX_PROGRAM);
  return ctx.sessions.open(tx, account, { address: addressOf(request), program }, lifetimeMs);
}

/** Once the transaction is through. */
export function enter(
  { ctx, reply, who: before }: Asked,
  account: string,
  { token, maxAgeS }: OpenedSession,
): z.infer<typeof SignedInAs> {
  if (before?.by === 'session') ctx.cutSessions(({ tokenHash }) => tokenHash === before.tokenHash);
  reply.setCookie(ctx.cookie, token, { ...attributes(ctx), maxAge: maxAgeS });
  return { account };
}

/** A browser takes a __Host- cookie away only with the attributes that it was set with. */
export function clearCookie({ ctx, reply }: Pick<Asked, 'ctx' | 'reply'>): void {
  reply.clearCookie(ctx.cookie, attributes(ctx));
}

function attributes({ secure }: { readonly secure: boolean }) {
  return { path: '/', httpOnly: true, sameSite: 'strict', secure } as const;
}
