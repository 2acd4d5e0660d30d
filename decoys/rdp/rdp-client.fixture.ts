/** A Remote Desktop client's messages, for tests: what it sends of each step, and what it makes of the answers. */
import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { integer, octetString, sequence, tagged } from '@netsentinel/kernel/der';
import { perLength } from './connect/gcc.ts';
import { IO_CHANNEL, USER_BASE } from './connect/mcs.ts';
import { tpkt, x224Data } from './connect/tpkt.ts';
import { DATA_PDU, shareControl, shareData } from './share/share-pdu.ts';

export function connectionRequest(protocols?: number, cookie?: string): Buffer {
  const text = Buffer.from(cookie === undefined ? '' : `Cookie: mstshash=${cookie}\r\n`, 'latin1');
  const request = Buffer.alloc(protocols === undefined ? 0 : 8);
  if (protocols !== undefined) {
    request.set([1, 0, 8, 0]);
    request.writeUInt32LE(protocols, 4);
  }
  return tpkt(Buffer.from([6 + text.length + request.length, 0xe0, 0, 0, 0, 0, 0]), text, request);
}

const utf16 = (text: string, size = 0): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return size === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(size)], size);
};

export interface ClientShape {
  readonly name?: string;
  readonly channels?: readonly string[];
  readonly encryption?: number;
  readonly layout?: number;
  readonly width?: number;
  readonly height?: number;
}

export function connectInitial(shape: ClientShape = {}): Buffer {
  const core = Buffer.alloc(212);
  core.writeUInt32LE(0x0008_000b, 0);
  core.writeUInt16LE(shape.width ?? 800, 4);
  core.writeUInt16LE(shape.height ?? 600, 6);
  core.writeUInt32LE(shape.layout ?? 0x409, 12);
  core.writeUInt32LE(19_045, 16);
  utf16(shape.name ?? 'KALI', 32).copy(core, 20);
  core.writeUInt32LE(4, 52);
  core.writeUInt16LE(24, 136);
  const security = Buffer.alloc(8);
  security.writeUInt32LE(shape.encryption ?? 0, 0);
  const channels = shape.channels ?? ['rdpdr', 'cliprdr'];
  const net = Buffer.alloc(4 + channels.length * 12);
  net.writeUInt32LE(channels.length, 0);
  for (const [i, name] of channels.entries()) net.write(name, 4 + i * 12, 8, 'latin1');
  const block = (type: number, content: Buffer): Buffer => {
    const head = Buffer.alloc(4);
    head.writeUInt16LE(type, 0);
    head.writeUInt16LE(content.length + 4, 2);
    return Buffer.concat([head, content]);
  };
  const blocks = Buffer.concat([block(0xc001, core), block(0xc002, security), block(0xc003, net)]);
  const request = Buffer.concat([Buffer.from('000800100001c00044756361', 'hex'), perLength(blocks.length), blocks]);
  const userData = Buffer.concat([Buffer.from('000500147c0001', 'hex'), perLength(request.length), request]);
  const parameters = sequence(...[34, 2, 0, 1, 0, 1, 255, 2].map((value) => integer(value)));
  const body = Buffer.concat([
    octetString(Buffer.from([1])),
    octetString(Buffer.from([1])),
    Buffer.from([0x01, 0x01, 0xff]),
    parameters,
    parameters,
    parameters,
    octetString(userData),
  ]);
  return x224Data(Buffer.from([0x7f]), tagged(0x65, body));
}

export const erectDomain = (): Buffer => x224Data(Buffer.from('0401000100', 'hex'));
export const attachUser = (): Buffer => x224Data(Buffer.from([0x28]));

export function join(user: number, channel: number): Buffer {
  const from = user - USER_BASE;
  return x224Data(Buffer.from([0x38, from >> 8, from & 0xff, channel >> 8, channel & 0xff]));
}

export function sendData(user: number, data: Uint8Array, channel = IO_CHANNEL): Buffer {
  const from = user - USER_BASE;
  return x224Data(
    Buffer.from([0x64, from >> 8, from & 0xff, channel >> 8, channel & 0xff, 0x70]),
    perLength(data.length),
    data,
  );
}

export function clientInfo(user: string, password: string, domain = ''): Buffer {
  const head = Buffer.alloc(18);
  head.writeUInt32LE(0x0409, 0);
  head.writeUInt32LE(0x0133 | (password === '' ? 0 : 0x08), 4);
  const texts = [domain, user, password, '', ''].map((text) => utf16(text));
  for (const [i, text] of texts.entries()) head.writeUInt16LE(text.length, 8 + i * 2);
  const address = utf16('10.9.8.7\0');
  const extra = Buffer.concat([Buffer.from([2, 0, address.length, 0]), address, Buffer.from([2, 0, 0, 0])]);
  return Buffer.concat([head, ...texts.flatMap((text) => [text, Buffer.alloc(2)]), extra]);
}

export function withSecurity(flags: number, data: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([flags & 0xff, flags >> 8, 0, 0]), data]);
}

/** Our random for the server, out of the proprietary certificate in its connect response. */
export function securityExchange(connectResponse: Buffer, random: Buffer): Buffer {
  const at = connectResponse.indexOf('RSA1');
  const size = connectResponse.readUInt32LE(at + 4) - 8;
  const exponent = connectResponse.subarray(at + 16, at + 20);
  const modulus = connectResponse.subarray(at + 20, at + 20 + size);
  const jwk = { kty: 'RSA', n: reversed(modulus).toString('base64url'), e: reversed(exponent).toString('base64url') };
  const key = createPublicKey({ key: jwk, format: 'jwk' });
  const clear = reversed(Buffer.concat([random, Buffer.alloc(size - random.length)]));
  const encrypted = reversed(publicEncrypt({ key, padding: constants.RSA_NO_PADDING }, clear));
  const head = Buffer.alloc(4);
  head.writeUInt32LE(size + 8, 0);
  return withSecurity(0x0001, Buffer.concat([head, encrypted, Buffer.alloc(8)]));
}

function reversed(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes).reverse();
}

export function confirmActive(): Buffer {
  const head = Buffer.from('ea030100ea0300000000', 'hex');
  head.writeUInt16LE(6, 6);
  head.writeUInt16LE(12, 8);
  const sets = Buffer.from('010000000900080000000000', 'hex');
  return shareControl(0x13, Buffer.concat([head, Buffer.from('MSTSC\0', 'latin1'), sets]));
}

export const finalization = (): readonly Buffer[] => [
  shareData(31, Buffer.from([1, 0, 0xea, 3])),
  shareData(20, Buffer.from([4, 0, 0, 0, 0, 0, 0, 0])),
  shareData(20, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0])),
  shareData(39, Buffer.from([0, 0, 0, 0, 3, 0, 0x32, 0])),
];

/** Keys pressed and released, as fast-path input. */
export function keys(...codes: readonly number[]): Buffer {
  const events = codes.flatMap((code) => [0x00, code, 0x01, code]);
  return Buffer.concat(
    Array.from({ length: Math.ceil(codes.length / 7) }, (_, i) => {
      const part = events.slice(i * 28, i * 28 + 28);
      return Buffer.from([(part.length / 2) << 2, part.length + 2, ...part]);
    }),
  );
}

/** Asks for the picture again. */
export function refreshRect(): Buffer {
  return shareData(DATA_PDU.refreshRect, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0, 0xff, 1, 0xff, 1]));
}
