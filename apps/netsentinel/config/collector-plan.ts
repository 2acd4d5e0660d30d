/** What the launcher is to do for the configured collectors, as their definitions tell: asked where the configuration is read. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { CollectorNeeds, ListenerNeed } from '@netsentinel/contracts/collector';
import type { CollectorBoot } from '@netsentinel/contracts/process';
import type { LoadedConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { findCollector } from '@netsentinel/sense/collectors/index';
import type { NetSentinelConfig } from './netsentinel.config.ts';

export interface CollectorPlan {
  readonly boot: CollectorBoot;
  readonly listeners: readonly ListenerNeed[];
  /** Paths and patterns of what it is to read. */
  readonly read: readonly string[];
  readonly groups: readonly string[];
  /** Where the configuration names it. */
  readonly where: string;
}

export async function planCollectors(
  loaded: LoadedConfig<NetSentinelConfig>,
  configFile: string,
): Promise<CollectorPlan[]> {
  const plans: CollectorPlan[] = [];
  for (const [i, collector] of loaded.config.collectors.entries()) {
    const { id, type, zone, trustedProxies, pattern, options } = collector;
    const where = loaded.where(['collectors', i, 'options']);
    const needs = (await findCollector(type))!.needs(options);
    plans.push({
      boot: {
        id,
        type,
        zone,
        trustedProxies,
        ...(pattern === undefined ? {} : { pattern }),
        config: options,
        listeners: (needs.listeners ?? []).map(({ name }) => name),
        stdin: needs.stdin === true,
        ...(needs.tls === undefined ? {} : { tls: readTls(needs.tls, configFile, where) }),
      },
      listeners: needs.listeners ?? [],
      read: needs.read ?? [],
      groups: needs.groups ?? [],
      where,
    });
  }
  const readers = plans.filter(({ boot }) => boot.stdin);
  if (readers.length > 1)
    throw new NetSentinelError(
      'COLLECTOR_STDIN_TWICE',
      'user',
      'there is one standard input, and two collectors want it',
      {
        where: readers[1]!.where,
      },
    );
  return plans;
}

function readTls(
  files: NonNullable<CollectorNeeds['tls']>,
  configFile: string,
  where: string,
): NonNullable<CollectorBoot['tls']> {
  const read = (name: string, check: (pem: string) => unknown): string => {
    const file = resolve(dirname(configFile), name);
    try {
      const pem = readFileSync(file, 'utf8');
      check(pem);
      return pem;
    } catch (error) {
      throw new NetSentinelError('COLLECTOR_BAD_TLS', 'user', `${file} cannot be used: ${(error as Error).message}`, {
        where,
        hint: 'Give PEM files, readable by whoever starts NetSentinel.',
        cause: error,
      });
    }
  };
  const cert = read(files.certFile, (pem) => new X509Certificate(pem));
  const key = read(files.keyFile, (pem) => createPrivateKey(pem));
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new NetSentinelError('COLLECTOR_BAD_TLS', 'user', 'the key does not belong to the certificate', { where });
  const { caFile } = files;
  return { cert, key, ...(caFile === undefined ? {} : { ca: read(caFile, (pem) => new X509Certificate(pem)) }) };
}
