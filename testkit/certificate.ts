/** Certificates for tests, made by openssl: a key on P-256, valid for two days, for `localhost` and 127.0.0.1. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
}

export interface TestCertificateFiles extends TestCertificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Writes `NAME.pem` and `NAME.key` into the folder; signed by itself, or by `issuer`, which may sign whatever signed itself. */
export function writeCertificate(
  folder: string,
  name: string,
  { commonName = 'localhost', issuer }: { readonly commonName?: string; readonly issuer?: TestCertificateFiles } = {},
): TestCertificateFiles {
  const [certFile, keyFile] = [join(folder, `${name}.pem`), join(folder, `${name}.key`)];
  const made = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2'.split(' ');
  const of = ['-subj', `/CN=${commonName}`, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const by = issuer === undefined ? [] : ['-CA', issuer.certFile, '-CAkey', issuer.keyFile];
  execFileSync('openssl', ['req', '-x509', ...made, ...of, ...by, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  });
  return { certFile, keyFile, cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') };
}

let loopback: TestCertificate | undefined;

/** One for all tests of a process that need no file. */
export function loopbackCertificate(): TestCertificate {
  if (loopback !== undefined) return loopback;
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  try {
    const { cert, key } = writeCertificate(folder, 'loopback');
    return (loopback = { cert, key });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
