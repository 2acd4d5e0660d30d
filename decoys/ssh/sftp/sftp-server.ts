/**
 * SFTP version 3 as OpenSSH 9.2's sftp-server answers it, byte for byte where the file system is the same: the same extensions, status
 * codes, handle numbers and `ls -l` lines. Bytes in, bytes out; nothing reaches the real disk. A message that sftp-server would die of
 * ends this one too, with its exit status.
 */
import type { Clock } from '@netsentinel/contracts/clock';
import type { FileSystem, FsResult, FsStat, FsUser, ShellObservation } from '../../shell/shell.types.ts';
import { WireReader, WireWriter } from '../wire.ts';
import {
  longName,
  readAttributes,
  readU64,
  writeAttributes,
  writeU64,
  type SftpAttributes,
} from './sftp-attributes.ts';
import { runExtension } from './sftp-extensions.ts';
import { SftpFiles, type Refusal } from './sftp-files.ts';
import { EXTENSIONS, FX, FXP, SFTP_LIMITS, STATUS_TEXT, UMASK, statusOfError, type FxStatus } from './sftp-protocol.ts';

export interface SftpOptions {
  readonly fs: FileSystem;
  readonly user: FsUser & { readonly name: string; readonly home: string };
  /** Answers false when the other side is slow: nothing more is answered until `resume()`. */
  send(chunk: Uint8Array): boolean | void;
  observe(observation: ShellObservation): void;
  readonly clock: Clock;
  /** Where there is no answer, numbers are shown. */
  readonly names?: { user(uid: number): string | undefined; group(gid: number): string | undefined };
  /** Home of another account, for `~name` and the extension `home-directory`. */
  home?(name: string): string | undefined;
  /** What `statvfs` says: blocks of 4 KiB and inodes. */
  readonly disk?: {
    readonly blocks: number;
    readonly free: number;
    readonly files: number;
    readonly filesFree: number;
  };
  /** IANA name; default UTC. */
  readonly timeZone?: string;
  /** Called once: 0 after the client's end of input, 255 after a message that sftp-server would die of, 11 after one too long. */
  exit?(code: number): void;
}

