/**
 * Where the server writes: its folder and its dump. Nothing reaches a real disk: the file appears on the pretended machine of this attacker, so that a
 * crontab or a key they planted is there when they look, or log in with it.
 */
import type { FsErrorCode, FsUser, Machine } from '../shell/shell.types.ts';
import { CommandFailure } from './command-failure.ts';
import { plantedBy } from './attack-patterns.ts';
import { crc64 } from './rdb/crc64.ts';
import { encodeLength, encodeString, encodeValue, RDB_VERSION } from './rdb/dump.ts';
import type { RedisClient } from './redis-client.ts';
import type { RedisServer } from './redis-server.ts';
import { memoryNumbers } from './info.ts';

const ERRORS: Partial<Readonly<Record<FsErrorCode, string>>> = {
  ENOENT: 'No such file or directory',
  EACCES: 'Permission denied',
  ENOTDIR: 'Not a directory',
  ENAMETOOLONG: 'File name too long',
  ELOOP: 'Too many levels of symbolic links',
};
const OPCODE = { aux: 0xfa, resizeDb: 0xfb, expireMs: 0xfc, selectDb: 0xfe, end: 0xff } as const;

function serverUser(server: RedisServer, machine: Machine): FsUser {
  const { runsAs } = server.parts.config;
  if (runsAs === 'root') return { uid: 0, gid: 0, groups: [0] };
  return machine.user('redis') ?? { uid: 107, gid: 114, groups: [114] };
}

/** `CONFIG SET dir`: the folder as it is known afterwards. */
export function changeFolder(client: RedisClient, wanted: string): string {
  const { server, machine } = client;
  if (machine === undefined) throw failed('No such file or directory');
  const user = serverUser(server, machine);
  const path = wanted.startsWith('/') ? wanted : `${server.settings.get('dir')}/${wanted}`;
  // The server's own folder is there, whether the machine's package is or not.
  if (path.replace(/\/+$/, '') === server.parts.settings.get('dir')) return server.parts.settings.get('dir')!;
  const real = machine.fs.realpath(path, user);
  if (!real.ok) throw failed(ERRORS[real.error] ?? 'No such file or directory');
  const stat = machine.fs.stat(real.value, user);
  if (!stat.ok) throw failed(ERRORS[stat.error] ?? 'No such file or directory');
  if (stat.value.type !== 'directory') throw failed('Not a directory');
  if (!machine.fs.list(real.value, user).ok && user.uid !== 0) throw failed('Permission denied');
  return real.value;
}

function failed(why: string): CommandFailure {
  return new CommandFailure(`ERR CONFIG SET failed (possibly related to argument 'dir') - ${why}`);
}

/** Writes the dump; false where the file could not be written. */
export function save(client: RedisClient): boolean {
  const { server, machine, session } = client;
  const folder = server.settings.get('dir')!;
  const path = `${folder === '/' ? '' : folder}/${server.settings.get('dbfilename')}`;
  const content = rdbFile(server);
  const own = folder === server.parts.settings.get('dir');
  if (!own) {
    const written = machine?.fs.write(path, content, serverUser(server, machine), { mode: 0o644 });
    session.report.file({
      path,
      action: 'write',
      bytes: content.length,
      outcome: written?.ok === true ? 'success' : 'failure',
      extra: plantedBy(path),
    });
    if (written?.ok !== true) return false;
    void session.keep(content).then(
      (kept) => session.report.upload({ path, kept, how: 'command', extra: plantedBy(path) }),
      () => {},
    );
  }
  server.lastSave = server.clock.now();
  server.keyspace.dirty = 0;
  server.saves++;
  return true;
}

/** The whole store as a `dump.rdb` of 7.0. */
export function rdbFile(server: RedisServer): Buffer {
  const compress = server.settings.get('rdbcompression') === 'yes';
  const parts: Buffer[] = [Buffer.from(`REDIS${String(RDB_VERSION).padStart(4, '0')}`)];
  const aux = {
    'redis-ver': server.parts.persona.version,
    'redis-bits': '64',
    ctime: String(Math.floor(server.clock.now() / 1000)),
    'used-mem': String(memoryNumbers(server).used),
    'aof-base': '0',
  };
  for (const [name, value] of Object.entries(aux))
    parts.push(Buffer.from([OPCODE.aux]), encodeString(name), encodeString(value));
  for (const [index, database] of server.keyspace.databases.entries()) {
    const keys = database.keys();
    if (keys.length === 0) continue;
    const expiring = keys.filter((key) => database.peek(key)?.expireAt !== undefined).length;
    parts.push(
      Buffer.from([OPCODE.selectDb]),
      encodeLength(index),
      Buffer.from([OPCODE.resizeDb]),
      encodeLength(keys.length),
      encodeLength(expiring),
    );
    for (const key of keys) {
      const entry = database.peek(key);
      if (entry === undefined) continue;
      if (entry.expireAt !== undefined) {
        const time = Buffer.alloc(9);
        time[0] = OPCODE.expireMs;
        time.writeBigUInt64LE(BigInt(entry.expireAt), 1);
        parts.push(time);
      }
      const { type, bytes } = encodeValue(entry.value, compress);
      parts.push(Buffer.from([type]), encodeString(key, compress), bytes);
    }
  }
  parts.push(Buffer.from([OPCODE.end]));
  const body = Buffer.concat(parts);
  return Buffer.concat([body, server.settings.get('rdbchecksum') === 'yes' ? crc64(body) : Buffer.alloc(8)]);
}
