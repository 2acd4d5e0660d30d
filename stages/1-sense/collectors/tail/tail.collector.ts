/** Follows log files. */
import type { CollectorDefinition } from '@netsentinel/contracts/collector';
import { Tail } from './tail.ts';
import { TailConfig } from './tail.config.ts';

export const tailCollector: CollectorDefinition<TailConfig> = {
  id: 'tail',
  summary: 'Follows log files of any format that we read, through rotation and restarts.',
  stability: 'experimental',
  config: TailConfig,
  needs: ({ paths, groups }) => ({ read: paths, groups }),
  create: (ctx, config) => new Tail(ctx, config),
};
