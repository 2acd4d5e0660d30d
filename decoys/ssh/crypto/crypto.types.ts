/**
 * What the SSH transport sees of encryption: a sealer and an opener for each direction and key set (RFC 4253 section 6 and OpenSSH's
 * AEAD and encrypt-then-MAC variants). `packet-crypto.ts` makes them; the transport never needs to know which cipher is in use.
 */

/** How long the parts of a cipher's key material are, in bytes. */
export interface CipherSpec {
  readonly name: CipherName;
  readonly keyBytes: number;
  /** 0 where the packet's sequence number is the nonce. */
  readonly ivBytes: number;
  readonly blockBytes: number;
  /** Length of its own tag: such a cipher ignores the MAC that was negotiated (it counts as `<implicit>`). */
  readonly tagBytes: number;
}

export interface MacSpec {
  readonly name: MacName;
  readonly keyBytes: number;
  readonly tagBytes: number;
  /** Encrypt-then-MAC: the length travels in the clear and the tag covers the ciphertext. */
  readonly etm: boolean;
}

export type CipherName =
  | 'chacha20-poly1305@openssh.com'
  | 'aes128-ctr'
  | 'aes192-ctr'
  | 'aes256-ctr'
  | 'aes128-gcm@openssh.com'
  | 'aes256-gcm@openssh.com';

export type MacName =
  | 'umac-64-etm@openssh.com'
  | 'umac-128-etm@openssh.com'
  | 'hmac-sha2-256-etm@openssh.com'
  | 'hmac-sha2-512-etm@openssh.com'
  | 'hmac-sha1-etm@openssh.com'
  | 'umac-64@openssh.com'
  | 'umac-128@openssh.com'
  | 'hmac-sha2-256'
  | 'hmac-sha2-512'
  | 'hmac-sha1';

/** RFC 4253 section 7.2, one direction: derive as many bytes as the specs of cipher and MAC ask for; longer arrays are cut. */
export interface DirectionKeys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
  /** Empty for a cipher with a tag of its own. */
  readonly macKey: Uint8Array;
}

/**
 * Turns payloads into packets, in the order of their sequence numbers. It keeps state from packet to packet (CTR keystream, GCM
 * counter): everything that is sealed must be sent.
 */
export interface PacketSealer {
  /** Bytes on the wire for a payload of this length: length field, padding and tag included. */
  sealedBytes(payloadBytes: number): number;
  /**
   * Writes one packet into `out` from `at` on and answers its bytes, exactly `sealedBytes(payload.length)`. Pads to the block with
   * random bytes, at least four and no block more, as OpenSSH does. `sequence` is the 32-bit number of the packet. `payload` may lie in `out`
   * only when it starts at `at + 5`, its final place.
   */
  sealInto(sequence: number, payload: Uint8Array, out: Uint8Array, at: number): number;
  /** The same as a fresh array. */
  seal(sequence: number, payload: Uint8Array): Uint8Array;
}

/** The length field was below 5 or above the maximum (OpenSSH: `Bad packet length %u.`). */
export const BAD_LENGTH = -1;
/** The length is no multiple of the cipher's block (OpenSSH: `padding error: need %d block %d mod %d`). */
export const BAD_BLOCK = -2;

/** The tag is wrong (OpenSSH: `Corrupted MAC on input.`), or the padding is (`Corrupted padlen %d on input.`). */
export type OpenFailure = 'corrupt' | 'bad-padding';

/**
 * Turns what arrives back into payloads, in place:
 *
 *     wait for headBytes → frameBytes() → wait for that many → open() → next sequence
 *
 * After any failure the connection is lost; the opener must not be used again.
 */
export interface PacketOpener {
  /** How many bytes must be there before `frameBytes` may be asked. */
  readonly headBytes: number;
  /**
   * The whole size of the packet that starts at `at`, tag included, or `BAD_LENGTH` or `BAD_BLOCK`. May be asked again for the same
   * packet (same `sequence`) until `open`. `maxPacketBytes` bounds the length field (OpenSSH: 256 KiB).
   */
  frameBytes(sequence: number, buffer: Uint8Array, at: number, maxPacketBytes: number): number;
  /** The value of the length field that `frameBytes` last read, for messages. */
  readonly packetLength: number;
  /**
   * Checks and decrypts the packet that `frameBytes` measured; all its bytes must be there. The payload is a view into `buffer` or
   * into memory of the opener: copy what must outlive the next call. `buffer` is overwritten where the packet was.
   */
  open(sequence: number, buffer: Uint8Array, at: number): Uint8Array | OpenFailure;
}
