/**
 * curve25519-sha256 (RFC 8731) from the client's side: the pair, the exchange hash, the keys. It shares nothing with the decoy's own, so that neither
 * can hide the other's mistake.
 */
import { createPublicKey, diffieHellman, generateKeyPairSync, hash, verify, type KeyObject } from 'node:crypto';
import type { DirectionKeys } from '@netsentinel/decoys/ssh/crypto/crypto.types';
import { PacketReader, PacketWriter } from './packet-writer.ts';

/** SubjectPublicKeyInfo up to the 32 bytes of the key (RFC 8410). */
const X25519_PREFIX = Buffer.from('302a300506032b656e032100', 'hex');
const ED25519_PREFIX = Buffer.from('302a300506032b6570032100', 'hex');

export interface EphemeralPair {
  readonly privateKey: KeyObject;
  readonly publicKey: Buffer;
}

let shared: EphemeralPair | undefined;

export function ephemeralPair(reuse: boolean): EphemeralPair {
  if (reuse && shared !== undefined) return shared;
  const pair = generateKeyPairSync('x25519');
  const { x } = pair.publicKey.export({ format: 'jwk' });
  const made = { privateKey: pair.privateKey, publicKey: Buffer.from(x!, 'base64url') };
  if (reuse) shared = made;
  return made;
}

export interface Exchange {
  readonly clientVersion: string;
  readonly serverVersion: string;
  readonly clientInit: Uint8Array;
  readonly serverInit: Uint8Array;
  /** Of the first exchange, where this one only renews the keys. */
  readonly sessionId?: Buffer;
  /** `ed25519`: must be one, and have signed. `any`: an Ed25519 signature must be right, others are not looked at. `unchecked` costs least. */
  readonly hostKeys: 'ed25519' | 'any' | 'unchecked';
}

export interface Agreement {
  readonly hostKey: Buffer;
  readonly sessionId: Buffer;
  readonly toServer: DirectionKeys;
  readonly toClient: DirectionKeys;
}

const writer = new PacketWriter();

/** From the server's KEX_ECDH_REPLY. Undefined where its signature is wrong. */
export function agree(reply: Uint8Array, own: EphemeralPair, exchange: Exchange): Agreement | undefined {
  const reader = new PacketReader(reply);
  const hostKey = Buffer.from(reader.bytes());
  const serverPublic = reader.bytes();
  const signature = reader.bytes();
  const secret = diffieHellman({ privateKey: own.privateKey, publicKey: publicKey(X25519_PREFIX, serverPublic) });
  writer.start(0).string(exchange.clientVersion).string(exchange.serverVersion);
  writer.string(exchange.clientInit).string(exchange.serverInit).string(hostKey);
  writer.string(own.publicKey).string(serverPublic).mpint(secret);
  const exchangeHash = hash('sha256', writer.view().subarray(1), 'buffer');
  if (exchange.hostKeys !== 'unchecked' && !isSigned(hostKey, signature, exchangeHash, exchange.hostKeys))
    return undefined;
  const sessionId = exchange.sessionId ?? exchangeHash;
  const prefix = Buffer.from(writer.start(0).mpint(secret).raw(exchangeHash).view().subarray(1));
  return {
    hostKey,
    sessionId,
    toServer: {
      iv: derive(prefix, 'A', sessionId),
      key: derive(prefix, 'C', sessionId),
      macKey: derive(prefix, 'E', sessionId),
    },
    toClient: {
      iv: derive(prefix, 'B', sessionId),
      key: derive(prefix, 'D', sessionId),
      macKey: derive(prefix, 'F', sessionId),
    },
  };
}

function isSigned(hostKey: Buffer, signature: Buffer, exchangeHash: Buffer, hostKeys: 'ed25519' | 'any'): boolean {
  const key = new PacketReader(hostKey, 0);
  const proof = new PacketReader(signature, 0);
  if (key.text() !== 'ssh-ed25519' || proof.text() !== 'ssh-ed25519') return hostKeys === 'any';
  return verify(null, exchangeHash, publicKey(ED25519_PREFIX, key.bytes()), proof.bytes());
}

function publicKey(prefix: Buffer, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' });
}

/** 64 bytes, the most that any cipher or MAC takes (RFC 4253 section 7.2). */
function derive(prefix: Buffer, letter: string, sessionId: Buffer): Uint8Array {
  const first = hash('sha256', Buffer.concat([prefix, Buffer.from(letter), sessionId]), 'buffer');
  return Buffer.concat([first, hash('sha256', Buffer.concat([prefix, first]), 'buffer')]);
}
