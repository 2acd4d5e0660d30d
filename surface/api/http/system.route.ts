/** How the platform does, and the ATT&CK names that the console shows. */
import { z } from 'zod';
import { PlatformStatus } from '@netsentinel/contracts/live';
import { SystemFigures } from '@netsentinel/contracts/system-figures';
import { describeError } from '@netsentinel/kernel/errors';
import { prometheusText } from './metrics.ts';
import { Problem } from './problem.ts';
import { openRoute, route, type Route } from './route.ts';

const METRICS = 'text/plain';
const Names = z.record(z.string(), z.string());
const Column = z.strictObject({
  tactic: z.string(),
  techniques: z.array(z.string()).describe('Those that serve it, by id; sub-techniques follow theirs'),
});

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
  openRoute(
    {
      id: 'getReadiness',
      method: 'GET',
      path: '/readyz',
      summary: 'Whether it can work: its state can be read',
      tag: 'system',
      answers: { 200: { description: 'It can', schema: z.strictObject({ status: z.literal('ready') }) } },
      problems: { 503: 'It cannot' },
    },
    async ({ ctx }) => {
      try {
        await ctx.state.read.setting('ready');
      } catch (error) {
        ctx.log.error('the state cannot be read', { error: describeError(error) });
        throw new Problem(503, 'not-ready', 'The state cannot be read; the log says why.', { 'retry-after': '5' });
      }
      return { status: 'ready' };
    },
  ),
  route(
    {
      id: 'getMetrics',
      method: 'GET',
      path: '/metrics',
      summary:
        'The status, and what the platform takes, for Prometheus, which shows a token (`authorization` in its scrape configuration)',
      tag: 'system',
      access: 'system:read',
      answers: { 200: { description: 'Text exposition format 0.0.4', type: METRICS } },
    },
    async ({ ctx, reply }) => {
      const figures = await ctx.systemFigures().catch((error: unknown) => {
        ctx.log.error('what the platform takes cannot be read', { error: describeError(error) });
        return undefined;
      });
      return reply.type(`${METRICS}; version=0.0.4; charset=utf-8`).send(prometheusText(ctx.status(), figures));
    },
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
      id: 'getSystemFigures',
      method: 'GET',
      path: '/api/v1/system',
      summary: 'What the platform takes, how much room is left, and how far each stage is behind',
      tag: 'system',
      access: 'system:read',
      answers: { 200: { description: 'The figures', schema: SystemFigures } },
    },
    ({ ctx }) => ctx.systemFigures(),
  ),
  route(
    {
      id: 'getAttackNames',
      method: 'GET',
      path: '/api/v1/attack',
      summary: 'Names of the MITRE ATT&CK techniques and tactics, and the matrix that they make',
      tag: 'system',
      access: 'signed-in',
      answers: {
        200: {
          description: 'Names by id',
          schema: z.strictObject({
            version: z.string().describe('Of ATT&CK, enterprise'),
            techniques: Names,
            tactics: Names,
            matrix: z.array(Column).describe('The tactics in the order of the framework'),
          }),
        },
      },
    },
    ({ ctx, reply }) => reply.header('cache-control', 'private, max-age=3600').send(ctx.attack),
  ),
];
