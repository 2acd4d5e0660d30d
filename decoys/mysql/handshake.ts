/** The server's first packet, and the client's answer to it. */
import type { MysqlServer } from './mysql-server.ts';
import { PayloadReader, PayloadWriter } from './packets.ts';

export const CAPABILITY = {
  mysql: 1,
  foundRows: 2,
  connectWithDb: 8,
  compress: 32,
  localFiles: 128,
  protocol41: 512,
  ssl: 2048,
  secure: 0x8000,
  multiStatements: 0x10000,
  multiResults: 0x20000,
  pluginAuth: 0x80000,
  attributes: 0x100000,
  lenencAuth: 0x200000,
  sessionTrack: 0x800000,
  deprecateEof: 0x1000000,
} as const;
/** As they were seen on the wire of MariaDB 10.11 (without TLS) and MySQL 8.0 (with it). */
const CAPABILITIES = { mariadb: 0x81fff7fe, mysql: 0xdfffffff } as const;
const MARIADB_EXTENDED = 0x1d;
const EXTENDED_METADATA = 8;
const CACHED_METADATA = 16;
const MAX_ATTRIBUTES = 64;

export function greeting(server: MysqlServer, connectionId: number, scramble: Buffer, tls: boolean): Buffer {
  const { product } = server;
  const maria = product === 'mariadb';
  const capabilities = maria
    ? (tls ? CAPABILITIES.mariadb | CAPABILITY.ssl : CAPABILITIES.mariadb) >>> 0
    : (tls ? CAPABILITIES.mysql : CAPABILITIES.mysql & ~CAPABILITY.ssl) >>> 0;
  const writer = new PayloadWriter()
    .u8(10)
    // Replicas of old versions shall take it for a MySQL 5.5.
    .terminated(maria ? `5.5.5-${server.version}` : server.version)
    .u32(connectionId)
    .bytes(scramble.subarray(0, 8))
    .u8(0)
    .u16(capabilities & 0xffff)
    .u8(maria ? 45 : 255)
    .u16(2)
    .u16(capabilities >>> 16)
    .u8(21)
    .zero(6);
  if (maria) writer.u32(MARIADB_EXTENDED);
  else writer.zero(4);
  return writer
    .bytes(scramble.subarray(8))
    .u8(0)
    .terminated(maria ? 'mysql_native_password' : 'caching_sha2_password')
    .done();
}

export interface HandshakeResponse {
  readonly capabilities: number;
  readonly user: string;
  readonly response: Buffer;
  readonly database: string | undefined;
  readonly plugin: string | undefined;
  readonly attributes: ReadonlyMap<string, string>;
  readonly extendedMetadata: boolean;
  readonly cachedMetadata: boolean;
  readonly maxPacket: number;
  readonly charset: number;
}

/** Undefined for what is none; `ssl` where the client wants TLS first. */
export function readResponse(payload: Buffer): HandshakeResponse | 'ssl' | undefined {
  if (payload.length < 32) return undefined;
  const reader = new PayloadReader(payload);
  const capabilities = reader.u32();
  if ((capabilities & CAPABILITY.protocol41) === 0) return undefined;
  const maxPacket = reader.u32();
  const charset = reader.u8();
  reader.bytes(19);
  const extended = reader.u32();
  if ((capabilities & CAPABILITY.ssl) !== 0 && reader.left === 0) return 'ssl';
  const user = reader.terminated().toString('utf8');
  if (reader.short) return undefined;
  let response: Buffer;
  if ((capabilities & CAPABILITY.lenencAuth) !== 0) response = reader.blob();
  else if ((capabilities & CAPABILITY.secure) !== 0) response = reader.bytes(reader.u8());
  else response = reader.terminated();
  if (reader.short) return undefined;
  const database =
    (capabilities & CAPABILITY.connectWithDb) !== 0 && reader.left > 0
      ? reader.terminated().toString('utf8')
      : undefined;
  const plugin =
    (capabilities & CAPABILITY.pluginAuth) !== 0 && reader.left > 0
      ? reader.terminated().toString('latin1')
      : undefined;
  const attributes =
    (capabilities & CAPABILITY.attributes) !== 0 && reader.left > 0
      ? readAttributes(reader.blob())
      : new Map<string, string>();
  const maria = (capabilities & CAPABILITY.mysql) === 0;
  return {
    capabilities,
    user,
    response: Buffer.from(response),
    database: database === '' ? undefined : database,
    plugin,
    attributes,
    extendedMetadata: maria && (extended & EXTENDED_METADATA) !== 0,
    cachedMetadata: maria && (extended & CACHED_METADATA) !== 0,
    maxPacket,
    charset,
  };
}

function readAttributes(bytes: Buffer): Map<string, string> {
  const reader = new PayloadReader(bytes);
  const attributes = new Map<string, string>();
  while (reader.left > 0 && !reader.short && attributes.size < MAX_ATTRIBUTES) {
    const name = reader.blob().toString('utf8');
    attributes.set(name.slice(0, 128), reader.blob().toString('utf8').slice(0, 512));
  }
  return attributes;
}
