import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { issueCertificate, newKey } from '@netsentinel/kernel/x509';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request } from 'node:https';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { madeCertificate, namesOf } from './made-certificate.ts';

const DAY_MS = 86_400_000;
const NAMES = ['console.example', '127.0.0.1', '2001:db8::7'];

let root: string;
let folder: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'ns-made-'));
  folder = join(root, 'data', 'console');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const leafOf = ({ cert }: { cert: string }): X509Certificate => new X509Certificate(cert);

it('is one that a client accepts which was told of the authority, for the names asked for and no other', async () => {
  const made = madeCertificate(folder, NAMES, Date.now());
  const ca = readFileSync(made.authorityFile, 'utf8');
  const server = createServer({ cert: made.cert, key: made.key }, (_, answer) => answer.end('here')).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const asked = (servername: string): Promise<string> =>
    new Promise((resolve) => {
      request({ host: '127.0.0.1', port, ca, servername, agent: false }, (answer) =>
        answer.on('data', (chunk: Buffer) => resolve(chunk.toString())),
      )
        .on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''))
        .end();
    });
  expect(await asked('console.example')).toBe('here');
  expect(await asked('other.example')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
  server.close();
  const leaf = leafOf(made);
  expect(NAMES.map((name) => leaf.checkHost(name) ?? leaf.checkIP(name))).toEqual(NAMES);
  expect(leaf.fingerprint256).toBe(made.fingerprint);
  expect(leaf.ca).toBe(false);
});

it('is the same at each start, and keeps its keys to itself', () => {
  const now = Date.now();
  const first = madeCertificate(folder, NAMES, now);
  expect(madeCertificate(folder, NAMES.slice(1), now + 300 * DAY_MS)).toEqual(first);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.key')))
    expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
});

it('is made anew by the same authority near its end, and where it is damaged', () => {
  const now = Date.now();
  const first = madeCertificate(folder, NAMES, now);
  const authority = readFileSync(first.authorityFile, 'utf8');
  const near = madeCertificate(folder, NAMES, now + 340 * DAY_MS);
  writeFileSync(join(folder, 'server.pem'), 'cut off');
  const mended = madeCertificate(folder, NAMES, now);
  expect(new Set([first, near, mended].map(({ fingerprint }) => fingerprint)).size).toBe(3);
  for (const made of [near, mended]) {
    expect(leafOf(made).verify(new X509Certificate(authority).publicKey)).toBe(true);
    expect(leafOf(made).checkPrivateKey(createPrivateKey(made.key))).toBe(true);
  }
  expect(Date.parse(leafOf(near).validTo)).toBeGreaterThan(now + 700 * DAY_MS);
});

it('is of an authority that can sign for its names and no other, and of another one where there are others', () => {
  const first = madeCertificate(folder, NAMES, Date.now());
  const other = madeCertificate(folder, [...NAMES, 'other.example'], Date.now());
  expect(leafOf(other).checkHost('other.example')).toBe('other.example');
  const authority = new X509Certificate(readFileSync(other.authorityFile));
  expect(leafOf(other).verify(authority.publicKey)).toBe(true);
  expect(leafOf(first).verify(authority.publicKey)).toBe(false);
  // As a thief of its key would: what it signs for another is refused.
  const key = createPrivateKey(readFileSync(join(folder, 'authority.key'), 'utf8'));
  const signed = (name: string): number | null => {
    const { pem } = issueCertificate({
      commonName: 'x',
      names: [name],
      purpose: 'server',
      publicKey: createPublicKey(newKey()),
      issuer: { commonName: authority.subject.replace(/^CN=/, ''), privateKey: key },
      notBefore: Date.now() - 1000,
      notAfter: Date.now() + DAY_MS,
    });
    writeFileSync(join(folder, 'thief.pem'), pem);
    return spawnSync('openssl', ['verify', '-CAfile', other.authorityFile, join(folder, 'thief.pem')]).status;
  };
  expect(['console.example', '127.0.0.1', '2001:db8::7'].map(signed)).toEqual([0, 0, 0]);
  expect(['bank.example', '127.0.0.2', '2001:db8::8'].map(signed)).toEqual([2, 2, 2]);
});

it('never trusts a certificate of another authority', () => {
  const first = madeCertificate(folder, NAMES, Date.now());
  for (const file of ['authority.pem', 'authority.key']) rmSync(join(folder, file));
  const second = madeCertificate(folder, NAMES, Date.now());
  expect(second.fingerprint).not.toBe(first.fingerprint);
  expect(leafOf(second).verify(new X509Certificate(readFileSync(second.authorityFile)).publicKey)).toBe(true);
});

it('says so where a file is in the way', () => {
  writeFileSync(join(root, 'data'), '');
  expect(() => madeCertificate(folder, NAMES, 0)).toThrow(expect.objectContaining({ code: 'CONSOLE_TLS_NOT_MADE' }));
});

it('is for every address where it listens on all, and for what is no name it is not', () => {
  expect(namesOf('0.0.0.0', ['soc.example', 'not a name', '-x'])).toEqual(
    expect.arrayContaining(['localhost', '127.0.0.1', '::1', hostname().toLowerCase(), 'soc.example']),
  );
  expect(namesOf('::ffff:192.0.2.7', ['::0007', 'SOC.example'])).toEqual(
    expect.arrayContaining(['192.0.2.7', '::7', 'soc.example']),
  );
  const names = namesOf('192.0.2.7', ['not a name', 'ÄÖ.example', 'a'.repeat(300)]);
  expect(names).toContain('192.0.2.7');
  expect(names.filter((name) => /[^a-z0-9.:-]/.test(name) || name.length > 253)).toEqual([]);
});
