/**
 * The key that every Terminal Server signs its proprietary certificate with: one for all, and published with the protocol (MS-RDPBCGR 5.3.3.1.2), so that old
 * clients that look find what they know.
 */
import { createHash } from 'node:crypto';

const little = (hex: string): bigint => BigInt(`0x${Buffer.from(hex, 'hex').reverse().toString('hex')}`);

const MODULUS = little(
  '3d3a5ebd72433ec94dbbc11e4aba5fcb3e882087eff5c1e2d7b76b9af2524595ce63656b583afeef7ce7bffe3df65c7d6c5e06091af561bb2093095f056dea87',
);
const PRIVATE_EXPONENT = little(
  '87a71932da11875558001616256568f8243ee6fae9674994cf92cc3399e80860179a129f24ddb12499c73ab80a7b0ddd350779170b519bb3c7100113e73ff35f',
);
const PUBLIC_EXPONENT = 0xc088_7b5bn;

/** 64 bytes over the certificate from its version to the end of the public key (5.3.3.1.1). */
export function signCertificate(signed: Uint8Array): Buffer {
  return bytesOf(power(little(padded(signed).toString('hex')), PRIVATE_EXPONENT));
}

export function verifyCertificate(signed: Uint8Array, signature: Buffer): boolean {
  return power(little(signature.toString('hex')), PUBLIC_EXPONENT) === little(padded(signed).toString('hex'));
}

function padded(signed: Uint8Array): Buffer {
  return Buffer.concat([
    createHash('md5').update(signed).digest(),
    Buffer.alloc(1),
    Buffer.alloc(45, 0xff),
    Buffer.from([1]),
  ]);
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % MODULUS;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % MODULUS;
    square = (square * square) % MODULUS;
  }
  return result;
}

function bytesOf(value: bigint): Buffer {
  return Buffer.from(value.toString(16).padStart(128, '0'), 'hex').reverse();
}
