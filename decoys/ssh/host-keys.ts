/**
 * The server's host keys, derived from a seed: the same seed gives the same keys for ever, and no two installs share one. Ed25519 takes a seed
 * as it is (RFC 8032); ECDSA a scalar; RSA the first primes that a seeded search meets. Public blobs as in RFC 4253 section 6.6, RFC 5656
 * section 3.1 and RFC 8709.
 */
import { createECDH, createHash, createPrivateKey, createPublicKey, hkdfSync, sign, type KeyObject } from 'node:crypto';
import { generateRsaKey } from '../crypto/rsa-key.ts';
import type { HostKeyAlgorithm } from './negotiation.ts';
import { WireReader, WireWriter } from './wire.ts';

export interface HostKey {
  /** `ssh-rsa`, `ecdsa-sha2-nistp256`, `ssh-ed25519`. */
  readonly type: string;
  readonly blob: Buffer;
  /** `SHA256:…` as ssh-keygen prints it. */
  readonly fingerprint: string;
  /** The signature blob under one of this key's algorithms. */
  sign(algorithm: HostKeyAlgorithm, data: Uint8Array): Buffer;
}

export interface HostKeys {
  /** In the order in which sshd loads and announces them: RSA, ECDSA, Ed25519. */
  readonly all: readonly HostKey[];
  for(algorithm: HostKeyAlgorithm): HostKey;
}

/** About a second, nearly all of it the search for RSA primes. */
export function deriveHostKeys(seed: Uint8Array): HostKeys {
  const rsa = rsaHostKey(seed);
  const ecdsa = ecdsaHostKey(seed);
  const ed25519 = ed25519HostKey(seed);
  const byAlgorithm: Record<HostKeyAlgorithm, HostKey> = {
    'rsa-sha2-512': rsa,
    'rsa-sha2-256': rsa,
    'ecdsa-sha2-nistp256': ecdsa,
    'ssh-ed25519': ed25519,
  };
  return { all: [rsa, ecdsa, ed25519], for: (algorithm) => byAlgorithm[algorithm] };
}

export function fingerprintOf(blob: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`;
}

/** PrivateKeyInfo of an Ed25519 key (RFC 8410), up to its 32-byte seed. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

function ed25519HostKey(seed: Uint8Array): HostKey {
  const der = Buffer.concat([ED25519_PKCS8, expand(seed, 'ed25519', 32)]);
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
  const publicBytes = createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32);
  const blob = new WireWriter().string('ssh-ed25519').string(publicBytes).copy();
  return make('ssh-ed25519', blob, (_algorithm, data) =>
    new WireWriter(128)
      .string('ssh-ed25519')
      .string(sign(null, data, key))
      .copy(),
  );
}

function ecdsaHostKey(seed: Uint8Array): HostKey {
  const ecdh = createECDH('prime256v1');
  // A scalar outside 1…n-1 is refused; that happens once in 2^32, and then the next one serves.
  for (let attempt = 0; ; attempt++) {
    try {
      ecdh.setPrivateKey(Buffer.from(expand(seed, `ecdsa-${attempt}`, 32)));
      break;
    } catch {
      continue;
    }
  }
  const point = ecdh.getPublicKey();
  const key = createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: ecdh.getPrivateKey().toString('base64url'),
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const blob = new WireWriter().string('ecdsa-sha2-nistp256').string('nistp256').string(point).copy();
  return make('ecdsa-sha2-nistp256', blob, (_algorithm, data) => {
    const raw = sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' });
    const numbers = new WireWriter(96).mpint(raw.subarray(0, 32)).mpint(raw.subarray(32)).copy();
    return new WireWriter(128).string('ecdsa-sha2-nistp256').string(numbers).copy();
  });
}

function rsaHostKey(seed: Uint8Array): HostKey {
  const key = generateRsaKey(expand(seed, 'rsa', 32), 3072);
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const blob = new WireWriter(512)
    .string('ssh-rsa')
    .mpint(Buffer.from(jwk.e!, 'base64url'))
    .mpint(Buffer.from(jwk.n!, 'base64url'))
    .copy();
  return make('ssh-rsa', blob, (algorithm, data) =>
    new WireWriter(512)
      .string(algorithm)
      .string(sign(algorithm === 'rsa-sha2-512' ? 'sha512' : 'sha256', data, key))
      .copy(),
  );
}

function make(type: string, blob: Buffer, signWith: HostKey['sign']): HostKey {
  return { type, blob, fingerprint: fingerprintOf(blob), sign: signWith };
}

function expand(seed: Uint8Array, purpose: string, bytes: number): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', seed, 'netsentinel ssh host key', purpose, bytes));
}

/** A key of an authorized_keys line or a public key blob as node:crypto has it, or undefined where it is not one that we know. */
export function publicKeyFromBlob(blob: Uint8Array): KeyObject | undefined {
  const reader = new WireReader(blob);
  const type = reader.cstring();
  try {
    if (type === 'ssh-ed25519') {
      const x = reader.string().toString('base64url');
      return reader.done ? createPublicKey({ format: 'jwk', key: { kty: 'OKP', crv: 'Ed25519', x } }) : undefined;
    }
    if (type === 'ssh-rsa') {
      const e = reader.mpint().toString('base64url');
      const n = reader.mpint().toString('base64url');
      return reader.done ? createPublicKey({ format: 'jwk', key: { kty: 'RSA', e, n } }) : undefined;
    }
    const curve = { 'ecdsa-sha2-nistp256': 'P-256', 'ecdsa-sha2-nistp384': 'P-384', 'ecdsa-sha2-nistp521': 'P-521' }[
      type
    ];
    if (curve === undefined) return undefined;
    reader.string();
    const point = reader.string();
    if (!reader.done || point[0] !== 4) return undefined;
    const half = (point.length - 1) / 2;
    const x = point.subarray(1, 1 + half).toString('base64url');
    const y = point.subarray(1 + half).toString('base64url');
    return createPublicKey({ format: 'jwk', key: { kty: 'EC', crv: curve, x, y } });
  } catch {
    return undefined;
  }
}
