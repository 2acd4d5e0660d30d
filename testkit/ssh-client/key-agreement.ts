/** curve25519-sha256 (RFC 8731) from the client's side: the pair, the exchange hash, the keys. */
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
}

export interface Agreement {
  readonly hostKey: Buffer;
  readonly toServer: DirectionKeys;
  readonly toClient: DirectionKeys;
}

const writer = new PacketWriter();

/** From the server's KEX_ECDH_REPLY. Undefined where its signature is wrong. */
export function agree(
  reply: Uint8Array,
  own: EphemeralPair,
  exchange: Exchange,
  verifyHostKey: boolean,
): Agreement | undefined {
  const reader = new PacketReader(reply);
  const hostKey = Buffer.from(reader.bytes());
  const serverPublic = reader.bytes();
  const signature = new PacketReader(reader.bytes(), 0);
  const secret = diffieHellman({ privateKey: own.privateKey, publicKey: publicKey(X25519_PREFIX, serverPublic) });
  writer.start(0).string(exchange.clientVersion).string(exchange.serverVersion);
  writer.string(exchange.clientInit).string(exchange.serverInit).string(hostKey);
  writer.string(own.publicKey).string(serverPublic).mpint(secret);
  const exchangeHash = hash('sha256', writer.view().subarray(1), 'buffer');
  if (verifyHostKey) {
    const key = new PacketReader(hostKey, 0);
    if (key.text() !== 'ssh-ed25519' || signature.text() !== 'ssh-ed25519') return undefined;
    if (!verify(null, exchangeHash, publicKey(ED25519_PREFIX, key.bytes()), signature.bytes())) return undefined;
  }
  const prefix = Buffer.from(writer.start(0).mpint(secret).raw(exchangeHash).view().subarray(1));
  return {
    hostKey,
    toServer: {
      iv: derive(prefix, 'A', exchangeHash),
      key: derive(prefix, 'C', exchangeHash),
      macKey: derive(prefix, 'E', exchangeHash),
    },
    toClient: {
      iv: derive(prefix, 'B', exchangeHash),
      key: derive(prefix, 'D', exchangeHash),
      macKey: derive(prefix, 'F', exchangeHash),
    },
  };
}

function publicKey(prefix: Buffer, raw: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.concat([prefix, raw]), format: 'der', type: 'spki' });
}

/** 64 bytes, the most that any cipher or MAC takes (RFC 4253 section 7.2). */
function derive(prefix: Buffer, letter: string, sessionId: Buffer): Uint8Array {
  const first = hash('sha256', Buffer.concat([prefix, Buffer.from(letter), sessionId]), 'buffer');
  return Buffer.concat([first, hash('sha256', Buffer.concat([prefix, first]), 'buffer')]);
}
