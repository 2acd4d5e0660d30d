import { createPublicKey, X509Certificate } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { issueCertificate, newKey, type CertificatePurpose } from './x509.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'x509-'))));
afterEach(() => rmSync(folder, { recursive: true }));

const authorityKey = newKey();
const issuer = { commonName: 'an authority', privateKey: authorityKey };
const span = { notBefore: Date.now() - 1000, notAfter: Date.now() + 86_400_000 };
const issue = (commonName: string, purpose: CertificatePurpose, key = newKey()) =>
  issueCertificate({ commonName, purpose, publicKey: createPublicKey(key), issuer, ...span });

it.each([
  ['server', 'sslserver', 'sslclient'],
  ['client', 'sslclient', 'sslserver'],
] as const)('a %s’s certificate is good for that alone, in the eyes of openssl', (purpose, good, bad) => {
  const authority = issue('an authority', 'authority', authorityKey);
  const leaf = issue('berlin', purpose);
  const [authorityFile, leafFile] = [join(folder, 'authority.pem'), join(folder, 'leaf.pem')];
  writeFileSync(authorityFile, authority.pem);
  writeFileSync(leafFile, leaf.pem);
  const verified = (as: string): number | null =>
    spawnSync('openssl', ['verify', '-x509_strict', '-CAfile', authorityFile, '-purpose', as, leafFile]).status;
  expect([verified(good), verified(bad)]).toEqual([0, 2]);
  const read = new X509Certificate(leaf.pem);
  expect([read.subject, read.issuer, read.ca]).toEqual(['CN=berlin', 'CN=an authority', false]);
  expect(read.serialNumber.toLowerCase()).toBe(leaf.serial);
});
