/**
 * A self-signed X.509 certificate (RFC 5280) with the fields, extensions and string types of the tool that would have made it on such a machine, since
 * scanners compare those: Debian's `ssl-cert` package, `openssl req -x509`, and the Remote Desktop service of Windows.
 */
import { createHash, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import {
  bitString,
  boolean,
  integer,
  nothing,
  objectId,
  octetString,
  printableString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from '@netsentinel/kernel/der';

export type CertificateStyle = 'snakeoil' | 'openssl' | 'windows';

export interface CertificateFields {
  readonly style: CertificateStyle;
  readonly subject: SubjectName;
  /** DNS names and addresses. `windows` has none. */
  readonly altNames: readonly string[];
  /** Positive, at most 20 bytes. */
  readonly serial: Uint8Array;
  /** Epoch ms. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** In the order of this list, as OpenSSL's own configuration asks for them. */
export interface SubjectName {
  readonly country?: string | undefined;
  readonly state?: string | undefined;
  readonly locality?: string | undefined;
  readonly organization?: string | undefined;
  readonly unit?: string | undefined;
  readonly commonName: string;
}

const SHA256_WITH_RSA = sequence(objectId('1.2.840.113549.1.1.11'), nothing());
const NAME_PARTS = [
  ['country', '2.5.4.6'],
  ['state', '2.5.4.8'],
  ['locality', '2.5.4.7'],
  ['organization', '2.5.4.10'],
  ['unit', '2.5.4.11'],
  ['commonName', '2.5.4.3'],
] as const satisfies readonly (readonly [keyof SubjectName, string])[];

/** DER. Issuer and subject are the same. */
export function selfSignedCertificate(fields: CertificateFields): Buffer {
  const spki = fields.publicKey.export({ format: 'der', type: 'spki' });
  const name = distinguishedName(fields.subject, fields.style);
  const body = sequence(
    tagged(0xa0, integer(2)),
    integer(fields.serial),
    SHA256_WITH_RSA,
    name,
    sequence(time(fields.notBefore), time(fields.notAfter)),
    name,
    spki,
    tagged(0xa3, sequence(...extensions(fields, keyIdentifier(fields.publicKey)))),
  );
  return sequence(body, SHA256_WITH_RSA, bitString(sign('sha256', body, fields.privateKey)));
}

function distinguishedName(subject: SubjectName, style: CertificateStyle): Buffer {
  const parts: Buffer[] = [];
  for (const [part, oid] of NAME_PARTS) {
    const value = subject[part];
    if (value === undefined) continue;
    const text = part === 'country' || (style === 'windows' && /^[\w .-]*$/.test(value)) ? printableString : utf8String;
    parts.push(set(sequence(objectId(oid), text(value))));
  }
  return sequence(...parts);
}

function extensions({ style, altNames }: CertificateFields, identifier: Buffer): readonly Buffer[] {
  const names = altNames.length === 0 ? [] : [extension('2.5.29.17', sequence(...altNames.map(generalName)))];
  const subjectKey = extension('2.5.29.14', octetString(identifier));
  const byStyle: Readonly<Record<CertificateStyle, readonly Buffer[]>> = {
    snakeoil: [extension('2.5.29.19', sequence()), ...names, subjectKey],
    openssl: [
      subjectKey,
      extension('2.5.29.35', sequence(tagged(0x80, identifier))),
      extension('2.5.29.19', sequence(boolean(true)), true),
      ...names,
    ],
    // Server authentication; key encipherment and data encipherment.
    windows: [
      extension('2.5.29.37', sequence(objectId('1.3.6.1.5.5.7.3.1'))),
      extension('2.5.29.15', bitString(Buffer.from([0x30]), 4)),
    ],
  };
  return byStyle[style];
}

function extension(oid: string, value: Buffer, critical = false): Buffer {
  return sequence(objectId(oid), ...(critical ? [boolean(true)] : []), octetString(value));
}

function generalName(name: string): Buffer {
  const version = isIP(name);
  if (version === 4) return tagged(0x87, Buffer.from(name.split('.').map(Number)));
  return tagged(0x82, Buffer.from(name, 'latin1'));
}

/** SHA-1 of the key's bits (RFC 5280 section 4.2.1.2, method 1). */
function keyIdentifier(publicKey: KeyObject): Buffer {
  return createHash('sha1')
    .update(publicKey.export({ format: 'der', type: 'pkcs1' }))
    .digest();
}
