/** Makes the sealer and the opener for a negotiated cipher and MAC. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { CIPHERS, MACS } from './algorithms.ts';
import { ChaChaPolyOpener, ChaChaPolySealer } from './chacha-poly-cipher.ts';
import type { CipherSpec, DirectionKeys, MacSpec, PacketOpener, PacketSealer } from './crypto.types.ts';
import { CtrEtmOpener, CtrOpener, CtrSealer } from './ctr-cipher.ts';
import { GcmOpener, GcmSealer } from './gcm-cipher.ts';

export { createPlainOpener, createPlainSealer } from './plain-cipher.ts';

/** `cipher` and `mac` as negotiated; `mac` does not matter for a cipher with a tag of its own. Unknown names are a bug of ours. */
export function createSealer(cipher: string, mac: string, keys: DirectionKeys): PacketSealer {
  const spec = cipherSpec(cipher);
  if (spec.ivBytes === 0) return new ChaChaPolySealer(keys.key);
  if (spec.tagBytes > 0) return new GcmSealer(spec, keys);
  return new CtrSealer(spec, macSpec(mac), keys);
}

/** The other direction of `createSealer`. */
export function createOpener(cipher: string, mac: string, keys: DirectionKeys): PacketOpener {
  const spec = cipherSpec(cipher);
  if (spec.ivBytes === 0) return new ChaChaPolyOpener(keys.key);
  if (spec.tagBytes > 0) return new GcmOpener(spec, keys);
  const chosen = macSpec(mac);
  return chosen.etm ? new CtrEtmOpener(spec, chosen, keys) : new CtrOpener(spec, chosen, keys);
}

function cipherSpec(name: string): CipherSpec {
  const spec = CIPHERS.get(name);
  if (spec === undefined) throw new NetSentinelError('SSH_CIPHER_UNKNOWN', 'bug', `Cipher ${name} was never offered`);
  return spec;
}

function macSpec(name: string): MacSpec {
  const spec = MACS.get(name);
  if (spec === undefined) throw new NetSentinelError('SSH_MAC_UNKNOWN', 'bug', `MAC ${name} was never offered`);
  return spec;
}
