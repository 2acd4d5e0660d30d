/** `encryption` as the platform gets it: master keys read, since the platform may read neither variables nor files. */
import { dirname } from 'node:path';
import type { LoadedConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { EncryptionConfig } from '@netsentinel/kernel/keyring.config';
import type { KeyringOptions } from '@netsentinel/kernel/keyring-files';
import { parseMasterKey } from '@netsentinel/kernel/master-key';
import { resolveSecrets, revealed } from '@netsentinel/kernel/secret';
import type { NetSentinelConfig } from './netsentinel.config.ts';

/** Throws `SECRET_MISSING`, and `MASTER_KEY_BAD` for what is no key or stands in the configuration itself. */
export function planEncryption(loaded: LoadedConfig<NetSentinelConfig>, configFile: string): EncryptionConfig {
  const { encryption } = loaded.config;
  for (const name of ['masterKey', 'previousMasterKey'] as const) {
    const given = encryption[name];
    if (given === undefined) continue;
    const where = loaded.where(['encryption', name]);
    if ('value' in given)
      throw new NetSentinelError('MASTER_KEY_BAD', 'user', `${name} stands in the configuration itself`, {
        where,
        // The data folder keeps every configuration that was started with: the key would lie beside what it opens.
        hint: 'Name a variable or a file that holds it: { env: NAME } or { file: PATH }.',
      });
    if (parseMasterKey(revealed(resolved(given, loaded, configFile, where))) === undefined)
      throw new NetSentinelError('MASTER_KEY_BAD', 'user', `${name} is not 32 bytes in base64 or hexadecimal digits`, {
        where,
        hint: 'Make one with: openssl rand -base64 32',
      });
  }
  return resolved(encryption, loaded, configFile, loaded.where(['encryption']));
}

/** What the keyring takes of it. */
export function masterKeys(planned: EncryptionConfig): Omit<KeyringOptions, 'directory'> {
  const { masterKey, previousMasterKey } = planned;
  return {
    masterKey: masterKey && parseMasterKey(revealed(masterKey)),
    previousMasterKey: previousMasterKey && parseMasterKey(revealed(previousMasterKey)),
  };
}

function resolved<T>(value: T, loaded: LoadedConfig<NetSentinelConfig>, configFile: string, where: string): T {
  return resolveSecrets({ value }, { env: process.env, folder: dirname(configFile), where }).value;
}
