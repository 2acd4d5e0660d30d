/** `console.live` as the platform gets it: its secrets read, since the platform may read neither variables nor files. */
import { X509Certificate } from 'node:crypto';
import { dirname } from 'node:path';
import type { LoadedConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { resolveSecrets, revealed } from '@netsentinel/kernel/secret';
import type { NetSentinelConfig } from './netsentinel.config.ts';

type LiveConfig = NetSentinelConfig['console']['live'];

const MIN_SECRET = 32;

/** Throws `SECRET_MISSING`, `LIVE_SHORT_SECRET`, and `LIVE_BAD_TLS` where what `ca` or `cert` name is no certificate, or a certificate has no key. */
export function planLive(loaded: LoadedConfig<NetSentinelConfig>, configFile: string): LiveConfig {
  const { redis } = loaded.config.console.live;
  if (redis === undefined) return {};
  const path = ['console', 'live', 'redis'];
  const where = loaded.where(path);
  const planned = resolveSecrets(redis, { env: process.env, folder: dirname(configFile), where });
  if (revealed(planned.secret).length < MIN_SECRET)
    throw new NetSentinelError('LIVE_SHORT_SECRET', 'user', `the secret of console.live.redis is too short`, {
      where: loaded.where([...path, 'secret']),
      hint: `At least ${MIN_SECRET} characters, the same for all platforms: \`openssl rand -hex 32\` makes some.`,
    });
  const { ca, cert, key } = planned.tls ?? {};
  const badTls = (message: string, at: string, cause?: unknown): NetSentinelError =>
    new NetSentinelError('LIVE_BAD_TLS', 'user', message, {
      where: loaded.where([...path, 'tls', at]),
      hint: 'Give certificates and keys as PEM, a certificate of our own with its key.',
      cause,
    });
  if ((cert === undefined) !== (key === undefined))
    throw badTls('a certificate needs its key', cert === undefined ? 'key' : 'cert');
  for (const [at, secret] of Object.entries({ ca, cert })) {
    if (secret === undefined) continue;
    try {
      void new X509Certificate(revealed(secret));
    } catch (error) {
      throw badTls(`${at} is no certificate`, at, error);
    }
  }
  return { redis: planned };
}
