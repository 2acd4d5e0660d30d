/**
 * The server's side of one NTLM login, bare or inside SPNEGO: give it what the client sent, send what it gives back. It decides nothing: who proved what is
 * told to the protocol, which asks its policy and then says `accept` or `reject`.
 */
import { NtlmSealing } from './ntlm-sealing.ts';
import { readAuthenticate, readNegotiate, ntlmMessageType, writeChallenge } from './ntlm-messages.ts';
import { OID, readSpnego, spnegoResponse, type SpnegoToken } from './spnego.ts';
import { LIMITS, type NtlmAuthenticate, type NtlmNegotiate, type NtlmTarget } from './ntlm.types.ts';

export type NtlmStep =
  /** Send it and wait for more. `negotiate` is there once the client has spoken NTLM. */
  | { readonly kind: 'continue'; readonly token: Buffer; readonly negotiate?: NtlmNegotiate }
  /** The client said who it is: find out whether that is so, then call `accept` or `reject`. */
  | { readonly kind: 'authenticate'; readonly message: NtlmAuthenticate; readonly raw: Buffer }
  /** Not NTLM, not in order, or broken. */
  | { readonly kind: 'malformed' };

const MALFORMED: NtlmStep = { kind: 'malformed' };

export class NtlmAcceptor {
  readonly serverChallenge: Uint8Array;
  /** What was sent and received, for the MIC. */
  negotiate: Buffer | undefined;
  challenge: Buffer | undefined;
  authenticate: Buffer | undefined;
  readonly #target: NtlmTarget;
  readonly #now: () => number;
  #wrapped = false;
  #first: SpnegoToken | undefined;
  /** The client's favourite was not NTLM, so both sides must sign the list of mechanisms. */
  #micNeeded = false;
  #last: SpnegoToken | undefined;

  constructor(target: NtlmTarget, serverChallenge: Uint8Array, now: () => number) {
    this.#target = target;
    this.serverChallenge = serverChallenge;
    this.#now = now;
  }

  step(bytes: Uint8Array): NtlmStep {
    if (bytes.length > LIMITS.maxToken) return MALFORMED;
    if (ntlmMessageType(bytes) !== undefined) return this.#ntlm(bytes);
    const spnego = readSpnego(bytes);
    if (spnego === undefined) return MALFORMED;
    this.#wrapped = true;
    this.#last = spnego;
    if (spnego.kind === 'init') {
      this.#first = spnego;
      const place = spnego.mechanisms.findIndex((oid) => OID.ntlmssp.equals(oid));
      if (place < 0) return MALFORMED;
      if (place > 0) {
        this.#micNeeded = true;
        return {
          kind: 'continue',
          token: spnegoResponse({ state: 'request-mic', mechanism: OID.ntlmssp }),
        };
      }
    }
    if (spnego.token === undefined) {
      if (spnego.kind === 'response') return MALFORMED;
      return { kind: 'continue', token: spnegoResponse({ state: 'accept-incomplete', mechanism: OID.ntlmssp }) };
    }
    return this.#ntlm(spnego.token);
  }

  /** The last token of a login that succeeded; empty for bare NTLM. */
  accept(sessionKey: Uint8Array | undefined, flags: number): Buffer {
    if (!this.#wrapped) return Buffer.alloc(0);
    const list = this.#first?.mechanismList;
    const signs = list !== undefined && sessionKey !== undefined && (this.#micNeeded || this.#last?.mic !== undefined);
    if (!signs) return spnegoResponse({ state: 'accept-completed' });
    const mic = new NtlmSealing(sessionKey, flags).sign(list);
    return spnegoResponse({ state: 'accept-completed', mic });
  }

  reject(): Buffer {
    return this.#wrapped ? spnegoResponse({ state: 'reject' }) : Buffer.alloc(0);
  }

  #ntlm(bytes: Uint8Array): NtlmStep {
    const type = ntlmMessageType(bytes);
    if (type === 1) {
      const negotiate = readNegotiate(bytes);
      if (negotiate === undefined) return MALFORMED;
      this.negotiate = Buffer.from(bytes);
      this.challenge = writeChallenge({
        target: this.#target,
        serverChallenge: this.serverChallenge,
        clientFlags: negotiate.flags,
        now: this.#now(),
      });
      const token = this.#wrapped
        ? spnegoResponse({ state: 'accept-incomplete', mechanism: OID.ntlmssp, token: this.challenge })
        : this.challenge;
      return { kind: 'continue', token, negotiate };
    }
    if (type !== 3 || this.challenge === undefined) return MALFORMED;
    const raw = Buffer.from(bytes);
    const message = readAuthenticate(raw);
    if (message === undefined) return MALFORMED;
    this.authenticate = raw;
    return { kind: 'authenticate', message, raw };
  }
}
