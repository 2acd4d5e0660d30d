/** Guard for Fastify 5: `guardFastify(app, guard)` before routes are registered. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Guard } from '../guard.ts';
import { decide } from './node-http.ts';

interface Reply {
  readonly raw: ServerResponse;
  code(status: number): Reply;
  headers(headers: Readonly<Record<string, string>>): Reply;
  header(name: string, value: string): Reply;
  send(body: string): Reply;
}

/** As much of a Fastify instance as guard needs. */
export interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: { readonly raw: IncomingMessage }, reply: Reply) => Promise<unknown>,
  ): unknown;
}

/** The decision of a request that was let in: `decisions.get(request.raw)`. */
export function guardFastify(app: FastifyLike, guard: Guard): void {
  app.addHook('onRequest', async ({ raw }, reply) => {
    const decision = await decide(guard, raw, reply.raw);
    if (decision === undefined) return reply.send('');
    if (decision.action === 'allow') {
      // Fastify writes its own list of headers over the response's.
      for (const name in decision.headers) reply.header(name, decision.headers[name]!);
      return undefined;
    }
    const { answer } = decision;
    if (!raw.complete) reply.header('connection', 'close');
    return reply.code(answer.status).headers(answer.headers).send(answer.body);
  });
}
export { decisions } from './node-http.ts';