/** More input than this while the client does not read its answers is none that a window would have let through. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;

export class SftpServer {
  readonly #options: SftpOptions;
  readonly #files: SftpFiles;
  readonly #out = new WireWriter(1024);
  #waiting: Buffer = Buffer.alloc(0);
  #initialised = false;
  #paused = false;
  #inputEnded = false;
  #over = false;

  constructor(options: SftpOptions) {
    this.#options = options;
    this.#files = new SftpFiles(options);
  }

  input(chunk: Uint8Array): void {
    if (this.#over) return;
    if (this.#waiting.length + chunk.length > MAX_WAITING_BYTES) return this.#finish(255);
    this.#waiting = Buffer.concat([this.#waiting, chunk]);
    this.#work();
  }

  /** The client sends no more: what is complete is still answered. */
  end(): void {
    this.#inputEnded = true;
    this.#work();
  }

  /** The other side has taken what was sent. */
  resume(): void {
    this.#paused = false;
    this.#work();
  }

  #work(): void {
    let at = 0;
    while (!this.#over && !this.#paused && this.#waiting.length - at >= 4) {
      const length = this.#waiting.readUInt32BE(at);
      if (length > SFTP_LIMITS.maxMessageBytes) return this.#finish(11);
      if (this.#waiting.length - at - 4 < length) break;
      const message = this.#waiting.subarray(at + 4, at + 4 + length);
      at += 4 + length;
      if (!this.#message(message)) return this.#finish(255);
    }
    if (at > 0) this.#waiting = Buffer.from(this.#waiting.subarray(at));
    if (this.#inputEnded && !this.#paused) this.#finish(0);
  }

  #finish(code: number): void {
    if (this.#over) return;
    this.#over = true;
    this.#waiting = Buffer.alloc(0);
    this.#files.closeAll();
    this.#options.exit?.(code);
  }

  /** False for what sftp-server calls fatal. What a message has too much is ignored, as there. */
  #message(message: Buffer): boolean {
    const reader = new WireReader(message);
    const type = reader.u8();
    if (type === FXP.INIT) return this.#init(reader);
    if (!this.#initialised) return false;
    const id = reader.u32();
    if (!reader.ok) return false;
    return this.#request(type, id, reader);
  }

  #init(reader: WireReader): boolean {
    reader.u32();
    this.#initialised = true;
    const out = this.#start(FXP.VERSION).u32(3);
    for (const [name, version] of EXTENSIONS) out.string(name).string(version);
    this.#sendOut();
    return reader.ok;
  }

  #request(type: number, id: number, reader: WireReader): boolean {
    const files = this.#files;
    switch (type) {
      case FXP.OPEN: {
        const path = reader.text();
        const flags = reader.u32();
        const attributes = readAttributes(reader);
        return reader.ok && this.#handle(id, files.open(path, flags, attributes));
      }
      case FXP.CLOSE: {
        const handle = reader.string();
        return reader.ok && this.#status(id, files.close(handle));
      }
      case FXP.READ: {
        const handle = reader.string();
        const offset = readU64(reader);
        const length = reader.u32();
        return reader.ok && this.#data(id, files.read(handle, offset, length));
      }
      case FXP.WRITE: {
        const handle = reader.string();
        const offset = readU64(reader);
        const data = reader.string();
        return reader.ok && this.#status(id, files.write(handle, offset, data));
      }
      case FXP.STAT:
      case FXP.LSTAT: {
        const path = reader.text();
        return reader.ok && this.#attributes(id, files.stat(path, type === FXP.LSTAT));
      }
      case FXP.FSTAT: {
        const handle = reader.string();
        return reader.ok && this.#attributes(id, files.fstat(handle));
      }
      case FXP.SETSTAT: {
        const path = reader.text();
        const attributes = readAttributes(reader);
        return reader.ok && this.#status(id, files.setstat(path, attributes));
      }
      case FXP.FSETSTAT: {
        const handle = reader.string();
        const attributes = readAttributes(reader);
        return reader.ok && this.#status(id, files.fsetstat(handle, attributes));
      }
      case FXP.OPENDIR: {
        const path = reader.text();
        return reader.ok && this.#handle(id, files.openFolder(path));
      }
      case FXP.READDIR: {
        const handle = reader.string();
        return reader.ok && this.#entries(id, files.readFolder(handle));
      }
      case FXP.REMOVE: {
        const path = reader.text();
        return (
          reader.ok &&
          this.#status(
            id,
            files.onPath(path, (at, fs, user) => fs.unlink(at, user)),
          )
        );
      }
      case FXP.MKDIR: {
        const path = reader.text();
        const attributes = readAttributes(reader);
        return reader.ok && this.#status(id, this.#mkdir(path, attributes));
      }
      case FXP.RMDIR: {
        const path = reader.text();
        return (
          reader.ok &&
          this.#status(
            id,
            files.onPath(path, (at, fs, user) => fs.rmdir(at, user)),
          )
        );
      }
      case FXP.REALPATH: {
        const path = reader.text();
        return reader.ok && this.#path(id, files.realpath(path === '' ? '.' : path));
      }
      case FXP.RENAME: {
        const from = reader.text();
        const to = reader.text();
        return reader.ok && this.#status(id, files.rename(from, to));
      }
      case FXP.READLINK: {
        const path = reader.text();
        return reader.ok && this.#path(id, files.readlink(path));
      }
      case FXP.SYMLINK: {
        const target = reader.text();
        const path = reader.text();
        return reader.ok && this.#status(id, files.symlink(target, path));
      }
      case FXP.EXTENDED:
        return this.#extended(id, reader);
      default:
        // sftp-server logs what it does not know and says nothing.
        return true;
    }
  }

  #mkdir(path: string, attributes: SftpAttributes): FxStatus {
    const mode = (attributes.mode ?? 0o777) & 0o7777 & ~UMASK;
    return this.#files.onPath(path, (at, fs, user) => fs.mkdir(at, user, mode));
  }

  #extended(id: number, reader: WireReader): boolean {
    const name = reader.text();
    if (!reader.ok) return false;
    const reply = runExtension(name, reader, this.#files, this.#options);
    if (!reader.ok || reply === undefined) return false;
    if (reply.kind === 'status') return this.#status(id, reply.status, reply.text);
    if (reply.kind === 'path') return this.#path(id, { ok: true, value: reply.path });
    const out = this.#start(FXP.EXTENDED_REPLY).u32(id);
    if (reply.kind === 'numbers') for (const value of reply.numbers) writeU64(out, value);
    else for (const value of reply.strings) out.string(value);
    return this.#sendOut();
  }

  #status(id: number, status: FxStatus, text = STATUS_TEXT[status]): boolean {
    this.#start(FXP.STATUS).u32(id).u32(status).string(text).string('');
    return this.#sendOut();
  }

  #handle(id: number, result: number | Refusal): boolean {
    if (typeof result !== 'number') return this.#status(id, result.status);
    this.#start(FXP.HANDLE).u32(id).u32(4).u32(result);
    return this.#sendOut();
  }

  #data(id: number, result: Uint8Array | Refusal): boolean {
    if (!(result instanceof Uint8Array)) return this.#status(id, result.status);
    this.#start(FXP.DATA).u32(id).string(result);
    return this.#sendOut();
  }

  #attributes(id: number, result: FsStat | Refusal): boolean {
    if ('status' in result) return this.#status(id, result.status);
    writeAttributes(this.#start(FXP.ATTRS).u32(id), result);
    return this.#sendOut();
  }

  /** One name, given twice, without attributes. */
  #path(id: number, result: FsResult<string>): boolean {
    if (!result.ok) return this.#status(id, statusOfError(result.error));
    this.#start(FXP.NAME).u32(id).u32(1).string(result.value).string(result.value).u32(0);
    return this.#sendOut();
  }

  #entries(id: number, result: readonly (readonly [string, FsStat])[] | Refusal): boolean {
    if ('status' in result) return this.#status(id, result.status);
    if (result.length === 0) return this.#status(id, FX.EOF);
    const { names, clock, timeZone } = this.#options;
    const context = {
      now: clock.now(),
      timeZone: timeZone ?? 'UTC',
      user: (uid: number) => names?.user(uid),
      group: (gid: number) => names?.group(gid),
    };
    const out = this.#start(FXP.NAME).u32(id).u32(result.length);
    for (const [name, stat] of result) {
      out.string(name).string(longName(name, stat, context));
      writeAttributes(out, stat);
    }
    return this.#sendOut();
  }

  #start(type: number): WireWriter {
    return this.#out.reset().u32(0).u8(type);
  }

  #sendOut(): true {
    const bytes = this.#out.copy();
    bytes.writeUInt32BE(bytes.length - 4, 0);
    if (this.#options.send(bytes) === false) this.#paused = true;
    return true;
  }
}
