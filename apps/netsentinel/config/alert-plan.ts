/** `alert` of the configuration as the platform gets it: secrets read (it may read neither variables nor files), links with an address. */
import { dirname } from 'node:path';
import type { AlertConfig } from '@netsentinel/alert/alert.config';
import type { LoadedConfig } from '@netsentinel/kernel/config';
import { resolveSecrets } from '@netsentinel/kernel/secret';
import { consoleUrl } from './console-url.ts';
import type { NetSentinelConfig } from './netsentinel.config.ts';

/** `only`: names of the notifiers wanted; all without. Throws `SECRET_MISSING`. */
export function planAlerts(
  loaded: LoadedConfig<NetSentinelConfig>,
  configFile: string,
  only?: readonly string[],
): AlertConfig {
  const { config } = loaded;
  const folder = dirname(configFile);
  const { alert } = config;
  const url = alert.consoleUrl ?? consoleUrl(config, config.console.tls !== undefined);
  return {
    ...alert,
    consoleUrl: url.replace(/\/+$/, ''),
    notifiers: alert.notifiers.flatMap((notifier, i) => {
      if (only?.includes(notifier.id) === false) return [];
      const where = loaded.where(['alert', 'notifiers', i, 'options']);
      return [resolveSecrets(notifier, { env: process.env, folder, where })];
    }),
  };
}
