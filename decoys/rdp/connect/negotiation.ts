/** The X.224 connection request and its answer (MS-RDPBCGR 2.2.1.1 and 2.2.1.2): which security both sides agree on. */
import { tpkt } from './tpkt.ts';

export const PROTOCOL = { rdp: 0, ssl: 1, hybrid: 2, rdstls: 4, hybridEx: 8, aad: 16 } as const;
export const FAILURE = { sslRequired: 1, sslNotAllowed: 2, hybridRequired: 5 } as const;

const MAX_COOKIE = 512;
const CONNECTION_REQUEST = 0xe0;

export interface ConnectionRequest {
  /** `mstshash=…` of the cookie: what the user was called where the client started. */
  readonly cookie: string | undefined;
  /** A broker's routing token, `msts=…`. */
  readonly routingToken: string | undefined;
  /** Undefined where the client does not negotiate. */
  readonly protocols: number | undefined;
  readonly flags: number;
  readonly correlationId: string | undefined;
}

/** Undefined for what is no connection request. */
export function readConnectionRequest(body: Buffer): ConnectionRequest | undefined {
  if (body.length < 7 || body[1] !== CONNECTION_REQUEST || body[0]! + 1 > body.length) return undefined;
  let rest = body.subarray(7, body[0]! + 1);
  let [cookie, routingToken]: (string | undefined)[] = [];
  const end = rest.indexOf('\r\n');
  const text = end < 0 ? '' : rest.toString('latin1', 0, Math.min(end, MAX_COOKIE));
  const named = /^Cookie: (mstshash=|msts=)(.*)$/is.exec(text);
  if (named !== null) {
    if (named[1]!.toLowerCase() === 'mstshash=') cookie = named[2];
    else routingToken = named[2];
    rest = rest.subarray(end + 2);
  }
  if (rest.length < 8 || rest[0] !== 1 || rest.readUInt16LE(2) !== 8)
    return { cookie, routingToken, protocols: undefined, flags: 0, correlationId: undefined };
  const flags = rest[1]!;
  const correlation =
    rest.length >= 8 + 36 && (flags & 0x08) !== 0 && rest[8] === 6 ? rest.toString('hex', 12, 28) : undefined;
  return { cookie, routingToken, protocols: rest.readUInt32LE(4), flags, correlationId: correlation };
}

/** What a machine asks for, as its administrator has set it. */
export type SecurityPolicy = 'negotiate' | 'nla' | 'tls' | 'rdp';

export type Agreement =
  | { readonly kind: 'agreed'; readonly protocol: number }
  | { readonly kind: 'failed'; readonly code: number };

export function agree(policy: SecurityPolicy, asked: number | undefined): Agreement {
  const wants = (protocol: number): boolean => ((asked ?? 0) & protocol) !== 0;
  if (policy === 'rdp')
    return asked === undefined || asked === 0 ? agreed(PROTOCOL.rdp) : failed(FAILURE.sslNotAllowed);
  const nla = policy !== 'tls';
  if (nla && wants(PROTOCOL.hybridEx)) return agreed(PROTOCOL.hybridEx);
  if (nla && wants(PROTOCOL.hybrid)) return agreed(PROTOCOL.hybrid);
  if (nla && wants(PROTOCOL.rdstls)) return agreed(PROTOCOL.rdstls);
  if (policy === 'nla') return asked === undefined ? agreed(PROTOCOL.rdp) : failed(FAILURE.hybridRequired);
  if (wants(PROTOCOL.ssl)) return agreed(PROTOCOL.ssl);
  return policy === 'negotiate'
    ? agreed(PROTOCOL.rdp)
    : asked === undefined
      ? agreed(PROTOCOL.rdp)
      : failed(FAILURE.sslRequired);
}

function agreed(protocol: number): Agreement {
  return { kind: 'agreed', protocol };
}

function failed(code: number): Agreement {
  return { kind: 'failed', code };
}

/** EXTENDED_CLIENT_DATA, DYNVC_GFX, reserved, restricted admin and redirected authentication: Windows 10 and Server 2016 on. */
const RESPONSE_FLAGS = 0x1f;

/** @param negotiated whether the client sent a negotiation request: only then it is answered */
export function connectionConfirm(agreement: Agreement, negotiated: boolean): Buffer {
  const tail = Buffer.alloc(negotiated ? 8 : 0);
  if (negotiated) {
    tail[0] = agreement.kind === 'agreed' ? 2 : 3;
    tail[1] = agreement.kind === 'agreed' ? RESPONSE_FLAGS : 0;
    tail.writeUInt16LE(8, 2);
    tail.writeUInt32LE(agreement.kind === 'agreed' ? agreement.protocol : agreement.code, 4);
  }
  return tpkt(Buffer.from([6 + tail.length, 0xd0, 0, 0, 0x12, 0x34, 0]), tail);
}
