/**
 * RDP's own security on one connection (MS-RDPBCGR 5.3): which method was agreed on, the client's random, and the header and encryption around what is
 * said from then on. Where TLS carries the connection it only writes the header of licensing.
 */
import { randomBytes } from 'node:crypto';
import type { RdpIdentity } from '../rdp-identity.ts';
import { chooseMethod, decryptClientRandom, METHOD, SessionCipher } from './standard-security.ts';

export const SEC = { exchange: 0x0001, encrypt: 0x0008, info: 0x0040, license: 0x0080 } as const;

type Standard = RdpIdentity['standard'];

export class SecurityLayer {
  readonly #standard: Standard;
  #method: number = METHOD.none;
  #random: Buffer = Buffer.alloc(0);
  #cipher: SessionCipher | undefined;

  constructor(standard: Standard) {
    this.#standard = standard;
  }

  /** RDP secures the connection itself, not TLS. */
  get isStandard(): boolean {
    return this.#method !== METHOD.none;
  }

  /** The client's random has come: from here on there is encryption. */
  get isOpen(): boolean {
    return this.#cipher !== undefined;
  }

  /** What the server says of it in its settings; undefined where there is no method that both know. */
  choose(methods: number): { method: number; level: number; random: Buffer; certificate: Buffer } | undefined {
    this.#method = chooseMethod(methods);
    if (this.#method === METHOD.none) return undefined;
    this.#random = randomBytes(32);
    return { method: this.#method, level: 2, random: this.#random, certificate: this.#standard.certificate };
  }

  /** The client's random, encrypted to our key; false where it is none. */
  exchange(flags: number, body: Buffer): boolean {
    const length = body.length >= 4 ? body.readUInt32LE(0) : 0;
    const random =
      (flags & SEC.exchange) !== 0 && length > 0 && length <= 1024
        ? decryptClientRandom(this.#standard, body.subarray(4, 4 + length))
        : undefined;
    if (random === undefined) return false;
    this.#cipher = new SessionCipher(random, this.#random, this.#method);
    return true;
  }

  /** What is behind the security header `flags`; undefined where it is cut off. */
  clear(flags: number, data: Buffer): Buffer | undefined {
    if (!this.isStandard || (flags & SEC.encrypt) === 0) return data.subarray(4);
    return data.length < 12 ? undefined : this.#cipher!.decrypt(data.subarray(12));
  }

  /** Fast-path input that says it is encrypted; undefined where it cannot be. */
  clearInput(body: Buffer): Buffer | undefined {
    return this.#cipher === undefined || body.length < 8 ? undefined : this.#cipher.decrypt(body.subarray(8));
  }

  /** With a security header; encrypted where RDP does that itself, but for licensing. */
  withHeader(data: Buffer, flags: number): Buffer {
    const head = Buffer.alloc(4);
    if (this.#cipher === undefined || (flags & SEC.license) !== 0) {
      head.writeUInt16LE(flags, 0);
      return Buffer.concat([head, data]);
    }
    const sealed = this.#cipher.encrypt(data);
    head.writeUInt16LE(flags | SEC.encrypt, 0);
    return Buffer.concat([head, sealed.signature, sealed.data]);
  }

  /** A fast-path update; undefined where nothing is encrypted. */
  seal(update: Buffer): ReturnType<SessionCipher['encrypt']> | undefined {
    return this.#cipher?.encrypt(update);
  }
}
