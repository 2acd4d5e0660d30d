/**
 * Reads what the kernel's filter let through, from the network header on: IPv4 (RFC 791) and IPv6 with its extension headers (RFC 8200), and of what they
 * carry the first bytes of TCP (RFC 9293), UDP and ICMP. Every byte is a stranger's; what is cut short or contradicts itself is nothing.
 */
import { formatAddress } from '@netsentinel/kernel/address';
import type { ProbeKind, Sight } from './probe.types.ts';

const TCP = 6;
const UDP = 17;
const ICMP = 1;
const ICMP6 = 58;
const FIN = 0x01;
const SYN = 0x02;
const RST = 0x04;
const PSH = 0x08;
const ACK = 0x10;
const URG = 0x20;
const FLAGS = 0x3f;
/** Hop-by-hop, routing and destination options; authentication, whose length counts in words. */
const OPTIONS = new Set([0, 43, 60]);
const AUTHENTICATION = 51;
const FRAGMENT = 44;
/** Headers before that of the transport; real packets have one or two. */
const MAX_HEADERS = 8;
const TCP_HEADER = 20;

/** Where the transport's header begins and ends within the bytes, and whether the rest of it is in another fragment. */
interface Carried {
  readonly protocol: number;
  readonly at: number;
  readonly end: number;
  readonly source: string;
  readonly target: string;
  readonly isCut: boolean;
}

/**
 * @param bytes from the network header on, cut at the filter's length
 * @param isOutgoing whether this machine sent it
 */
export function readPacket(bytes: Uint8Array, isOutgoing: boolean): Sight | undefined {
  if (bytes.length < 20) return undefined;
  const version = bytes[0]! >> 4;
  const carried = version === 4 ? carriedBy4(bytes) : version === 6 ? carriedBy6(bytes) : undefined;
  if (carried === undefined) return undefined;
  if (isOutgoing) return carried.protocol === TCP ? answerOf(bytes, carried) : undefined;
  switch (carried.protocol) {
    case TCP:
      return segmentOf(bytes, carried);
    case UDP:
      return carried.end - carried.at < 8
        ? undefined
        : probe('udp', carried, word(bytes, carried.at), word(bytes, carried.at + 2));
    case ICMP:
    case ICMP6:
      return requestOf(bytes, carried);
    default:
      return undefined;
  }
}

function carriedBy4(bytes: Uint8Array): Carried | undefined {
  const headerLength = (bytes[0]! & 0x0f) * 4;
  const length = word(bytes, 2);
  if (headerLength < 20 || length < headerLength) return undefined;
  const fragment = word(bytes, 6);
  // Only the first piece has a header.
  if ((fragment & 0x1fff) !== 0) return undefined;
  return {
    protocol: bytes[9]!,
    at: headerLength,
    end: Math.min(bytes.length, length),
    source: text4(bytes, 12),
    target: text4(bytes, 16),
    isCut: (fragment & 0x2000) !== 0,
  };
}

function carriedBy6(bytes: Uint8Array): Carried | undefined {
  if (bytes.length < 40) return undefined;
  const end = Math.min(bytes.length, 40 + word(bytes, 4));
  let protocol = bytes[6]!;
  let at = 40;
  let isCut = false;
  for (let i = 0; i < MAX_HEADERS; i++) {
    if (OPTIONS.has(protocol) || protocol === AUTHENTICATION || protocol === FRAGMENT) {
      if (at + 8 > end) return undefined;
      const [next, extra] = [bytes[at]!, bytes[at + 1]!];
      if (protocol === FRAGMENT) {
        const fragment = word(bytes, at + 2);
        if (fragment >> 3 !== 0) return undefined;
        isCut = (fragment & 1) !== 0;
        at += 8;
      } else at += protocol === AUTHENTICATION ? (extra + 2) * 4 : (extra + 1) * 8;
      protocol = next;
      continue;
    }
    if (at > end) return undefined;
    return { protocol, at, end, source: text6(bytes, 8), target: text6(bytes, 24), isCut };
  }
  return undefined;
}

