/**
 * The Community ID of a flow, version 1 with seed 0: the same text for both directions, in every tool that computes it.
 * Source: github.com/corelight/community-id-spec. What is hashed fits into one block of SHA-1, which is cheaper to do here than to ask for.
 */
import { isIP } from 'node:net';
import { parseAddress } from '@netsentinel/kernel/address';
import { portOf } from './endpoint.ts';

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, 'ipv6-icmp': 58, icmp6: 58, sctp: 132 };

/** What answers a type of ICMP stands in the place of the other side's port. */
const ICMP_ANSWERS: Readonly<Record<number, number>> = {
  8: 0,
  0: 8,
  13: 14,
  14: 13,
  15: 16,
  16: 15,
  17: 18,
  18: 17,
  10: 9,
  9: 10,
};
const ICMP6_ANSWERS: Readonly<Record<number, number>> = {
  128: 129,
  129: 128,
  133: 134,
  134: 133,
  135: 136,
  136: 135,
  130: 131,
  131: 130,
  144: 145,
  145: 144,
};

const message = new Uint8Array(64);
const words = new Int32Array(80);
const sideA = new Uint8Array(18);
const sideB = new Uint8Array(18);

/** Undefined where an address is none, the protocol has no ports, or a port is missing. For ICMP, ports are type and code. */
export function communityId(
  transport: string | undefined,
  sourceIp: string | undefined,
  sourcePort: number | undefined,
  destinationIp: string | undefined,
  destinationPort: number | undefined,
): string | undefined {
  if (transport === undefined || sourceIp === undefined || destinationIp === undefined) return undefined;
  let protocol = PROTOCOLS[transport];
  const fromPort = portOf(sourcePort);
  let toPort = portOf(destinationPort);
  if (protocol === undefined || fromPort === undefined || toPort === undefined) return undefined;
  const width = addressInto(sideA, sourceIp);
  if (width === 0 || addressInto(sideB, destinationIp) !== width) return undefined;
  if (protocol === 1 && width === 16) protocol = 58;
  let oneWay = false;
  if (protocol === 1 || protocol === 58) {
    const answer = (protocol === 1 ? ICMP_ANSWERS : ICMP6_ANSWERS)[fromPort];
    if (answer === undefined) oneWay = true;
    else toPort = answer;
  }
  sideA[width] = fromPort >> 8;
  sideA[width + 1] = fromPort & 255;
  sideB[width] = toPort >> 8;
  sideB[width + 1] = toPort & 255;
  const aFirst = oneWay || compare(sideA, sideB, width + 2) <= 0;
  const first = aFirst ? sideA : sideB;
  const second = aFirst ? sideB : sideA;
  message.fill(0);
  let at = 2;
  for (let i = 0; i < width; i++) message[at++] = first[i]!;
  for (let i = 0; i < width; i++) message[at++] = second[i]!;
  message[at++] = protocol;
  at++;
  message[at++] = first[width]!;
  message[at++] = first[width + 1]!;
  message[at++] = second[width]!;
  message[at++] = second[width + 1]!;
  return `1:${digest(at)}`;
}

function compare(a: Uint8Array, b: Uint8Array, length: number): number {
  for (let i = 0; i < length; i++) {
    const difference = a[i]! - b[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Answers how many bytes the address has; 0 for what is none. */
function addressInto(side: Uint8Array, ip: string): number {
  let value = 0;
  let parts = 0;
  let digitsSeen = 0;
  for (let i = 0; i < ip.length; i++) {
    const code = ip.charCodeAt(i);
    if (code === 0x2e && digitsSeen > 0 && parts < 3) {
      side[parts++] = value;
      value = 0;
      digitsSeen = 0;
    } else if (code >= 0x30 && code <= 0x39 && digitsSeen < 3) {
      value = value * 10 + code - 0x30;
      digitsSeen++;
      if (value > 255) return 0;
    } else return addressV6Into(side, ip);
  }
  if (parts !== 3 || digitsSeen === 0) return 0;
  side[3] = value;
  return 4;
}

function addressV6Into(side: Uint8Array, ip: string): number {
  const address = isIP(ip) === 6 ? parseAddress(ip) : undefined;
  if (address === undefined) return 0;
  const width = address.family === 4 ? 4 : 16;
  let rest = address.value;
  for (let i = width - 1; i >= 0; i--) {
    side[i] = Number(rest & 255n);
    rest >>= 8n;
  }
  return width;
}

/** SHA-1 (FIPS 180-4) of the first `length` bytes of `message`, at most 55, as base64. The rest of `message` must be zero. */
function digest(length: number): string {
  message[length] = 0x80;
  message[62] = (length * 8) >> 8;
  message[63] = (length * 8) & 255;
  const w = words;
  for (let i = 0; i < 16; i++)
    w[i] = (message[4 * i]! << 24) | (message[4 * i + 1]! << 16) | (message[4 * i + 2]! << 8) | message[4 * i + 3]!;
  for (let i = 16; i < 80; i++) {
    const x = w[i - 3]! ^ w[i - 8]! ^ w[i - 14]! ^ w[i - 16]!;
    w[i] = (x << 1) | (x >>> 31);
  }
  let a = 0x67452301;
  let b = 0xefcdab89 | 0;
  let c = 0x98badcfe | 0;
  let d = 0x10325476;
  let e = 0xc3d2e1f0 | 0;
  // Four loops and not one with a choice in it: this is most of what a flow's document costs.
  for (let i = 0; i < 20; i++) {
    const next = (((a << 5) | (a >>> 27)) + ((b & c) | (~b & d)) + 0x5a827999 + e + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let i = 20; i < 40; i++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + 0x6ed9eba1 + e + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let i = 40; i < 60; i++) {
    const next = (((a << 5) | (a >>> 27)) + ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc + e + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  for (let i = 60; i < 80; i++) {
    const next = (((a << 5) | (a >>> 27)) + (b ^ c ^ d) + 0xca62c1d6 + e + w[i]!) | 0;
    e = d;
    d = c;
    c = (b << 30) | (b >>> 2);
    b = a;
    a = next;
  }
  const hash = words;
  hash[0] = a + 0x67452301;
  hash[1] = b + 0xefcdab89;
  hash[2] = c + 0x98badcfe;
  hash[3] = d + 0x10325476;
  hash[4] = e + 0xc3d2e1f0;
  hash[5] = 0;
  return base64(hash);
}

const ALPHABET = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');
const encoded = Buffer.alloc(28, '=');

/** Twenty bytes: 26 groups of six bits, and one of four that is filled up from the zeros of a sixth word. */
function base64(hash: Int32Array): string {
  let at = 0;
  for (let bit = 0; bit < 160; bit += 6) {
    const word = hash[bit >> 5]!;
    const shift = 26 - (bit & 31);
    const six = shift >= 0 ? word >>> shift : (word << -shift) | (hash[(bit >> 5) + 1]! >>> (32 + shift));
    encoded[at++] = ALPHABET[six & 63]!;
  }
  return encoded.toString('latin1');
}
