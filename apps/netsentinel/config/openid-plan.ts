/** `console.openId` as the platform gets it: its secrets read, since the platform may read neither variables nor files. */
import { X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import type { OpenIdConfig } from '@netsentinel/api/auth/openid/openid.config';
import type { LoadedConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { resolveSecrets, revealed } from '@netsentinel/kernel/secret';
import type { NetSentinelConfig } from './netsentinel.config.ts';

/** Throws `SECRET_MISSING`, and `OPENID_BAD_CA` where what `ca` names is no certificate. */
export function planOpenId(loaded: LoadedConfig<NetSentinelConfig>, configFile: string): OpenIdConfig | undefined {
  const { openId } = loaded.config.console;
  if (openId === undefined) return undefined;
  const where = loaded.where(['console', 'openId']);
  const planned = resolveSecrets(openId, { env: process.env, folder: dirname(configFile), where });
  if (planned.ca === undefined) return planned;
  try {
    return (void new X509Certificate(revealed(planned.ca)), planned);
  } catch (error) {
    throw new NetSentinelError('OPENID_BAD_CA', 'user', 'ca is no certificate', {
      where: loaded.where(['console', 'openId', 'ca']),
      hint: 'Give the PEM of the authority that signed the provider’s certificate.',
      cause: error,
    });
  }
}
