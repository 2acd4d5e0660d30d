/** Where Redis is, as the configuration has it: its files are read anew at each connection, so that they may be changed while running. */
import { readFileSync } from 'node:fs';
import type { RedisPlace } from '@netsentinel/kernel/redis-connection';
import type { RedisConfig } from './redis.config.ts';

/** Throws where a file cannot be read. */
export function placeOf(config: RedisConfig): RedisPlace {
  const { host, port, socket, username, passwordFile, database, tls, timeoutMs } = config;
  const text = (file: string | undefined): string | undefined =>
    file === undefined ? undefined : readFileSync(file, 'utf8');
  return {
    host,
    port,
    socket,
    username,
    password: text(passwordFile)?.replace(/\r?\n$/, ''),
    database,
    ...(tls === undefined
      ? {}
      : {
          tls: {
            ca: text(tls.caFile),
            cert: text(tls.certFile),
            key: text(tls.keyFile),
            serverName: tls.serverName,
          },
        }),
    timeoutMs,
  };
}
