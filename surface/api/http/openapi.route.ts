/** The document that says what all routes take and answer. */
import { z } from 'zod';
import { openRoute, type Route } from './route.ts';

export const openApiRoutes: readonly Route[] = [
  openRoute(
    {
      id: 'getOpenApi',
      method: 'GET',
      path: '/api/v1/openapi.json',
      summary: 'This document',
      tag: 'system',
      answers: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
    },
    // As text, written once: strangers may ask for it as often as they like.
    ({ ctx, reply }) =>
      reply.type('application/json').header('cache-control', 'public, max-age=3600').send(ctx.openApi()),
  ),
];
