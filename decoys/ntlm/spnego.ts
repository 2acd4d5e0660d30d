/**
 * SPNEGO (RFC 4178, MS-SPNG) as far as a server of NTLM needs it: the list of mechanisms it begins with, the tokens that clients send, and its answers.
 * Kerberos is understood far enough to be declined.
 */

export const OID = {
  spnego: Buffer.from('2b0601050502', 'hex'),
  ntlmssp: Buffer.from('2b06010401823702020a', 'hex'),
  kerberos: Buffer.from('2a864886f712010202', 'hex'),
  microsoftKerberos: Buffer.from('2a864882f712010202', 'hex'),
  negoex: Buffer.from('2b06010401823702021e', 'hex'),
} as const;

/** What RFC 4178 has no field for: every server puts this in its place. */
const HINT = 'not_defined_in_RFC4178@please_ignore';
const MAX_MECHANISMS = 16;

export interface SpnegoToken {
  readonly kind: 'init' | 'response';
  /** In the client's order of preference; only in the first. */
  readonly mechanisms: readonly Buffer[];
  /** As it was encoded: what the MIC is over. */
  readonly mechanismList: Buffer | undefined;
  readonly token: Buffer | undefined;
  readonly mic: Buffer | undefined;
}

export type SpnegoState = 'accept-completed' | 'accept-incomplete' | 'reject' | 'request-mic';
const STATES: readonly SpnegoState[] = ['accept-completed', 'accept-incomplete', 'reject', 'request-mic'];

/** What a server says before anybody asked, its mechanisms and the hint; and how a client begins, without the hint and with a first token. */
export function spnegoHello(
  mechanisms: readonly Uint8Array[],
  { hint = true, token }: { readonly hint?: boolean; readonly token?: Uint8Array } = {},
): Buffer {
  const parts = [tlv(0xa0, sequence(mechanisms.map((oid) => tlv(0x06, oid))))];
  if (token !== undefined) parts.push(tlv(0xa2, tlv(0x04, token)));
  if (hint) parts.push(tlv(0xa3, sequence([tlv(0xa0, tlv(0x1b, Buffer.from(HINT, 'latin1')))])));
  return tlv(0x60, Buffer.concat([tlv(0x06, OID.spnego), tlv(0xa0, sequence(parts))]));
}

export function spnegoResponse(answer: {
  readonly state: SpnegoState;
  readonly mechanism?: Uint8Array;
  readonly token?: Uint8Array;
  readonly mic?: Uint8Array;
}): Buffer {
  const parts = [tlv(0xa0, tlv(0x0a, Buffer.of(STATES.indexOf(answer.state))))];
  if (answer.mechanism !== undefined) parts.push(tlv(0xa1, tlv(0x06, answer.mechanism)));
  if (answer.token !== undefined) parts.push(tlv(0xa2, tlv(0x04, answer.token)));
  if (answer.mic !== undefined) parts.push(tlv(0xa3, tlv(0x04, answer.mic)));
  return tlv(0xa1, sequence(parts));
}

/** A NegTokenInit inside its GSS-API frame, or a NegTokenResp. Undefined for anything else. */
export function readSpnego(bytes: Uint8Array): SpnegoToken | undefined {
  const outer = readTlv(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  if (outer === undefined) return undefined;
  if (outer.tag === 0xa1) return readFields('response', outer.value);
  if (outer.tag !== 0x60) return undefined;
  const oid = readTlv(outer.value);
  if (oid?.tag !== 0x06 || !OID.spnego.equals(oid.value)) return undefined;
  const init = readTlv(oid.rest);
  return init?.tag === 0xa0 ? readFields('init', init.value) : undefined;
}

function readFields(kind: 'init' | 'response', bytes: Buffer): SpnegoToken | undefined {
  const list = readTlv(bytes);
  if (list?.tag !== 0x30) return undefined;
  let mechanisms: readonly Buffer[] = [];
  let mechanismList: Buffer | undefined;
  let token: Buffer | undefined;
  let mic: Buffer | undefined;
  for (let field = readTlv(list.value); field !== undefined; field = readTlv(field.rest)) {
    const inner = readTlv(field.value);
    if (inner === undefined) continue;
    if (field.tag === 0xa0 && kind === 'init' && inner.tag === 0x30) {
      mechanismList = field.value;
      mechanisms = readOids(inner.value);
    } else if (field.tag === 0xa2 && inner.tag === 0x04) token = inner.value;
    else if (field.tag === 0xa3 && inner.tag === 0x04) mic = inner.value;
  }
  return { kind, mechanisms, mechanismList, token, mic };
}

function readOids(bytes: Buffer): readonly Buffer[] {
  const oids: Buffer[] = [];
  for (let oid = readTlv(bytes); oid !== undefined && oids.length < MAX_MECHANISMS; oid = readTlv(oid.rest))
    if (oid.tag === 0x06) oids.push(oid.value);
  return oids;
}

interface Tlv {
  readonly tag: number;
  readonly value: Buffer;
  readonly rest: Buffer;
}

function readTlv(bytes: Buffer): Tlv | undefined {
  if (bytes.length < 2) return undefined;
  let length = bytes[1]!;
  let at = 2;
  if (length > 0x80) {
    const count = length & 0x7f;
    if (count > 4 || bytes.length < 2 + count) return undefined;
    length = bytes.readUIntBE(2, count);
    at += count;
  } else if (length === 0x80) return undefined;
  if (at + length > bytes.length) return undefined;
  return { tag: bytes[0]!, value: bytes.subarray(at, at + length), rest: bytes.subarray(at + length) };
}

function sequence(parts: readonly Uint8Array[]): Buffer {
  return tlv(0x30, Buffer.concat(parts));
}

function tlv(tag: number, value: Uint8Array): Buffer {
  const { length } = value;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), value]);
}
