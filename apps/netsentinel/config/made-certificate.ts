/**
 * A certificate of our own making for a console that others reach: of an authority that this install alone has, which a browser is told of once. The authority can sign
 * for the console's names alone: whoever steals its key plays nobody else. Renewed at a start where its end is near; where the console has other names there is another
 * authority.
 */
import { createHash, createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { formatAddress, parseAddress } from '@netsentinel/kernel/address';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import { writeWhole } from '@netsentinel/kernel/write-whole';
import { issueCertificate, newKey } from '@netsentinel/kernel/x509';
import type { ConsoleTls } from './console-tls.ts';

const DAY_MS = 86_400_000;
/** Browsers take none of a server that holds for longer than 398 days. */
const SERVER_MS = 397 * DAY_MS;
const AUTHORITY_MS = 3650 * DAY_MS;
const RENEW_BEFORE_MS = 60 * DAY_MS;
const NAMES_FILE = 'authority.names';
/** Clocks of others may be slow. */
const SLOW_CLOCK_MS = DAY_MS;

export interface MadeCertificate extends ConsoleTls {
  /** What browsers are to be told of, PEM. */
  readonly authorityFile: string;
  /** SHA-256 of the certificate as browsers show it: `AB:CD:…`. */
  readonly fingerprint: string;
}

/**
 * @param folder only its owner may read it: keys lie in it
 * @param names host names and addresses that it is for
 * @param now epoch ms
 * @throws `CONSOLE_TLS_NOT_MADE` where it can be neither read nor written
 */
export function madeCertificate(folder: string, names: readonly string[], now: number): MadeCertificate {
  try {
    makeFolder(folder);
    const authority = keptAuthority(folder, names, now) ?? newAuthority(folder, names, now);
    const issuer = new X509Certificate(authority.cert);
    const kept = keptPair(folder, 'server', now);
    const isGood =
      kept !== undefined && new X509Certificate(kept.cert).verify(issuer.publicKey) && isFor(kept.cert, names);
    const server = isGood ? kept : newServer(folder, authority, names, now);
    return {
      cert: `${server.cert}${authority.cert}`,
      key: server.key,
      authorityFile: join(folder, 'authority.pem'),
      fingerprint: new X509Certificate(server.cert).fingerprint256,
    };
  } catch (error) {
    throw new NetSentinelError(
      'CONSOLE_TLS_NOT_MADE',
      'user',
      `no certificate can be made in ${folder}: ${(error as Error).message}`,
      {
        hint: 'Mend its rights, or give your own with console.tls.certFile and keyFile.',
        cause: error,
      },
    );
  }
}

/** What a console at this address may be called: every address of this machine where it listens on all. */
export function namesOf(address: string, given: readonly string[]): string[] {
  const isAny = parseAddress(address)?.value === 0n;
  const own = isAny
    ? Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map((one) => one.address.replace(/%.*/, '')))
    : [address];
  const all = ['localhost', '127.0.0.1', '::1', hostname(), ...own, ...given].map(canonical);
  // One way of writing each, as certificates are asked for them.
  return [...new Set(all)].filter(isName);
}

function canonical(name: string): string {
  const address = parseAddress(name);
  return address === undefined ? name.toLowerCase() : formatAddress(address);
}

/** RFC 1123 host names, and addresses. */
function isName(text: string): boolean {
  return (
    parseAddress(text) !== undefined ||
    /^(?=.{1,253}$)[a-z0-9*]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/.test(text)
  );
}

/** Undefined where there is none, its end is near, or the key is another's. */
function keptPair(folder: string, name: string, now: number): ConsoleTls | undefined {
  try {
    const cert = readFileSync(join(folder, `${name}.pem`), 'utf8');
    const key = readFileSync(join(folder, `${name}.key`), 'utf8');
    const read = new X509Certificate(cert);
    const isGood = Date.parse(read.validTo) - now > RENEW_BEFORE_MS && read.checkPrivateKey(createPrivateKey(key));
    return isGood ? { cert, key } : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // What is damaged is made anew; what may not be read is somebody's.
    if (code === 'EACCES' || code === 'EPERM') throw error;
    return undefined;
  }
}

function isFor(cert: string, names: readonly string[]): boolean {
  const read = new X509Certificate(cert);
  return names.every(
    (name) => (parseAddress(name) === undefined ? read.checkHost(name) : read.checkIP(name)) !== undefined,
  );
}

/** Which names it may sign for lies beside it: Node does not read that from a certificate. */
function keptAuthority(folder: string, names: readonly string[], now: number): ConsoleTls | undefined {
  const kept = keptPair(folder, 'authority', now);
  if (kept === undefined) return undefined;
  const allowed = readFileSync(join(folder, NAMES_FILE), 'utf8').split('\n');
  return names.every((name) => allowed.includes(name)) ? kept : undefined;
}

function newAuthority(folder: string, names: readonly string[], now: number): ConsoleTls {
  const key = newKey();
  // Browsers list it by this name; two installs must not be taken for one.
  const id = createHash('sha256')
    .update(createPublicKey(key).export({ format: 'der', type: 'spki' }))
    .digest('hex')
    .slice(0, 8);
  const commonName = `NetSentinel ${hostname()
    .replace(/[^A-Za-z0-9.-]/g, '-')
    .slice(0, 40)} ${id}`;
  const { pem } = issueCertificate({
    commonName,
    names,
    purpose: 'authority',
    publicKey: createPublicKey(key),
    issuer: { commonName, privateKey: key },
    notBefore: now - SLOW_CLOCK_MS,
    notAfter: now + AUTHORITY_MS,
  });
  rmSync(join(folder, NAMES_FILE), { force: true });
  writeFileSync(join(folder, NAMES_FILE), names.join('\n'), { mode: 0o600, flush: true });
  return keep(folder, 'authority', { cert: pem, key: key.export({ type: 'pkcs8', format: 'pem' }) as string });
}

function newServer(folder: string, authority: ConsoleTls, names: readonly string[], now: number): ConsoleTls {
  const key = newKey();
  const { pem } = issueCertificate({
    commonName: 'NetSentinel console',
    names,
    purpose: 'server',
    publicKey: createPublicKey(key),
    issuer: {
      commonName: new X509Certificate(authority.cert).subject.replace(/^CN=/, ''),
      privateKey: createPrivateKey(authority.key),
    },
    notBefore: now - SLOW_CLOCK_MS,
    notAfter: Math.min(now + SERVER_MS, Date.parse(new X509Certificate(authority.cert).validTo)),
  });
  return keep(folder, 'server', { cert: pem, key: key.export({ type: 'pkcs8', format: 'pem' }) as string });
}

/** Each file as a whole: one that was cut off beside the other does not fit it, and both are made anew. */
function keep(folder: string, name: string, pair: ConsoleTls): ConsoleTls {
  writeWhole(join(folder, `${name}.key`), pair.key, 0o600);
  writeWhole(join(folder, `${name}.pem`), pair.cert, 0o644);
  return pair;
}
