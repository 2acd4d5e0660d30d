/**
 * Signing and sealing after the login (MS-NLMP section 3.4) with extended session security: what CredSSP, RPC and the MIC of SPNEGO use. One object is
 * one side's view; each direction has its keys and its sequence of numbers.
 */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { NTLM } from './ntlm-flags.ts';
import { Rc4 } from './rc4.ts';

type Side = 'client' | 'server';

interface Direction {
  readonly signingKey: Buffer;
  cipher: Rc4;
  readonly sealingKey: Buffer;
  sequence: number;
}

export class NtlmSealing {
  readonly #out: Direction;
  readonly #in: Direction;
  readonly #exchanged: boolean;

  /** `flags` are those that the AUTHENTICATE carried. */
  constructor(sessionKey: Uint8Array, flags: number, us: Side = 'server') {
    this.#exchanged = (flags & NTLM.keyExchange) !== 0;
    this.#out = direction(sessionKey, flags, us);
    this.#in = direction(sessionKey, flags, us === 'server' ? 'client' : 'server');
  }

  /** 16 bytes that go with a message in the clear. */
  sign(message: Uint8Array): Buffer {
    return this.#signature(this.#out, message);
  }

  verify(message: Uint8Array, signature: Uint8Array): boolean {
    const expected = this.#signature(this.#in, message);
    return signature.length === 16 && timingSafeEqual(expected, signature);
  }

  /** `over`: what is signed with it where that is more than what is sealed (an RPC header); makes of the clear text what is signed. */
  seal(message: Uint8Array, signed: Uint8Array = message): { readonly sealed: Buffer; readonly signature: Buffer } {
    const sealed = this.#out.cipher.update(message);
    return { sealed, signature: this.#signature(this.#out, signed) };
  }

  /** The clear text, and whether its signature held. `signed` as in `seal`, made of the clear text. */
  unseal(
    sealed: Uint8Array,
    signature: Uint8Array,
    signed: (clear: Buffer) => Uint8Array = (clear) => clear,
  ): { readonly clear: Buffer; readonly valid: boolean } {
    const clear = this.#in.cipher.update(sealed);
    return { clear, valid: this.verify(signed(clear), signature) };
  }

  /** SPNEGO signs its list of mechanisms and starts both ciphers over after it, as Windows does. */
  restart(): void {
    for (const way of [this.#out, this.#in]) {
      way.cipher = new Rc4(way.sealingKey);
      way.sequence = 0;
    }
  }

  #signature(way: Direction, message: Uint8Array): Buffer {
    const sequence = Buffer.alloc(4);
    sequence.writeUInt32LE(way.sequence);
    way.sequence = (way.sequence + 1) >>> 0;
    const sum = createHmac('md5', way.signingKey).update(sequence).update(message).digest().subarray(0, 8);
    return Buffer.concat([Buffer.of(1, 0, 0, 0), this.#exchanged ? way.cipher.update(sum) : sum, sequence]);
  }
}

function direction(sessionKey: Uint8Array, flags: number, from: Side): Direction {
  const way = from === 'client' ? 'client-to-server' : 'server-to-client';
  const kept = (flags & NTLM.key128) !== 0 ? 16 : (flags & NTLM.key56) !== 0 ? 7 : 5;
  const signingKey = magic(sessionKey, `session key to ${way} signing key magic constant\0`);
  const sealingKey = magic(sessionKey.subarray(0, kept), `session key to ${way} sealing key magic constant\0`);
  return { signingKey, sealingKey, cipher: new Rc4(sealingKey), sequence: 0 };
}

function magic(key: Uint8Array, text: string): Buffer {
  return createHash('md5').update(key).update(text, 'latin1').digest();
}
