/** The centre's own certificate authority, made at its first start: it says who the centre is, and which points are its own. */
import { createPrivateKey, createPublicKey, X509Certificate, type KeyObject } from 'node:crypto';
import { join } from 'node:path';
import type { Clock } from '@netsentinel/contracts/clock';
import { issueCertificate, newKey, type IssuedCertificate } from '@netsentinel/kernel/x509';
import { z } from 'zod';
import { readPrivate, writePrivate } from './private-file.ts';

/** What points look for in the certificate of whom they connect to. */
export const CENTRE_NAME = 'netsentinel centre';
const AUTHORITY_NAME = 'netsentinel points';
const DAY_MS = 86_400_000;
const YEAR_MS = 365 * DAY_MS;
const FILE = z.strictObject({ key: z.string(), certificate: z.string() });

export interface Authority {
  /** PEM. */
  readonly certificate: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
  /** A certificate for the centre, and the key to it: anew at each start, never on disk. PEM. */
  serverIdentity(): { readonly key: string; readonly cert: string };
  issueTo(name: string, publicKey: KeyObject): IssuedCertificate;
}

export function openAuthority(directory: string, clock: Clock): Authority {
  const path = join(directory, 'authority.json');
  const kept = readPrivate(path, FILE) ?? make(path, clock);
  const issuer = { commonName: AUTHORITY_NAME, privateKey: createPrivateKey(kept.key) };
  // A clock that is a little behind shall not refuse what was made a moment ago.
  const span = () => ({ notBefore: clock.now() - DAY_MS, notAfter: clock.now() + 10 * YEAR_MS });
  return {
    certificate: kept.certificate,
    fingerprint: fingerprintOf(new X509Certificate(kept.certificate)),
    serverIdentity: () => {
      const key = newKey();
      const publicKey = createPublicKey(key);
      const { pem } = issueCertificate({ commonName: CENTRE_NAME, purpose: 'server', publicKey, issuer, ...span() });
      return { key: pemOf(key), cert: pem };
    },
    issueTo: (commonName, publicKey) =>
      issueCertificate({ commonName, purpose: 'client', publicKey, issuer, ...span() }),
  };
}

/** SHA-256, lower-case hex. */
export function fingerprintOf(certificate: X509Certificate): string {
  return certificate.fingerprint256.replaceAll(':', '').toLowerCase();
}

/** PKCS #8, PEM. */
export function pemOf(key: KeyObject): string {
  return key.export({ format: 'pem', type: 'pkcs8' }) as string;
}

function make(path: string, clock: Clock): z.output<typeof FILE> {
  const key = newKey();
  const { pem } = issueCertificate({
    commonName: AUTHORITY_NAME,
    purpose: 'authority',
    publicKey: createPublicKey(key),
    issuer: { commonName: AUTHORITY_NAME, privateKey: key },
    notBefore: clock.now() - DAY_MS,
    notAfter: clock.now() + 30 * YEAR_MS,
  });
  const made = { key: pemOf(key), certificate: pem };
  writePrivate(path, made);
  return made;
}
