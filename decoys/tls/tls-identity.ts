/**
 * The certificate and key that a service of the persona shows: derived from the persona, so that a scanner who comes back meets the same machine and no two
 * installs share a key, a serial number or a date.
 */
import { createHash, createPublicKey, type KeyObject } from 'node:crypto';
import { generateRsaKey } from '../crypto/rsa-key.ts';
import type { Persona } from '../persona/persona.types.ts';
import { type CertificateStyle, selfSignedCertificate, type SubjectName } from './certificate.ts';

export interface TlsIdentityOptions extends SubjectName {
  /** DNS names and IPv4 addresses. `snakeoil` names the host itself where none are given, as `ssl-cert` does. */
  readonly altNames?: readonly string[];
  /** What made it: Debian's `ssl-cert` (the default), `openssl req -x509`, or the Remote Desktop service of Windows. */
  readonly style?: CertificateStyle;
  /** How long it holds; 3,650 where nothing is said. */
  readonly days?: number;
  /** When it was made, epoch ms; soon after the machine's installation where nothing is said. */
  readonly issuedAt?: number;
  /** Services with the same purpose share a key, as those that use the snakeoil certificate do. */
  readonly purpose?: string;
  readonly keyBits?: 2048 | 3072 | 4096;
}

export interface TlsIdentity {
  /** DER. */
  readonly certificate: Buffer;
  /** The same, PEM. */
  readonly cert: string;
  /** PKCS #8, PEM. */
  readonly key: string;
  readonly privateKey: KeyObject;
  readonly commonName: string;
  /** SHA-256 of the certificate, lower-case hex. */
  readonly fingerprint: string;
  readonly serial: string;
  readonly notBefore: number;
  readonly notAfter: number;
}

const DAY_MS = 86_400_000;
/** Keys take a search for primes (about 0.2 s for 2,048 bits), and several services of one machine share them. */
const MAX_KEYS = 32;
const keys = new Map<string, KeyObject>();

/** The same persona and options give the same identity for ever. */
export function tlsIdentity(persona: Persona, options: TlsIdentityOptions): TlsIdentity {
  const style = options.style ?? 'snakeoil';
  const purpose = `tls ${style} ${options.purpose ?? 'machine'}`;
  const privateKey = keyFor(persona, purpose, options.keyBits ?? 2048);
  const own = Buffer.from(persona.derive(`${purpose} ${options.commonName}`, 24));
  const serial = own.subarray(0, style === 'windows' ? 16 : 20);
  // Positive, and never with a leading zero byte: real ones have all their bits drawn at random below the sign.
  serial[0] = (serial[0]! & 0x7f) | 0x10;
  // `ssl-cert` is configured some minutes into the installation.
  const soon = persona.installedAt + 240_000 + (own.readUInt32BE(20) % 1_200_000);
  const notBefore = Math.floor((options.issuedAt ?? soon) / 1000) * 1000;
  const notAfter = notBefore + (options.days ?? 3650) * DAY_MS;
  const certificate = selfSignedCertificate({
    style,
    subject: options,
    altNames: options.altNames ?? (style === 'snakeoil' ? [options.commonName] : []),
    serial,
    notBefore,
    notAfter,
    publicKey: createPublicKey(privateKey),
    privateKey,
  });
  const base64 = certificate.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    certificate,
    cert: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }) as string,
    privateKey,
    commonName: options.commonName,
    fingerprint: createHash('sha256').update(certificate).digest('hex'),
    serial: serial.toString('hex'),
    notBefore,
    notAfter,
  };
}

function keyFor(persona: Persona, purpose: string, bits: number): KeyObject {
  const seed = persona.derive(`key ${purpose} ${bits}`, 32);
  const id = `${bits} ${Buffer.from(seed).toString('hex')}`;
  const known = keys.get(id);
  if (known !== undefined) return known;
  const made = generateRsaKey(seed, bits);
  if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value!);
  keys.set(id, made);
  return made;
}
