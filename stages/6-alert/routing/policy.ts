/** The configuration as routing uses it. Pure. */
import type { AlertConfig } from '../alert.config.ts';
import { Route } from './routing.config.ts';

export interface Policy extends Pick<
  AlertConfig,
  'routes' | 'teams' | 'quietHours' | 'groupWaitMs' | 'updateWaitMs' | 'digestAt' | 'digestZone'
> {
  /** Names of notifiers that are told of acknowledgements and ends too. */
  readonly follows: ReadonlySet<string>;
}

export function compileRouting(config: AlertConfig, follows: ReadonlySet<string>): Policy {
  const { routes, teams, quietHours, groupWaitMs, updateWaitMs, digestAt, digestZone } = config;
  const everybody = config.notifiers.map(({ id }) => id);
  return {
    routes: routes.length > 0 ? routes : [Route.parse({ id: 'default', to: everybody })],
    teams,
    quietHours,
    groupWaitMs,
    updateWaitMs,
    digestAt,
    digestZone,
    follows,
  };
}
