/** How the platform does, and the ATT&CK names that the console shows. */
import { z } from 'zod';
import { PlatformStatus } from '@netsentinel/contracts/live';
import { openRoute, route, type Route } from './route.ts';

const Names = z.record(z.string(), z.string());

export const systemRoutes: readonly Route[] = [
  openRoute(
    {
      id: 'getHealth',
      method: 'GET',
      path: '/healthz',
      summary: 'Whether the platform answers',
      tag: 'system',
      answers: { 200: { description: 'It does', schema: z.strictObject({ status: z.literal('ok') }) } },
    },
    () => ({ status: 'ok' }),
  ),
  route(
    {
      id: 'getStatus',
      method: 'GET',
      path: '/api/v1/status',
      summary: 'How the platform, its decoys, collectors and sources do; as of the last second',
      tag: 'system',
      access: 'system:read',
      answers: { 200: { description: 'The status', schema: PlatformStatus } },
    },
    ({ ctx }) => ctx.status(),
  ),
  route(
    {
      id: 'getAttackNames',
      method: 'GET',
      path: '/api/v1/attack',
      summary: 'Names of the MITRE ATT&CK techniques and tactics',
      tag: 'system',
      access: 'signed-in',
      answers: {
        200: { description: 'Names by id', schema: z.strictObject({ techniques: Names, tactics: Names }) },
      },
    },
    ({ ctx, reply }) => reply.header('cache-control', 'private, max-age=3600').send(ctx.attack),
  ),
];
