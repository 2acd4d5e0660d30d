/** Alerting, as far as it is configured: who configures no notifier loads nothing of it. */
import type { AlertConfig } from '@netsentinel/alert/alert.config';
import type { Alerting } from '@netsentinel/alert/routing/alerting';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import type { PlaceOf } from '@netsentinel/contracts/place';
import type { StateStore } from '@netsentinel/contracts/state-store';
import { attackNames } from '@netsentinel/detect/attack';

/** `state` must be one that marks changes (`markChanges`). Undefined where no notifier is configured. */
export async function createAlerting(options: {
  readonly config: AlertConfig;
  readonly state: StateStore;
  readonly clock: Clock;
  readonly log: Logger;
  readonly placeOf: PlaceOf | undefined;
}): Promise<Alerting | undefined> {
  const { config, state, clock, log, placeOf } = options;
  if (config.notifiers.length === 0) return undefined;
  const [{ Alerting }, { createNotifiers }, { compileRouting }] = await Promise.all([
    import('@netsentinel/alert/routing/alerting'),
    import('@netsentinel/alert/routing/create-notifiers'),
    import('@netsentinel/alert/routing/policy'),
  ]);
  const { notifiers, follows } = await createNotifiers(config.notifiers, { clock, log });
  const policy = compileRouting(config, follows);
  const context = { names: attackNames(), placeOf, consoleUrl: config.consoleUrl };
  return new Alerting({ state, clock, log, policy, notifiers, context });
}
