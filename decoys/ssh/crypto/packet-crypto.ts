/** Makes the sealer and the opener for a negotiated cipher and MAC. */
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { DirectionKeys, PacketOpener, PacketSealer } from './crypto.types.ts';

/** `cipher` and `mac` as negotiated; `mac` does not matter for a cipher with a tag of its own. Unknown names are a bug of ours. */
export function createSealer(cipher: string, _mac: string, _keys: DirectionKeys): PacketSealer {
  throw new NetSentinelError('SSH_CIPHER_UNKNOWN', 'bug', `No sealer for ${cipher}`);
}

/** The other direction of `createSealer`. */
export function createOpener(cipher: string, _mac: string, _keys: DirectionKeys): PacketOpener {
  throw new NetSentinelError('SSH_CIPHER_UNKNOWN', 'bug', `No opener for ${cipher}`);
}

/** Before the first keys: nothing is encrypted, nothing is authenticated, padding is zeros. */
export function createPlainSealer(): PacketSealer {
  throw new NetSentinelError('SSH_CIPHER_UNKNOWN', 'bug', 'No plain sealer');
}

export function createPlainOpener(): PacketOpener {
  throw new NetSentinelError('SSH_CIPHER_UNKNOWN', 'bug', 'No plain opener');
}
