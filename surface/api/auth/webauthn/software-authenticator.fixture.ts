/** An authenticator and its browser, as far as tests need them: what they write is what a key on USB would, and lies where a test asks for it. */
import { createHash, generateKeyPairSync, randomBytes, sign, type KeyObject } from 'node:crypto';
import type { CreationOptions, MadeCredential, RequestOptions, ShownKey } from './browser-json.ts';

export type KeyKind = 'ES256' | 'EdDSA' | 'RS256';
type Encodable = number | string | Buffer | ReadonlyMap<number | string, Encodable>;

/** What is written instead of the truth. */
export interface Lies {
  readonly origin?: string;
  readonly challenge?: string;
  readonly type?: string;
  readonly rpId?: string;
  readonly flags?: number;
  readonly signCount?: number;
  readonly crossOrigin?: boolean;
  readonly userHandle?: string;
  /** Signed by another key. */
  readonly forged?: boolean;
}

export class SoftwareAuthenticator {
  readonly credential = randomBytes(32);
  userHandle = '';
  /** 0 does not count, as passkeys do. */
  signCount: number;
  readonly #origin: string;
  readonly #kind: KeyKind;
  readonly #privateKey: KeyObject;
  readonly #cose: Buffer;

  /** @param origin where its browser is */
  constructor(origin: string, { kind = 'ES256', signCount = 0 }: { kind?: KeyKind; signCount?: number } = {}) {
    this.#origin = origin;
    this.#kind = kind;
    this.signCount = signCount;
    const { privateKey, publicKey } = pair(kind);
    this.#privateKey = privateKey;
    this.#cose = coseOf(kind, publicKey);
  }

  /** `navigator.credentials.create()`. */
  create(options: CreationOptions, lies: Lies = {}): MadeCredential {
    this.userHandle = options.user.id;
    const id = this.credential;
    const size = Buffer.alloc(2);
    size.writeUInt16BE(id.length);
    const attested = Buffer.concat([Buffer.alloc(16), size, id, this.#cose]);
    const authData = Buffer.concat([this.#head(options.rp.id, 0x41, lies), attested]);
    const attestation = new Map<string, Encodable>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return {
      type: 'public-key',
      id: id.toString('base64url'),
      response: {
        clientDataJSON: this.#clientData('webauthn.create', options.challenge, lies).toString('base64url'),
        attestationObject: cbor(attestation).toString('base64url'),
        transports: ['usb'],
      },
    };
  }

  /** `navigator.credentials.get()`. */
  get(options: RequestOptions, lies: Lies = {}): ShownKey {
    if (this.signCount > 0) this.signCount++;
    const authData = this.#head(options.rpId, 0x01, lies);
    const clientData = this.#clientData('webauthn.get', options.challenge, lies);
    const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()]);
    const key = lies.forged === true ? pair(this.#kind).privateKey : this.#privateKey;
    const signature = sign(this.#kind === 'EdDSA' ? undefined : 'sha256', signed, key);
    return {
      type: 'public-key',
      id: this.credential.toString('base64url'),
      response: {
        clientDataJSON: clientData.toString('base64url'),
        authenticatorData: authData.toString('base64url'),
        signature: signature.toString('base64url'),
        userHandle: lies.userHandle ?? this.userHandle,
      },
    };
  }

  #head(rpId: string, flags: number, lies: Lies): Buffer {
    const head = Buffer.alloc(37);
    createHash('sha256')
      .update(lies.rpId ?? rpId)
      .digest()
      .copy(head);
    head[32] = lies.flags ?? flags;
    head.writeUInt32BE(lies.signCount ?? this.signCount, 33);
    return head;
  }

  #clientData(type: string, challenge: string, lies: Lies): Buffer {
    const { origin = this.#origin, crossOrigin = false } = lies;
    const data = { type: lies.type ?? type, challenge: lies.challenge ?? challenge, origin, crossOrigin };
    return Buffer.from(JSON.stringify(data));
  }
}

function pair(kind: KeyKind): { readonly privateKey: KeyObject; readonly publicKey: KeyObject } {
  if (kind === 'RS256') return generateKeyPairSync('rsa', { modulusLength: 2048 });
  return kind === 'EdDSA' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
}

function coseOf(kind: KeyKind, key: KeyObject): Buffer {
  const jwk = key.export({ format: 'jwk' });
  const bytes = (name: 'x' | 'y' | 'n' | 'e'): Buffer => Buffer.from(jwk[name] ?? '', 'base64url');
  const entries: Record<KeyKind, () => [number, Encodable][]> = {
    ES256: () => [[1, 2], [3, -7], [-1, 1], [-2, bytes('x')], [-3, bytes('y')]], // prettier-ignore
    EdDSA: () => [[1, 1], [3, -8], [-1, 6], [-2, bytes('x')]], // prettier-ignore
    RS256: () => [[1, 3], [3, -257], [-1, bytes('n')], [-2, bytes('e')]], // prettier-ignore
  };
  return cbor(new Map(entries[kind]()));
}

/** Writes CBOR (RFC 8949) of definite lengths. */
export function cbor(value: Encodable): Buffer {
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string') return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (Buffer.isBuffer(value)) return Buffer.concat([head(2, value.length), value]);
  return Buffer.concat([head(5, value.size), ...[...value].flatMap(([key, one]) => [cbor(key), cbor(one)])]);
}

function head(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument]);
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument]);
  return Buffer.from([(major << 5) | 25, argument >> 8, argument & 0xff]);
}
