/** sntrup761x25519-sha512: Streamlined NTRU Prime and X25519 at once (draft-ietf-sshm-ntruprime-ssh, OpenSSH's PROTOCOL section 1.8). */
import { createHash } from 'node:crypto';
import { encapsulateSntrup761, SNTRUP761_PUBLIC_KEY_BYTES } from '../crypto/sntrup761.ts';
import { MSG } from '../messages.ts';
import { WireWriter } from '../wire.ts';
import { agreeX25519, ecdhDone, generateX25519, readEcdhInit } from './ecdh.kex.ts';
import type { KexStep, ServerKex } from './kex.types.ts';

const X25519_BYTES = 32;

export function createSntrupKex(): ServerKex {
  return {
    hash: 'sha512',
    receive(payload): KexStep {
      if (payload[0] !== MSG.KEXDH_INIT) return { kind: 'unexpected' };
      const peer = readEcdhInit(payload);
      if (peer === undefined) return { kind: 'invalid', reason: 'incomplete message' };
      if (peer.length !== SNTRUP761_PUBLIC_KEY_BYTES + X25519_BYTES)
        return { kind: 'invalid', reason: 'incorrect signature' };
      const encapsulated = encapsulateSntrup761(peer.subarray(0, SNTRUP761_PUBLIC_KEY_BYTES));
      const own = generateX25519();
      const agreed = agreeX25519(own.privateKey, peer.subarray(SNTRUP761_PUBLIC_KEY_BYTES));
      if (agreed === undefined) return { kind: 'invalid', reason: 'invalid elliptic curve value' };
      const secret = createHash('sha512').update(encapsulated.sharedSecret).update(agreed).digest();
      const value = Buffer.concat([encapsulated.ciphertext, own.publicKey]);
      return ecdhDone(peer, value, new WireWriter(68).string(secret).view());
    },
  };
}
