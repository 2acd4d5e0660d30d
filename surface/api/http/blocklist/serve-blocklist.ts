/** The routes for programs that enforce our blocks: they come with a key instead of a session, and can read the list and nothing else. */
import type { FastifyInstance } from 'fastify';
import type { Clock } from '@netsentinel/contracts/clock';
import type { ApiOptions } from '../../api.types.ts';
import { blocklistRoutes } from './blocklist.route.ts';
import { crowdsecRoutes } from './crowdsec.route.ts';
import { servedList } from './served-list.ts';
import { needKey } from './who-asks.ts';

export async function serveBlocklist(
  scope: FastifyInstance,
  { mode, list, bouncers }: NonNullable<ApiOptions['blocklist']>,
  clock: Clock,
): Promise<void> {
  needKey(scope, bouncers);
  const served = servedList(list, mode);
  blocklistRoutes(scope, served, clock);
  await scope.register(async (decisions) => crowdsecRoutes(decisions, served, clock));
}
