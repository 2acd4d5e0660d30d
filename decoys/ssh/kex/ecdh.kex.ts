/** Elliptic curve key exchange: curve25519-sha256 (RFC 8731) and the three NIST curves (RFC 5656 section 4). */
import { createECDH, createPublicKey, diffieHellman, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { MSG } from '../messages.ts';
import { WireReader, WireWriter } from '../wire.ts';
import type { KexStep, ServerKex } from './kex.types.ts';

/** SubjectPublicKeyInfo of an X25519 key (RFC 8410), up to the 32 bytes of the key. */
const X25519_SPKI = Buffer.from('302a300506032b656e032100', 'hex');
const X25519_BYTES = 32;

export interface X25519Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: Buffer;
}

export function generateX25519(): X25519Pair {
  const { privateKey, publicKey } = generateKeyPairSync('x25519');
  // As JWK, and not as the SPKI that holds the same bytes: OpenSSL's encoder takes 25 times as long.
  return { privateKey, publicKey: Buffer.from(publicKey.export({ format: 'jwk' }).x!, 'base64url') };
}

/** The agreed secret, or undefined where the peer's point is of low order or no point at all. */
export function agreeX25519(own: KeyObject, peer: Uint8Array): Buffer | undefined {
  if (peer.length !== X25519_BYTES) return undefined;
  try {
    const publicKey = createPublicKey({ key: Buffer.concat([X25519_SPKI, peer]), format: 'der', type: 'spki' });
    return diffieHellman({ privateKey: own, publicKey });
  } catch {
    return undefined;
  }
}

/** The one message of all these methods: a type and the client's public value. */
export function readEcdhInit(payload: Uint8Array): Buffer | undefined {
  const reader = new WireReader(payload, 1);
  const value = reader.string();
  return reader.done ? value : undefined;
}

export function createCurve25519Kex(): ServerKex {
  return {
    hash: 'sha256',
    receive(payload): KexStep {
      if (payload[0] !== MSG.KEXDH_INIT) return { kind: 'unexpected' };
      const peer = readEcdhInit(payload);
      if (peer === undefined) return { kind: 'invalid', reason: 'incomplete message' };
      const own = generateX25519();
      const secret = agreeX25519(own.privateKey, peer);
      if (secret === undefined) return { kind: 'invalid', reason: 'invalid elliptic curve value' };
      return ecdhDone(peer, own.publicKey, new WireWriter(48).mpint(secret).copy());
    },
  };
}

const CURVES = {
  'ecdh-sha2-nistp256': { curve: 'prime256v1', hash: 'sha256' },
  'ecdh-sha2-nistp384': { curve: 'secp384r1', hash: 'sha384' },
  'ecdh-sha2-nistp521': { curve: 'secp521r1', hash: 'sha512' },
} as const;

export function createNistKex(name: keyof typeof CURVES): ServerKex {
  const { curve, hash } = CURVES[name];
  return {
    hash,
    receive(payload): KexStep {
      if (payload[0] !== MSG.KEXDH_INIT) return { kind: 'unexpected' };
      const peer = readEcdhInit(payload);
      if (peer === undefined) return { kind: 'invalid', reason: 'incomplete message' };
      // Uncompressed points only, as OpenSSH; OpenSSL refuses those that are not on the curve.
      if (peer[0] !== 4) return { kind: 'invalid', reason: 'invalid elliptic curve value' };
      const own = createECDH(curve);
      const publicKey = own.generateKeys();
      let secret: Buffer;
      try {
        secret = own.computeSecret(peer);
      } catch {
        return { kind: 'invalid', reason: 'invalid elliptic curve value' };
      }
      return ecdhDone(peer, publicKey, new WireWriter(80).mpint(secret).copy());
    },
  };
}

/** The reply and the hash have the same form in all of them; the secret's encoding differs. */
export function ecdhDone(clientValue: Uint8Array, serverValue: Uint8Array, secret: Uint8Array): KexStep {
  const publicValue = new WireWriter(serverValue.length + 4).string(serverValue).copy();
  const hashed = new WireWriter(clientValue.length + publicValue.length + 4)
    .string(clientValue)
    .raw(publicValue)
    .copy();
  return { kind: 'done', replyType: MSG.KEXDH_REPLY, publicValue, hashed, secret };
}
