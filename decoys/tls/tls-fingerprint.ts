/**
 * JA3 (Salesforce) and JA4 (FoxIO, the TLS client part) of a ClientHello: two ways to name the program that sent it. Both leave out GREASE (RFC 8701), which
 * clients throw in at random; JA4 also sorts, since browsers shuffle their extensions.
 */
import { createHash } from 'node:crypto';
import type { ClientHello } from './client-hello.ts';

const SERVER_NAME = 0;
const ALPN = 16;
const VERSIONS: Readonly<Record<number, string>> = {
  0x0304: '13',
  0x0303: '12',
  0x0302: '11',
  0x0301: '10',
  0x0300: 's3',
  0x0002: 's2',
};

/** `771,4865-4866…,0-23…,29-23,0` before it is hashed. */
export function ja3Text(hello: ClientHello): string {
  const join = (values: readonly number[]) => values.filter(isNotGrease).join('-');
  return [
    hello.version,
    join(hello.cipherSuites),
    join(hello.extensions),
    join(hello.supportedGroups),
    hello.pointFormats.join('-'),
  ].join(',');
}

/** 32 hex digits. */
export function ja3(hello: ClientHello): string {
  return createHash('md5').update(ja3Text(hello)).digest('hex');
}

/** `t13d1516h2_8daaf6152771_b186095e22b6`. */
export function ja4(hello: ClientHello): string {
  const ciphers = hello.cipherSuites.filter(isNotGrease);
  const extensions = hello.extensions.filter(isNotGrease);
  const versions = hello.supportedVersions.filter(isNotGrease);
  const version = versions.length > 0 ? Math.max(...versions) : hello.version;
  const head =
    `t${VERSIONS[version] ?? '00'}${extensions.includes(SERVER_NAME) ? 'd' : 'i'}` +
    `${twoDigits(ciphers.length)}${twoDigits(extensions.length)}${alpnMark(hello.alpn[0])}`;
  const named = extensions.filter((type) => type !== SERVER_NAME && type !== ALPN);
  const algorithms = hello.signatureAlgorithms.filter(isNotGrease).map(hex4);
  const tail = [named.map(hex4).toSorted().join(','), ...(algorithms.length > 0 ? [algorithms.join(',')] : [])];
  return `${head}_${digest(ciphers.map(hex4).toSorted().join(','))}_${digest(extensions.length > 0 ? tail.join('_') : '')}`;
}

function isNotGrease(value: number): boolean {
  return (value & 0x0f0f) !== 0x0a0a || value >> 8 !== (value & 0xff);
}

function twoDigits(count: number): string {
  return String(Math.min(count, 99)).padStart(2, '0');
}

/** First and last character of the first protocol; of its hex digits where either is no letter or digit. */
function alpnMark(protocol: string | undefined): string {
  if (protocol === undefined || protocol === '') return '00';
  const [first, last] = [protocol[0]!, protocol.at(-1)!];
  if (/^[0-9A-Za-z]{2}$/.test(first + last)) return first + last;
  return Buffer.from(first, 'latin1').toString('hex')[0]! + Buffer.from(last, 'latin1').toString('hex')[1]!;
}

function digest(text: string): string {
  return text === '' ? '000000000000' : createHash('sha256').update(text).digest('hex').slice(0, 12);
}

function hex4(value: number): string {
  return value.toString(16).padStart(4, '0');
}
