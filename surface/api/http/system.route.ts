/** How the platform does, and the ATT&CK names that the console shows. */
import type { FastifyInstance } from 'fastify';
import type { RouteContext } from './context.ts';

export function systemRoutes(app: FastifyInstance, ctx: RouteContext): void {
  app.get('/healthz', { config: { open: true } }, () => ({ status: 'ok' }));
  app.get('/api/v1/status', () => ctx.status());
  app.get('/api/v1/attack', (_, reply) => reply.header('cache-control', 'private, max-age=3600').send(ctx.attack));
}
