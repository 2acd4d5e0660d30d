/**
 * CredSSP (MS-CSSP) as the server: NTLM inside TSRequest, the proof that both see the same TLS key, then the client's name and password in the clear. What
 * it asks of the policy is `judge`; it decides nothing.
 */
import { createHash } from 'node:crypto';
import { NtlmAcceptor } from '../../ntlm/ntlm-acceptor.ts';
import { NtlmSealing } from '../../ntlm/ntlm-sealing.ts';
import type { NtlmAuthenticate, NtlmTarget, NtlmVersion } from '../../ntlm/ntlm.types.ts';
import { integer, octetString, sequence, tagged } from '@netsentinel/kernel/der';
import { fieldsOf, inside, readBer } from '../connect/ber.ts';
import { utf16Text } from '../connect/gcc.ts';

const OUR_VERSION = 6;
const LOGON_FAILURE = 0xc000_006d;
const CLIENT_BINDING = Buffer.from('CredSSP Client-To-Server Binding Hash\0');
const SERVER_BINDING = Buffer.from('CredSSP Server-To-Client Binding Hash\0');
export const MAX_TSREQUEST = 64 * 1024;

export interface Credentials {
  readonly domain: string;
  readonly user: string;
  readonly password: string;
}

export type CredSspStep =
  | { readonly kind: 'send'; readonly bytes: Buffer }
  /** The client has shown its credentials and the connection goes on. */
  | { readonly kind: 'done'; readonly credentials: Credentials | undefined }
  | { readonly kind: 'refused'; readonly bytes: Buffer }
  | { readonly kind: 'malformed' };

export interface CredSspOptions {
  readonly target: NtlmTarget;
  readonly serverChallenge: Uint8Array;
  /** SubjectPublicKey of the certificate: the RSAPublicKey, DER. */
  readonly publicKey: Buffer;
  now(): number;
  /** The session key where the response is that of a password that is let in. */
  judge(message: NtlmAuthenticate, challenge: Uint8Array, version: NtlmVersion | undefined): Buffer | undefined;
}

const MALFORMED: CredSspStep = { kind: 'malformed' };

export class CredSsp {
  readonly #options: CredSspOptions;
  readonly #acceptor: NtlmAcceptor;
  #sealing: NtlmSealing | undefined;
  #clientVersion = 2;
  #version: NtlmVersion | undefined;
  #bound = false;

  constructor(options: CredSspOptions) {
    this.#options = options;
    this.#acceptor = new NtlmAcceptor(options.target, options.serverChallenge, () => options.now());
  }

  /** One whole TSRequest. */
  step(bytes: Buffer): CredSspStep {
    const body = inside(bytes, 0x30);
    if (body === undefined) return MALFORMED;
    const fields = fieldsOf(body);
    const version = inside(fields.get(0xa0), 0x02);
    if (version === undefined || version.length !== 1) return MALFORMED;
    this.#clientVersion = version[0]!;
    const authInfo = inside(fields.get(0xa2), 0x04);
    if (authInfo !== undefined) return this.#credentials(authInfo);
    const token = tokenOf(fields.get(0xa1));
    if (token !== undefined && this.#sealing === undefined) {
      const step = this.#acceptor.step(token);
      if (step.kind === 'malformed') return this.#refuse();
      if (step.kind === 'continue') {
        this.#version = step.negotiate?.version ?? this.#version;
        return { kind: 'send', bytes: this.#request(step.token) };
      }
      const { message } = step;
      const key = this.#options.judge(message, this.#acceptor.serverChallenge, message.version ?? this.#version);
      if (key === undefined) return this.#refuse();
      this.#sealing = new NtlmSealing(key, message.flags);
      return this.#bind(fields, this.#acceptor.accept(key, message.flags));
    }
    return this.#bind(fields, undefined);
  }

  /** The client's proof about the public key, and ours. */
  #bind(fields: ReadonlyMap<number, Buffer>, token: Buffer | undefined): CredSspStep {
    const sealed = inside(fields.get(0xa3), 0x04);
    if (this.#sealing === undefined || sealed === undefined || sealed.length < 17 || this.#bound) return MALFORMED;
    const { clear, valid } = this.#sealing.unseal(sealed.subarray(16), sealed.subarray(0, 16));
    const nonce = inside(fields.get(0xa5), 0x04);
    const { publicKey } = this.#options;
    const hashed = this.#clientVersion >= 5 && nonce !== undefined;
    const expected = hashed ? binding(CLIENT_BINDING, nonce, publicKey) : publicKey;
    if (!valid || !clear.equals(expected)) return this.#refuse();
    this.#bound = true;
    const answer = hashed ? binding(SERVER_BINDING, nonce, publicKey) : Buffer.from(publicKey);
    if (!hashed) answer[0] = (answer[0]! + 1) & 0xff;
    return { kind: 'send', bytes: this.#request(token, this.#seal(answer)) };
  }

  #credentials(authInfo: Buffer): CredSspStep {
    if (this.#sealing === undefined || !this.#bound || authInfo.length < 17) return MALFORMED;
    const { clear } = this.#sealing.unseal(authInfo.subarray(16), authInfo.subarray(0, 16));
    return { kind: 'done', credentials: readCredentials(clear) };
  }

  #seal(clear: Buffer): Buffer {
    const { sealed, signature } = this.#sealing!.seal(clear);
    return Buffer.concat([signature, sealed]);
  }

  /** From version 3 on with the reason; before, the connection just ends. */
  #refuse(): CredSspStep {
    if (this.#clientVersion < 3) return { kind: 'refused', bytes: Buffer.alloc(0) };
    const code = Buffer.alloc(4);
    code.writeUInt32BE(LOGON_FAILURE, 0);
    const error = tagged(0xa4, tagged(0x02, code));
    return { kind: 'refused', bytes: sequence(this.#versionField(), error) };
  }

  #versionField(): Buffer {
    return tagged(0xa0, integer(OUR_VERSION));
  }

  #request(token: Buffer | undefined, pubKeyAuth?: Buffer): Buffer {
    const parts = [this.#versionField()];
    if (token !== undefined && token.length > 0)
      parts.push(tagged(0xa1, sequence(sequence(tagged(0xa0, octetString(token))))));
    if (pubKeyAuth !== undefined) parts.push(tagged(0xa3, octetString(pubKeyAuth)));
    return sequence(...parts);
  }
}

function binding(label: Buffer, nonce: Buffer, publicKey: Buffer): Buffer {
  return createHash('sha256').update(label).update(nonce).update(publicKey).digest();
}

/** negoTokens: a sequence of sequences with `[0]` a token; the first counts. */
function tokenOf(field: Buffer | undefined): Buffer | undefined {
  const list = inside(field, 0x30);
  const first = list === undefined ? undefined : readBer(list)?.value;
  return first === undefined ? undefined : inside(fieldsOf(first).get(0xa0), 0x04);
}

/** TSCredentials with a TSPasswordCreds; others (smart cards) are not read. */
function readCredentials(bytes: Buffer): Credentials | undefined {
  const fields = fieldsOf(inside(bytes, 0x30) ?? Buffer.alloc(0));
  const inner = inside(inside(fields.get(0xa1), 0x04), 0x30);
  if (inner === undefined) return undefined;
  const parts = fieldsOf(inner);
  const text = (tag: number): string => utf16Text(inside(parts.get(tag), 0x04) ?? Buffer.alloc(0)).slice(0, 512);
  return { domain: text(0xa0), user: text(0xa1), password: text(0xa2) };
}
