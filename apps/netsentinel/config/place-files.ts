/** The files that say where addresses are, as the configuration names them. */
import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { PlaceFiles } from '@netsentinel/enrich/places/read-places';
import type { LoadedConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { NetSentinelConfig } from './netsentinel.config.ts';

/** Undefined where none is configured. Throws `NETWORKS_FILE_UNREADABLE` for a file that is not there. */
export function placeFiles(loaded: LoadedConfig<NetSentinelConfig>, configFile: string): PlaceFiles | undefined {
  const { addressTable, vpns } = loaded.config.networks;
  if (addressTable === undefined) return undefined;
  const readable = (given: string, at: (string | number)[]): string => {
    const path = resolve(dirname(configFile), given);
    try {
      accessSync(path, constants.R_OK);
      return path;
    } catch (cause) {
      throw new NetSentinelError('NETWORKS_FILE_UNREADABLE', 'user', `${path} cannot be read`, {
        where: loaded.where(['networks', ...at]),
        hint: 'Name a file that is there, or take the setting out.',
        cause,
      });
    }
  };
  return {
    addressTable: readable(addressTable, ['addressTable']),
    elsewhere: vpns.map((path, i) => readable(path, ['vpns', i])),
  };
}
