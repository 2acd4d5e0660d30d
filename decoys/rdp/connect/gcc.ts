/** The settings that both sides exchange inside MCS' connect messages: GCC user data blocks (MS-RDPBCGR 2.2.1.3 and 2.2.1.4, T.124). */
export interface ClientSettings {
  readonly version: number;
  readonly width: number;
  readonly height: number;
  readonly colorDepth: number;
  /** Windows' number of the layout: 0x409 is United States. */
  readonly keyboardLayout: number;
  readonly clientBuild: number;
  readonly clientName: string;
  readonly keyboardType: number;
  readonly productId: string;
  readonly earlyFlags: number;
  readonly selectedProtocol: number | undefined;
  /** CS_SECURITY's methods. */
  readonly encryptionMethods: number;
  readonly channels: readonly ClientChannel[];
  /** It asked for the message channel. */
  readonly messageChannel: boolean;
  readonly hasMonitors: boolean;
}

export interface ClientChannel {
  readonly name: string;
  readonly options: number;
}

const CS = { core: 0xc001, security: 0xc002, net: 0xc003, monitor: 0xc005, messageChannel: 0xc006 } as const;
/** T.124's ConnectData and the start of its ConferenceCreateRequest: object identifier 0.0.20.124.0.1. */
const HEADER = Buffer.from('000500147c0001', 'hex');
const KEY = Buffer.from('Duca', 'latin1');
const MAX_CHANNELS = 31;

/** Undefined where the blocks are not there or the core block is too short. */
export function readClientSettings(userData: Buffer): ClientSettings | undefined {
  if (!userData.subarray(0, 7).equals(HEADER)) return undefined;
  const key = userData.indexOf(KEY);
  if (key < 0) return undefined;
  const length = readPerLength(userData, key + 4);
  if (length === undefined) return undefined;
  const blocks = new Map<number, Buffer>();
  const end = Math.min(userData.length, length.next + length.value);
  for (let at = length.next; at + 4 <= end;) {
    const size = userData.readUInt16LE(at + 2);
    if (size < 4 || at + size > userData.length) break;
    blocks.set(userData.readUInt16LE(at), userData.subarray(at + 4, at + size));
    at += size;
  }
  const core = blocks.get(CS.core);
  if (core === undefined || core.length < 128) return undefined;
  const u16 = (at: number): number | undefined => (core.length >= at + 2 ? core.readUInt16LE(at) : undefined);
  const depth = { 0xca00: 4, 0xca01: 8, 0xca02: 15, 0xca03: 16, 0xca04: 24 }[u16(128) ?? 0xca01] ?? 8;
  const security = blocks.get(CS.security);
  return {
    version: core.readUInt32LE(0),
    width: core.readUInt16LE(4),
    height: core.readUInt16LE(6),
    colorDepth: u16(136) ?? depth,
    keyboardLayout: core.readUInt32LE(12),
    clientBuild: core.readUInt32LE(16),
    clientName: utf16Text(core.subarray(20, 52)),
    keyboardType: core.readUInt32LE(52),
    productId: core.length >= 206 ? utf16Text(core.subarray(142, 206)) : '',
    earlyFlags: u16(140) ?? 0,
    selectedProtocol: core.length >= 212 ? core.readUInt32LE(208) : undefined,
    encryptionMethods: security !== undefined && security.length >= 4 ? security.readUInt32LE(0) : 0,
    channels: readChannels(blocks.get(CS.net)),
    messageChannel: blocks.has(CS.messageChannel),
    hasMonitors: blocks.has(CS.monitor),
  };
}

function readChannels(net: Buffer | undefined): ClientChannel[] {
  if (net === undefined || net.length < 4) return [];
  const channels: ClientChannel[] = [];
  const count = Math.min(net.readUInt32LE(0), MAX_CHANNELS);
  for (let i = 0; i < count && net.length >= 16 + i * 12; i++) {
    const name = net.toString('latin1', 4 + i * 12, 12 + i * 12);
    channels.push({ name: name.split('\0')[0]!, options: net.readUInt32LE(12 + i * 12) });
  }
  return channels;
}

export function utf16Text(bytes: Buffer): string {
  const text = bytes.toString('utf16le');
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function readPerLength(bytes: Buffer, at: number): { readonly value: number; readonly next: number } | undefined {
  const first = bytes[at];
  if (first === undefined) return undefined;
  if ((first & 0x80) === 0) return { value: first, next: at + 1 };
  const second = bytes[at + 1];
  return second === undefined ? undefined : { value: ((first & 0x7f) << 8) | second, next: at + 2 };
}

export function perLength(length: number): Buffer {
  return length < 0x80 ? Buffer.from([length]) : Buffer.from([0x80 | (length >> 8), length & 0xff]);
}

export interface ServerSettings {
  readonly requestedProtocols: number;
  readonly ioChannel: number;
  readonly channelIds: readonly number[];
  /** SC_MCS_MSGCHANNEL, where the client asked for it. */
  readonly messageChannel: number | undefined;
  readonly security: {
    readonly method: number;
    readonly level: number;
    readonly random?: Buffer;
    readonly certificate?: Buffer;
  };
}

/** RDP 10.6 and on, as Server 2019 says. */
const SERVER_VERSION = 0x0008_000b;

/** The GCC ConferenceCreateResponse with the server's blocks. */
export function writeServerSettings(settings: ServerSettings): Buffer {
  const { security, channelIds, messageChannel } = settings;
  const core = Buffer.alloc(12);
  core.writeUInt32LE(SERVER_VERSION, 0);
  core.writeUInt32LE(settings.requestedProtocols, 4);
  core.writeUInt32LE(0x0000_0007, 8);
  const net = Buffer.alloc(4 + (channelIds.length + (channelIds.length & 1)) * 2);
  net.writeUInt16LE(settings.ioChannel, 0);
  net.writeUInt16LE(channelIds.length, 2);
  for (const [i, id] of channelIds.entries()) net.writeUInt16LE(id, 4 + i * 2);
  const head = Buffer.alloc(security.random === undefined ? 8 : 16);
  head.writeUInt32LE(security.method, 0);
  head.writeUInt32LE(security.level, 4);
  if (security.random !== undefined) {
    head.writeUInt32LE(security.random.length, 8);
    head.writeUInt32LE(security.certificate!.length, 12);
  }
  const blocks = [
    block(0x0c01, core),
    block(0x0c03, net),
    block(0x0c02, Buffer.concat([head, security.random ?? Buffer.alloc(0), security.certificate ?? Buffer.alloc(0)])),
  ];
  if (messageChannel !== undefined)
    blocks.push(block(0x0c04, Buffer.from([messageChannel & 0xff, messageChannel >> 8])));
  const data = Buffer.concat(blocks);
  const user = Buffer.concat([perLength(data.length), data]);
  // ConferenceCreateResponse: node 31219, tag 1, result success, one user data set under "McDn".
  const response = Buffer.concat([Buffer.from('14760a01010001c0004d63446e', 'hex'), user]);
  // The length of the response is one byte that never changes: Windows writes it so, and clients skip it.
  return Buffer.concat([HEADER, Buffer.from([0x2a]), response]);
}

function block(type: number, content: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt16LE(type, 0);
  head.writeUInt16LE(content.length + 4, 2);
  return Buffer.concat([head, content]);
}
