/**
 * X.509 certificates (RFC 5280) of an authority of our own: ECDSA on P-256, one common name, one purpose. For machines that know each other by a
 * fingerprint, and browsers that were told of the authority; what decoys show to strangers is made in `decoys/tls`.
 */
import { createHash, createPublicKey, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import { parseAddress } from './address.ts';
import { bitString, boolean, integer, objectId, octetString, sequence, set, tagged, time, utf8String } from './der.ts';

export type CertificatePurpose = 'authority' | 'server' | 'client';

export interface CertificateRequest {
  readonly commonName: string;
  readonly purpose: CertificatePurpose;
  /**
   * Of a server: the host names and addresses that it is for (subjectAltName); browsers look at nothing else. Of an authority: those that it may sign for, and no
   * other (nameConstraints); without any, all.
   */
  readonly names?: readonly string[];
  /** On P-256. */
  readonly publicKey: KeyObject;
  /** Epoch ms, cut to the second. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Who signs it; without, it signs itself. */
  readonly issuer: { readonly commonName: string; readonly privateKey: KeyObject };
}

export interface IssuedCertificate {
  readonly pem: string;
  /** Lower-case hex without leading zeros cut: 32 digits. */
  readonly serial: string;
}

const ECDSA_WITH_SHA256 = sequence(objectId('1.2.840.10045.4.3.2'));
const EXTENDED_USE = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

/** A key on P-256. */
export function newKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

export function issueCertificate(request: CertificateRequest): IssuedCertificate {
  const { publicKey, issuer } = request;
  const serial = randomBytes(16);
  // Positive and without a zero in front, as DER wants whole numbers: so it has as many digits wherever it is shown.
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  const body = sequence(
    tagged(0xa0, integer(2)),
    integer(serial),
    ECDSA_WITH_SHA256,
    nameOf(issuer.commonName),
    sequence(time(request.notBefore), time(request.notAfter)),
    nameOf(request.commonName),
    publicKey.export({ format: 'der', type: 'spki' }),
    tagged(0xa3, sequence(...extensions(request))),
  );
  const der = sequence(body, ECDSA_WITH_SHA256, bitString(sign('sha256', body, issuer.privateKey)));
  const base64 = der.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    pem: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
    serial: serial.toString('hex'),
  };
}

function nameOf(commonName: string): Buffer {
  return sequence(set(sequence(objectId('2.5.4.3'), utf8String(commonName))));
}

function extensions({ purpose, publicKey, issuer, names = [] }: CertificateRequest): readonly Buffer[] {
  const keys = [
    extension('2.5.29.14', octetString(keyIdentifier(publicKey))),
    extension('2.5.29.35', sequence(tagged(0x80, keyIdentifier(createPublicKey(issuer.privateKey))))),
  ];
  // An authority signs certificates and nothing else, and no authority below it; the others sign handshakes.
  if (purpose === 'authority')
    return [
      extension('2.5.29.19', sequence(boolean(true), integer(0)), true),
      extension('2.5.29.15', bitString(Buffer.from([0x04]), 2), true),
      ...(names.length === 0 ? [] : [extension('2.5.29.30', sequence(tagged(0xa0, ...names.map(subtree))), true)]),
      ...keys,
    ];
  return [
    extension('2.5.29.19', sequence(), true),
    extension('2.5.29.15', bitString(Buffer.from([0x80]), 7), true),
    extension('2.5.29.37', sequence(objectId(EXTENDED_USE[purpose]))),
    ...(names.length === 0 ? [] : [extension('2.5.29.17', sequence(...names.map(generalName)))]),
    ...keys,
  ];
}

/** RFC 5280, section 4.2.1.6: an address as its bytes, whatever else as a host's name. */
function generalName(name: string): Buffer {
  const bytes = addressBytes(name);
  return bytes === undefined ? tagged(0x82, Buffer.from(name, 'latin1')) : tagged(0x87, bytes);
}

function addressBytes(text: string): Buffer | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  return Buffer.from(address.value.toString(16).padStart(address.family === 4 ? 8 : 32, '0'), 'hex');
}

/** RFC 5280, section 4.2.1.10: here an address comes with a mask, of this address alone; a name stands for those below it too. */
function subtree(name: string): Buffer {
  const bytes = addressBytes(name);
  return sequence(bytes === undefined ? generalName(name) : tagged(0x87, bytes, Buffer.alloc(bytes.length, 0xff)));
}

function extension(oid: string, value: Buffer, critical = false): Buffer {
  return sequence(objectId(oid), ...(critical ? [boolean(true)] : []), octetString(value));
}

/** Twenty bytes of a hash of the whole key (RFC 5280 section 4.2.1.2 leaves the way open). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha256')
    .update(publicKey.export({ format: 'der', type: 'spki' }))
    .digest()
    .subarray(0, 20);
}
