/** The configuration as it is and as it was: its text, its versions, and what differs between two. */
import { z } from 'zod';
import { ConfigurationLine, ConfigurationText, ConfigurationVersion } from '@netsentinel/contracts/configuration';
import { isKnown } from '../etag.ts';
import { orProblem } from '../platform-problem.ts';
import { route, type Route } from '../route.ts';
import { AWAY, ByVersion, NO_SUCH_VERSION, STATUSES, VersionNumber } from './configuration-words.ts';

export const configurationRoutes: readonly Route[] = [
  route(
    {
      id: 'getConfiguration',
      method: 'GET',
      path: '/api/v1/configuration',
      summary: 'The configuration in force',
      tag: 'configuration',
      access: 'configuration:read',
      answers: {
        200: { description: 'Its text, with secrets hidden; its `ETag` names the version', schema: ConfigurationText },
        304: { description: '`If-None-Match` names the version in force' },
      },
      problems: { 503: AWAY },
    },
    async ({ ctx, request, reply }) => {
      const inForce = await orProblem(ctx.configuration.ask({ what: 'read' }), STATUSES);
      return isKnown(request, reply, inForce.version) ? reply.status(304).send() : inForce;
    },
  ),
  route(
    {
      id: 'listConfigurations',
      method: 'GET',
      path: '/api/v1/configuration/versions',
      summary: 'The configurations that this install was started with, the newest first; the last 200',
      tag: 'configuration',
      access: 'configuration:read',
      answers: {
        200: {
          description: 'Without their texts',
          schema: z.strictObject({ versions: z.array(ConfigurationVersion) }),
        },
      },
      problems: { 503: AWAY },
    },
    async ({ ctx }) => ({ versions: await orProblem(ctx.configuration.ask({ what: 'list' }), STATUSES) }),
  ),
  route(
    {
      id: 'getConfigurationVersion',
      method: 'GET',
      path: '/api/v1/configuration/versions/:version',
      summary: 'One version of the configuration',
      tag: 'configuration',
      access: 'configuration:read',
      params: ByVersion,
      answers: { 200: { description: 'Its text, with secrets hidden', schema: ConfigurationText } },
      problems: { 404: NO_SUCH_VERSION, 503: AWAY },
    },
    ({ ctx, params: { version } }) => orProblem(ctx.configuration.ask({ what: 'read', version }), STATUSES),
  ),
  route(
    {
      id: 'compareConfigurations',
      method: 'GET',
      path: '/api/v1/configuration/versions/:version/diff',
      summary: 'What one version has that another has not, line by line',
      tag: 'configuration',
      access: 'configuration:read',
      params: ByVersion,
      query: z.strictObject({ from: VersionNumber.describe('The version that it is compared with') }),
      answers: {
        200: {
          description: 'All lines of both, in order',
          schema: z.strictObject({ lines: z.array(ConfigurationLine) }),
        },
      },
      problems: { 404: NO_SUCH_VERSION, 503: AWAY },
    },
    async ({ ctx, params: { version }, query: { from } }) => ({
      lines: await orProblem(ctx.configuration.ask({ what: 'compare', from, to: version }), STATUSES),
    }),
  ),
];
