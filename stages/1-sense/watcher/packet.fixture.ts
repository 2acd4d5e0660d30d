/** Makes packets from the network header on, for tests. */
import { parseAddress } from '@netsentinel/kernel/address';

export const FLAG = { fin: 0x01, syn: 0x02, rst: 0x04, psh: 0x08, ack: 0x10, urg: 0x20 } as const;

export interface Place {
  readonly from?: string;
  readonly to?: string;
}

export function tcp(
  ports: readonly [from: number, to: number],
  flags: number,
  options: readonly number[] = [],
): Buffer {
  const bytes = Buffer.alloc(20 + Math.ceil(options.length / 4) * 4);
  bytes.writeUInt16BE(ports[0], 0);
  bytes.writeUInt16BE(ports[1], 2);
  bytes[12] = (bytes.length / 4) << 4;
  bytes[13] = flags;
  bytes.set(options, 20);
  return bytes;
}

export function udp(ports: readonly [from: number, to: number]): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16BE(ports[0], 0);
  bytes.writeUInt16BE(ports[1], 2);
  bytes.writeUInt16BE(8, 4);
  return bytes;
}

export const icmp = (type: number): Buffer => Buffer.from([type, 0, 0, 0, 0, 1, 0, 1]);

export function ip4(
  protocol: number,
  payload: Buffer,
  {
    from = '198.51.100.9',
    to = '192.0.2.1',
    fragment = 0,
    options = 0,
  }: Place & { fragment?: number; options?: number } = {},
): Buffer {
  const header = Buffer.alloc(20 + options);
  header[0] = 0x40 | (header.length / 4);
  header.writeUInt16BE(header.length + payload.length, 2);
  header.writeUInt16BE(fragment, 6);
  header[9] = protocol;
  header.set(bytesOf(from), 12);
  header.set(bytesOf(to), 16);
  return Buffer.concat([header, payload]);
}

/** `extensions`: headers before the payload, each with its own number. */
export function ip6(
  protocol: number,
  payload: Buffer,
  {
    from = '2001:db8::9',
    to = '2001:db8::1',
    extensions = [],
  }: Place & { extensions?: readonly { readonly number: number; readonly bytes: Buffer }[] } = {},
): Buffer {
  const header = Buffer.alloc(40);
  header[0] = 0x60;
  header[6] = extensions[0]?.number ?? protocol;
  const chain = extensions.map(({ bytes }, i) => {
    const copy = Buffer.from(bytes);
    copy[0] = extensions[i + 1]?.number ?? protocol;
    return copy;
  });
  const rest = Buffer.concat([...chain, payload]);
  header.writeUInt16BE(rest.length, 4);
  header.set(bytesOf(from), 8);
  header.set(bytesOf(to), 24);
  return Buffer.concat([header, rest]);
}

export function bytesOf(text: string): Buffer {
  const { family, value } = parseAddress(text)!;
  return Buffer.from(value.toString(16).padStart(family === 4 ? 8 : 32, '0'), 'hex');
}
