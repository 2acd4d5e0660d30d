/** Guard as middleware of Koa 2 and 3: `app.use(guardKoa(guard))`, before everything else. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guard } from '../guard.ts';
import { decide } from './node-http.ts';

/** As much of a Koa context as guard needs. */
export interface KoaContextLike {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  status: number;
  body: unknown;
  set(name: string, value: string): void;
}

/** The decision of a request that was let in: `decisions.get(ctx.req)`. */
export function guardKoa(guard: Guard): (ctx: KoaContextLike, next: () => Promise<unknown>) => Promise<unknown> {
  return async (ctx, next) => {
    const { req, res, originalUrl } = ctx;
    const decision = await decide(guard, req, res, {
      method: req.method ?? 'GET',
      target: originalUrl,
      headers: req.headers,
      peer: req.socket.remoteAddress,
    });
    if (decision === undefined) return undefined;
    if (decision.action === 'allow') return next();
    const { answer } = decision;
    ctx.status = answer.status;
    if (!req.complete) ctx.set('connection', 'close');
    for (const [name, value] of Object.entries(answer.headers)) ctx.set(name, value);
    ctx.body = answer.body;
    return undefined;
  };
}
export { decisions } from './node-http.ts';
