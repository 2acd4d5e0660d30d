/** The console's certificate: read by the launcher, which may, and handed to the platform, which may not read it. */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseAddress, networkContains, parseNetwork } from '@netsentinel/kernel/address';
import type { LoadedConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { NetSentinelConfig } from './netsentinel.config.ts';

export interface ConsoleTls {
  readonly cert: string;
  readonly key: string;
}

const LOOPBACK = [parseNetwork('127.0.0.0/8')!, parseNetwork('::1')!];

/** `plain` HTTP is allowed on loopback only; `made`: one is to be made (`madeCertificate`). */
export function consoleTls(loaded: LoadedConfig<NetSentinelConfig>, configFile: string): ConsoleTls | 'plain' | 'made' {
  const { console } = loaded.config;
  if (console.tls === undefined) {
    const address = parseAddress(console.address);
    if (console.address === 'localhost' || (address !== undefined && LOOPBACK.some((n) => networkContains(n, address))))
      return 'plain';
    throw new NetSentinelError(
      'CONSOLE_NEEDS_TLS',
      'user',
      `the console would be exposed on ${console.address} without TLS`,
      {
        where: loaded.where(['console', 'address']),
        hint: 'Write `tls: {}` and a certificate is made, or set tls.certFile and keyFile, or keep 127.0.0.1 and use an SSH tunnel.',
      },
    );
  }
  const { certFile, keyFile } = console.tls;
  if (certFile === undefined && keyFile === undefined) return 'made';
  if (certFile === undefined || keyFile === undefined)
    throw new NetSentinelError('CONSOLE_BAD_TLS', 'user', 'a certificate and its key belong together', {
      where: loaded.where(['console', 'tls']),
      hint: 'Give both certFile and keyFile, or neither, and a certificate is made.',
    });
  const files = { certFile, keyFile };
  const read = (key: 'certFile' | 'keyFile', check: (pem: string) => unknown): string => {
    const file = resolve(dirname(configFile), files[key]);
    try {
      const pem = readFileSync(file, 'utf8');
      check(pem);
      return pem;
    } catch (error) {
      throw new NetSentinelError('CONSOLE_BAD_TLS', 'user', `${file} cannot be used: ${(error as Error).message}`, {
        where: loaded.where(['console', 'tls', key]),
        hint: 'Give PEM files, readable by whoever starts NetSentinel.',
        cause: error,
      });
    }
  };
  const cert = read('certFile', (pem) => new X509Certificate(pem));
  const key = read('keyFile', (pem) => createPrivateKey(pem));
  if (!new X509Certificate(cert).checkPrivateKey(createPrivateKey(key)))
    throw new NetSentinelError('CONSOLE_BAD_TLS', 'user', 'the key does not belong to the certificate', {
      where: loaded.where(['console', 'tls', 'keyFile']),
    });
  return { cert, key };
}
