/** What a key exchange method is, as the transport sees the server's side of it. One exchange is one object. */

export interface ServerKex {
  readonly hash: 'sha256' | 'sha384' | 'sha512';
  /** Takes a message of type 30 to 49 from the client. `payload` starts with the type. */
  receive(payload: Uint8Array): KexStep;
}

export type KexStep =
  /** Not a message of this exchange, or not now: answered with UNIMPLEMENTED. */
  | { readonly kind: 'unexpected' }
  /** The client's value is not acceptable: the connection ends without a word. */
  | { readonly kind: 'invalid'; readonly reason: string }
  | { readonly kind: 'send'; readonly payload: Uint8Array }
  | KexDone;

export interface KexDone {
  readonly kind: 'done';
  readonly replyType: number;
  /** The server's public value, encoded as in the reply. */
  readonly publicValue: Uint8Array;
  /** What the exchange hash covers between the host key and the secret, encoded. */
  readonly hashed: Uint8Array;
  /** The shared secret, encoded as it enters the hash and the key derivation. */
  readonly secret: Uint8Array;
}