function segmentOf(bytes: Uint8Array, carried: Carried): Sight | undefined {
  const { at, end, isCut } = carried;
  if (end - at < 4) return undefined;
  const [from, to] = [word(bytes, at), word(bytes, at + 2)];
  if (end - at < TCP_HEADER) return isCut ? probe('fragment', carried, from, to) : undefined;
  if ((bytes[at + 13]! & RST) !== 0)
    return { t: 'reset', source: carried.source, sourcePort: from, target: carried.target, port: to };
  const kind = kindOf(bytes, at, end);
  return kind === undefined ? undefined : probe(kind, carried, from, to);
}

function kindOf(bytes: Uint8Array, at: number, end: number): ProbeKind | undefined {
  const flags = bytes[at + 13]! & FLAGS;
  if ((flags & ACK) !== 0) return undefined;
  switch (flags) {
    case SYN:
      return isOfStack(bytes, at, end) ? 'connect' : 'syn';
    case 0:
      return 'null';
    case FIN:
      return 'fin';
    case FIN | PSH | URG:
      return 'xmas';
    default:
      return 'odd';
  }
}

/**
 * Whether a system's own stack made this SYN: they all offer selective acknowledgements, a window scale or timestamps, scanners send a segment size or
 * nothing.
 */
function isOfStack(bytes: Uint8Array, at: number, end: number): boolean {
  const optionsEnd = Math.min(end, at + (bytes[at + 12]! >> 4) * 4);
  let offered = 0;
  for (let i = at + TCP_HEADER; i < optionsEnd;) {
    const option = bytes[i]!;
    if (option === 0) break;
    if (option === 1) {
      i++;
      continue;
    }
    const length = bytes[i + 1] ?? 0;
    if (length < 2) break;
    // Window scale, selective acknowledgements, timestamps.
    if (option === 3 || option === 4 || option === 8) offered++;
    i += length;
  }
  return offered > 0;
}

function requestOf(bytes: Uint8Array, carried: Carried): Sight | undefined {
  if (carried.end - carried.at < 4) return undefined;
  const type = bytes[carried.at]!;
  const isEcho = carried.protocol === ICMP ? type === 8 : type === 128;
  if (isEcho) return probe('echo', carried, 0, 0);
  // Timestamp, information and mask requests.
  const asks = carried.protocol === ICMP && (type === 13 || type === 15 || type === 17);
  return asks ? probe('timestamp', carried, 0, 0) : undefined;
}

/** Of what we sent: a SYN that was taken, or a reset that carries no acknowledgement, which answers a segment that belongs to nothing. */
function answerOf(bytes: Uint8Array, { at, end, source, target, isCut }: Carried): Sight | undefined {
  if (end - at < TCP_HEADER || isCut) return undefined;
  const flags = bytes[at + 13]! & (FIN | SYN | RST | ACK);
  const [from, to] = [word(bytes, at), word(bytes, at + 2)];
  if (flags === (SYN | ACK)) return { t: 'served', address: source, port: from };
  if (flags !== RST) return undefined;
  return { t: 'probe', kind: 'ack', source: target, sourcePort: to, target: source, port: from };
}

function probe(kind: ProbeKind, { source, target }: Carried, sourcePort: number, port: number): Sight {
  return { t: 'probe', kind, source, sourcePort, target, port };
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

function text4(bytes: Uint8Array, at: number): string {
  return `${bytes[at]!}.${bytes[at + 1]!}.${bytes[at + 2]!}.${bytes[at + 3]!}`;
}

/** As RFC 5952 writes it, so that an address is the same text wherever it comes from. */
export function text6(bytes: Uint8Array, at: number): string {
  const value = bytes.subarray(at, at + 16).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return formatAddress({ family: 6, value });
}
