/** What says what all routes take and answer: a document for programs, a page for people. */
import { z } from 'zod';
import { REFERENCE_POLICY } from '../openapi/reference-page.ts';
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
  openRoute(
    {
      id: 'getReference',
      method: 'GET',
      path: '/api/v1/reference',
      summary: 'This document as a page for people, which needs no other',
      tag: 'system',
      answers: { 200: { description: 'The page', type: 'text/html' } },
    },
    ({ ctx, reply }) =>
      reply
        .type('text/html')
        .header('content-security-policy', REFERENCE_POLICY)
        .header('cache-control', 'public, max-age=3600')
        .send(ctx.reference()),
  ),
];
