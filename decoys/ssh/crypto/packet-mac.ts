/** The MACs that go with the CTR ciphers, behind one shape: a tag over the sequence number and the packet. */
import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { MacSpec } from './crypto.types.ts';
import { writeUint32 } from './padding.ts';
import { Umac } from './umac.ts';

export interface PacketMac {
  /** Writes `spec.tagBytes` bytes to `out[outAt …)`: the tag of `data[at … at + length)` under the packet's number. */
  tagInto(sequence: number, data: Uint8Array, at: number, length: number, out: Uint8Array, outAt: number): void;
}

const SEQUENCE = new Uint8Array(4);

/** RFC 4253 section 6.4: the sequence number, four bytes big-endian, stands before the packet. */
class HmacMac implements PacketMac {
  readonly #hash: string;
  readonly #key: KeyObject;

  constructor(hash: string, key: Uint8Array) {
    this.#hash = hash;
    this.#key = createSecretKey(key);
  }

  tagInto(sequence: number, data: Uint8Array, at: number, length: number, out: Uint8Array, outAt: number): void {
    writeUint32(SEQUENCE, 0, sequence);
    const hmac = createHmac(this.#hash, this.#key).update(SEQUENCE);
    out.set(hmac.update(data.subarray(at, at + length)).digest(), outAt);
  }
}

export function createPacketMac(spec: MacSpec, key: Uint8Array): PacketMac {
  const cut = key.subarray(0, spec.keyBytes);
  switch (spec.name) {
    case 'umac-64@openssh.com':
    case 'umac-64-etm@openssh.com':
      return new Umac(cut, 8);
    case 'umac-128@openssh.com':
    case 'umac-128-etm@openssh.com':
      return new Umac(cut, 16);
    case 'hmac-sha1':
    case 'hmac-sha1-etm@openssh.com':
      return new HmacMac('sha1', cut);
    case 'hmac-sha2-256':
    case 'hmac-sha2-256-etm@openssh.com':
      return new HmacMac('sha256', cut);
    case 'hmac-sha2-512':
    case 'hmac-sha2-512-etm@openssh.com':
      return new HmacMac('sha512', cut);
    default:
      throw new NetSentinelError('SSH_MAC_UNKNOWN', 'bug', 'A MAC of the table has no implementation');
  }
}
