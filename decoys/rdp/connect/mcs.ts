/** T.125 as RDP uses it: the connect messages (BER) and the domain messages (PER) that attach, join channels and carry data. */
import { integer, octetString, sequence, tagged } from '@netsentinel/kernel/der';
import { fieldsOf, readBer } from './ber.ts';
import { perLength } from './gcc.ts';

export const IO_CHANNEL = 1003;
export const USER_BASE = 1001;

/** The GCC user data of a Connect-Initial; undefined for anything else. */
export function readConnectInitial(bytes: Buffer): Buffer | undefined {
  const outer = readBer(bytes);
  if (outer?.tag !== 0x7f65) return undefined;
  let last: Buffer | undefined;
  for (let at = 0; at < outer.value.length;) {
    const field = readBer(outer.value, at);
    if (field === undefined) return undefined;
    if (field.tag === 0x04) last = field.value;
    at = field.end;
  }
  return fieldsOf(outer.value).size < 3 ? undefined : last;
}

/** rt-successful, connect id 0, the domain's parameters as Windows gives them, the user data. */
export function connectResponse(userData: Buffer): Buffer {
  const numbers = [34, 3, 0, 1, 0, 1].map((value) => integer(value));
  const parameters = sequence(...numbers, integer(Buffer.from([0xff, 0xf8])), integer(2));
  const body = Buffer.concat([Buffer.from([0x0a, 0x01, 0x00]), integer(0), parameters, octetString(userData)]);
  const inner = tagged(0x66, body);
  // The tag has two bytes.
  return Buffer.concat([Buffer.from([0x7f]), inner]);
}

export type DomainPdu =
  | { readonly kind: 'erect-domain' }
  | { readonly kind: 'attach-user' }
  | { readonly kind: 'join'; readonly user: number; readonly channel: number }
  | { readonly kind: 'data'; readonly user: number; readonly channel: number; readonly data: Buffer }
  | { readonly kind: 'disconnect'; readonly reason: number }
  | { readonly kind: 'unknown' };

export function readDomainPdu(bytes: Buffer): DomainPdu {
  const type = (bytes[0] ?? 0) >> 2;
  if (type === 1) return { kind: 'erect-domain' };
  if (type === 10) return { kind: 'attach-user' };
  if (type === 8) return { kind: 'disconnect', reason: (((bytes[0] ?? 0) & 3) << 1) | ((bytes[1] ?? 0) >> 7) };
  if (type === 14 && bytes.length >= 5)
    return { kind: 'join', user: bytes.readUInt16BE(1) + USER_BASE, channel: bytes.readUInt16BE(3) };
  if (type === 25 && bytes.length >= 7) {
    const long = (bytes[6]! & 0x80) !== 0;
    if (long && bytes.length < 8) return { kind: 'unknown' };
    const length = long ? ((bytes[6]! & 0x7f) << 8) | bytes[7]! : bytes[6]!;
    const start = long ? 8 : 7;
    return {
      kind: 'data',
      user: bytes.readUInt16BE(1) + USER_BASE,
      channel: bytes.readUInt16BE(3),
      data: bytes.subarray(start, start + length),
    };
  }
  return { kind: 'unknown' };
}

export function attachUserConfirm(user: number): Buffer {
  return Buffer.from([0x2e, 0x00, (user - USER_BASE) >> 8, (user - USER_BASE) & 0xff]);
}

/** @param granted false: the channel does not exist */
export function joinConfirm(user: number, channel: number, granted: boolean): Buffer {
  const from = user - USER_BASE;
  const bytes = [granted ? 0x3e : 0x3c, granted ? 0x00 : 0x40, from >> 8, from & 0xff, channel >> 8, channel & 0xff];
  if (granted) bytes.push(channel >> 8, channel & 0xff);
  return Buffer.from(bytes);
}

/** Send Data Indication. */
export function dataIndication(channel: number, data: Uint8Array): Buffer {
  const head = Buffer.from([0x68, 0x00, 0x01, channel >> 8, channel & 0xff, 0x70]);
  return Buffer.concat([head, perLength(data.length), data]);
}

/** Provider initiated or user requested. */
export function disconnectUltimatum(reason: 1 | 3): Buffer {
  return Buffer.from([(8 << 2) | (reason >> 1), (reason & 1) << 7]);
}
