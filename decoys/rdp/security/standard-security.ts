/** Standard RDP security (MS-RDPBCGR 5.3): the server's certificate of its own kind, the keys of a session, RC4 in both directions. */
import { constants, createHash, type KeyObject, privateDecrypt } from 'node:crypto';
import { Rc4 } from '../../ntlm/rc4.ts';
import { signCertificate } from './signing-key.ts';

export const METHOD = { none: 0, bits40: 1, bits128: 2, bits56: 8, fips: 16 } as const;
const UPDATE_EVERY = 4096;
const PAD1 = Buffer.alloc(40, 0x36);
const PAD2 = Buffer.alloc(48, 0x5c);

const md5 = (...parts: readonly Uint8Array[]): Buffer => createHash('md5').update(Buffer.concat(parts)).digest();
const sha1 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha1').update(Buffer.concat(parts)).digest();

export interface StandardKey {
  readonly privateKey: KeyObject;
  /** The proprietary certificate (2.2.1.4.3.1.1). */
  readonly certificate: Buffer;
}

export function standardKey(privateKey: KeyObject): StandardKey {
  const { n = '', e = '' } = privateKey.export({ format: 'jwk' });
  const modulus = Buffer.from(n, 'base64url').reverse();
  const exponent = Buffer.alloc(4);
  Buffer.from(e, 'base64url').reverse().copy(exponent);
  const bits = modulus.length * 8;
  const key = Buffer.alloc(20);
  key.write('RSA1', 0, 'latin1');
  key.writeUInt32LE(modulus.length + 8, 4);
  key.writeUInt32LE(bits, 8);
  key.writeUInt32LE(bits / 8 - 1, 12);
  exponent.copy(key, 16);
  const publicKey = Buffer.concat([key, modulus, Buffer.alloc(8)]);
  const head = Buffer.alloc(16);
  head.writeUInt32LE(1, 0);
  head.writeUInt32LE(1, 4);
  head.writeUInt32LE(1, 8);
  head.writeUInt16LE(0x0006, 12);
  head.writeUInt16LE(publicKey.length, 14);
  const signed = Buffer.concat([signCertificate(Buffer.concat([head, publicKey])), Buffer.alloc(8)]);
  const middle = Buffer.alloc(4);
  middle.writeUInt16LE(0x0008, 0);
  middle.writeUInt16LE(signed.length, 2);
  return { privateKey, certificate: Buffer.concat([head, publicKey, middle, signed]) };
}

/** The client's random out of its security exchange; undefined where it was not made with our key. */
export function decryptClientRandom(key: StandardKey, encrypted: Buffer): Buffer | undefined {
  const size = Buffer.from(String(key.privateKey.export({ format: 'jwk' }).n), 'base64url').length;
  const bytes = Buffer.alloc(size);
  encrypted.subarray(0, size).copy(bytes);
  try {
    const clear = privateDecrypt({ key: key.privateKey, padding: constants.RSA_NO_PADDING }, bytes.reverse());
    return Buffer.from(clear.reverse().subarray(0, 32));
  } catch {
    return undefined;
  }
}

/** Which of the client's methods is used: the strongest that is not FIPS. */
export function chooseMethod(offered: number): number {
  for (const method of [METHOD.bits128, METHOD.bits56, METHOD.bits40]) if ((offered & method) !== 0) return method;
  return (offered & METHOD.fips) === 0 ? METHOD.bits128 : METHOD.none;
}

class Direction {
  readonly #original: Buffer;
  readonly #method: number;
  #key: Buffer;
  #cipher: Rc4;
  #count = 0;

  constructor(key: Buffer, method: number) {
    this.#original = key;
    this.#method = method;
    this.#key = key;
    this.#cipher = new Rc4(key);
  }

  update(data: Uint8Array): Buffer {
    if (this.#count === UPDATE_EVERY) this.#renew();
    this.#count++;
    return this.#cipher.update(data);
  }

  #renew(): void {
    const temporary = md5(this.#original, PAD2, sha1(this.#original, PAD1, this.#key)).subarray(0, this.#key.length);
    this.#key = salted(new Rc4(temporary).update(temporary), this.#method);
    this.#cipher = new Rc4(this.#key);
    this.#count = 0;
  }
}

export class SessionCipher {
  readonly #macKey: Buffer;
  readonly #out: Direction;
  readonly #in: Direction;

  constructor(clientRandom: Buffer, serverRandom: Buffer, method: number, us: 'server' | 'client' = 'server') {
    const hash = (secret: Uint8Array, label: string): Buffer =>
      md5(secret, sha1(Buffer.from(label), secret, clientRandom, serverRandom));
    const secret48 = Buffer.concat([clientRandom.subarray(0, 24), serverRandom.subarray(0, 24)]);
    const master = Buffer.concat(['A', 'BB', 'CCC'].map((label) => hash(secret48, label)));
    const blob = Buffer.concat(['X', 'YY', 'ZZZ'].map((label) => hash(master, label)));
    const final = (key: Buffer): Buffer => md5(key, clientRandom, serverRandom);
    const size = method === METHOD.bits128 ? 16 : 8;
    const cut = (key: Buffer): Buffer => salted(Buffer.from(key.subarray(0, size)), method);
    this.#macKey = cut(blob.subarray(0, 16));
    const toClient = new Direction(cut(final(blob.subarray(16, 32))), method);
    const toServer = new Direction(cut(final(blob.subarray(32, 48))), method);
    [this.#out, this.#in] = us === 'server' ? [toClient, toServer] : [toServer, toClient];
  }

  encrypt(data: Uint8Array): { readonly signature: Buffer; readonly data: Buffer } {
    const length = Buffer.alloc(4);
    length.writeUInt32LE(data.length, 0);
    const signature = md5(this.#macKey, PAD2, sha1(this.#macKey, PAD1, length, data)).subarray(0, 8);
    return { signature, data: this.#out.update(data) };
  }

  decrypt(data: Uint8Array): Buffer {
    return this.#in.update(data);
  }
}

/** 40 and 56 bits: the first bytes are known to everybody. */
function salted(key: Buffer, method: number): Buffer {
  const salt = method === METHOD.bits40 ? [0xd1, 0x26, 0x9e] : method === METHOD.bits56 ? [0xd1] : [];
  const bytes = Buffer.from(key);
  for (const [i, byte] of salt.entries()) bytes[i] = byte;
  return bytes;
}
