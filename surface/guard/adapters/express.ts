/** Guard as middleware of Express 4 and 5, or of anything that takes `(request, response, next)`. Put it before body parsers and routes. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guard } from '../guard.ts';
import { decide, refuse, requestOf } from './node-http.ts';

export type Middleware = (
  request: IncomingMessage & { readonly originalUrl?: string },
  response: ServerResponse,
  next: (error?: unknown) => void,
) => void;

/** `app.use(guardExpress(guard))`. The decision of a request that was let in: `decisions.get(request)`. */
export function guardExpress(guard: Guard): Middleware {
  const serve = async (...[request, response, next]: Parameters<Middleware>): Promise<void> => {
    const given = requestOf(request);
    const target = request.originalUrl ?? given.target;
    const decision = await decide(guard, request, response, { ...given, target });
    if (decision?.action === 'allow') next();
    else if (decision !== undefined) refuse(decision, request, response);
  };
  return (request, response, next) => void serve(request, response, next);
}
export { decisions } from './node-http.ts';
