/** `scp -t`: takes files and folders, as `sink()` of OpenSSH's scp does. */
import { mayWrite, readUpTo } from '../sftp/file-access.ts';
import { absolutePath } from '../sftp/sftp-paths.ts';
import { SFTP_LIMITS, UMASK } from '../sftp/sftp-protocol.ts';
import type { FsErrorCode, FsResult, FsStat } from '../../shell/shell.types.ts';
import { ERROR_TEXT, ScpExit, type ScpContext, type ScpTurn } from './scp.types.ts';

/** A record is cut there, as in scp. */
const MAX_RECORD = 16_383;
const MAX_DEPTH = 64;
const MAX_SIZE = 2n ** 63n - 1n;

interface Times {
  readonly mtime: number;
  readonly atime: number;
}

interface Entry {
  readonly folder: boolean;
  readonly mode: number;
  readonly size: bigint;
  readonly name: string;
}

/** Receives into `paths`, of which there must be one, until the other side has no more or leaves the folder. */
export function* receive(
  scp: ScpContext,
  paths: readonly string[],
  first: boolean,
  depth = 0,
): Generator<ScpTurn, void> {
  const target = paths[0];
  if (paths.length !== 1 || target === undefined) {
    yield* giveUp(scp, 'ambiguous target');
    return;
  }
  const there = statOf(scp, target);
  if (scp.flags.mustBeFolder && !(there.ok && there.value.type === 'directory')) {
    yield* giveUp(scp, `${target}: ${ERROR_TEXT[there.ok ? 'ENOTDIR' : there.error]}`);
    return;
  }
  yield* scp.write(OK);
  const isFolder = there.ok && there.value.type === 'directory';
  let times: Times | undefined;
  let isFirst = first;
  for (;;) {
    const record = yield* readRecord(scp);
    if (record === undefined) return;
    const wasFirst = isFirst;
    isFirst = false;
    scp.verbose(`Sink: ${record}`);
    if (record.startsWith('\x02')) throw new ScpExit(1);
    if (record.startsWith('\x01')) {
      scp.errors++;
      continue;
    }
    if (record.startsWith('E')) {
      yield* scp.write(OK);
      return;
    }
    const line = record.endsWith('\n') ? record.slice(0, -1) : record;
    if (line.startsWith('T')) {
      times = yield* parseTimes(scp, line);
      yield* scp.write(OK);
      continue;
    }
    const entry = yield* parseEntry(scp, line, wasFirst);
    const path = isFolder ? `${target}${target === '/' ? '' : '/'}${entry.name}` : target;
    if (entry.folder) {
      if (depth >= MAX_DEPTH) {
        yield* giveUp(scp, `${path}: ${ERROR_TEXT.ENAMETOOLONG}`);
        return;
      }
      yield* receiveFolder(scp, path, entry, times, depth);
    } else yield* receiveFile(scp, path, entry, times);
    times = undefined;
  }
}

const OK = new Uint8Array(1);

/** One line with its newline, or undefined at the end of input. */
function* readRecord(scp: ScpContext): Generator<ScpTurn, string | undefined> {
  const bytes: number[] = [];
  while (bytes.length < MAX_RECORD) {
    const byte = (yield* scp.read(1))?.[0];
    if (byte === undefined) {
      if (bytes.length === 0) return undefined;
      return yield* protocolError(scp, 'lost connection');
    }
    bytes.push(byte);
    if (byte !== 10) continue;
    if (bytes.length === 1) return yield* protocolError(scp, 'unexpected <newline>');
    break;
  }
  return Buffer.from(bytes).toString();
}

function* parseTimes(scp: ScpContext, line: string): Generator<ScpTurn, Times | undefined> {
  const [, mtime, afterM, mUsec, afterMu, atime, afterA, aUsec, rest] =
    /^T(\d*)( ?)(-?\d*)( ?)(\d*)( ?)(-?\d*)(.*)$/s.exec(line) ?? [];
  const microseconds = (text: string | undefined): boolean => Number(text) >= 0 && Number(text) <= 999_999;
  if (!mtime) return yield* protocolError(scp, 'mtime.sec not present');
  if (!afterM) return yield* protocolError(scp, 'mtime.sec not delimited');
  if (!afterMu || !microseconds(mUsec)) return yield* protocolError(scp, 'mtime.usec not delimited');
  if (!atime) return yield* protocolError(scp, 'atime.sec not present');
  if (!afterA) return yield* protocolError(scp, 'atime.sec not delimited');
  if (rest !== '' || !microseconds(aUsec)) return yield* protocolError(scp, 'atime.usec not delimited');
  const overflows = BigInt(mtime) > MAX_SIZE || BigInt(atime) > MAX_SIZE;
  return overflows ? undefined : { mtime: Number(mtime), atime: Number(atime) };
}

function* parseEntry(scp: ScpContext, line: string, first: boolean): Generator<ScpTurn, Entry> {
  if (!/^[CD]/.test(line)) {
    // What a shell says before scp starts is passed on as it is.
    return yield* first ? giveUp(scp, line) : protocolError(scp, 'expected control record');
  }
  if (!/^.[0-7]{4}/.test(line)) return yield* protocolError(scp, 'bad mode');
  if (line[5] !== ' ') return yield* protocolError(scp, 'mode not delimited');
  const [, digits, blank, name] = /^(\d*)( ?)(.*)$/s.exec(line.slice(6)) ?? [];
  if (!digits) return yield* protocolError(scp, 'size not present');
  if (!blank) return yield* protocolError(scp, 'size not delimited');
  const size = BigInt(digits);
  if (size > MAX_SIZE) return yield* protocolError(scp, 'size out of range');
  if (!name || name.includes('/') || name === '.' || name === '..') {
    return yield* giveUp(scp, `error: unexpected filename: ${name ?? ''}`);
  }
  const mode = Number.parseInt(line.slice(1, 5), 8);
  return { folder: line.startsWith('D'), mode: scp.flags.preserve ? mode : mode & ~UMASK, size, name };
}

function* receiveFolder(
  scp: ScpContext,
  path: string,
  entry: Entry,
  times: Times | undefined,
  depth: number,
): Generator<ScpTurn, void> {
  if (!scp.flags.recursive) {
    yield* protocolError(scp, 'received directory without -r');
    return;
  }
  const there = statOf(scp, path);
  let setMode = scp.flags.preserve;
  if (there.ok) {
    if (there.value.type !== 'directory') {
      yield* scp.error(`${path}: ${ERROR_TEXT.ENOTDIR}`);
      return;
    }
    if (setMode) onPath(scp, path, (at) => scp.fs.chmod(at, entry.mode, scp.user));
  } else {
    // A folder that its owner may not write would refuse its own content: the mode comes last.
    setMode = true;
    const made = onPath(scp, path, (at) => scp.fs.mkdir(at, scp.user, entry.mode | 0o700));
    if (!made.ok) {
      yield* scp.error(`${path}: ${ERROR_TEXT[made.error]}`);
      return;
    }
  }
  yield* receive(scp, [path], false, depth + 1);
  if (times !== undefined) onPath(scp, path, (at) => scp.fs.utimes(at, times.atime, times.mtime, scp.user));
  if (setMode) onPath(scp, path, (at) => scp.fs.chmod(at, entry.mode, scp.user));
}

function* receiveFile(scp: ScpContext, path: string, entry: Entry, times: Times | undefined): Generator<ScpTurn, void> {
  const { fs, user } = scp;
  const before = statOf(scp, path);
  const opened = openForWriting(scp, path, before, entry.mode | 0o200);
  if (!opened.ok) {
    yield* scp.error(`${path}: ${ERROR_TEXT[opened.error]}`);
    return;
  }
  const at = opened.value;
  yield* scp.write(OK);
  let failed: FsErrorCode | undefined;
  let offset = 0;
  while (offset < entry.size) {
    const left = entry.size - BigInt(offset);
    const chunk = yield* scp.read(left > 65_536n ? 65_536 : Number(left));
    if (chunk === undefined) {
      report(scp, at);
      yield* giveUp(scp, 'dropped connection');
      return;
    }
    if (failed === undefined) {
      const written = fs.write(at, chunk, user, { offset });
      if (!written.ok) failed = written.error;
    }
    offset += chunk.length;
  }
  if (failed === undefined && (!before.ok || before.value.type === 'file')) fs.truncate(at, offset, user);
  if (scp.flags.preserve || (!before.ok && (entry.mode & 0o200) === 0)) fs.chmod(at, entry.mode, user);
  report(scp, at);
  yield* scp.response();
  if (times !== undefined && failed === undefined) fs.utimes(at, times.atime, times.mtime, user);
  if (failed !== undefined) {
    yield* scp.error(`${path}: ${ERROR_TEXT[failed]}`);
    return;
  }
  yield* scp.write(OK);
}

/** `open(path, O_WRONLY | O_CREAT, mode)`; answers the absolute path. */
function openForWriting(scp: ScpContext, path: string, before: FsResult<FsStat>, mode: number): FsResult<string> {
  const at = absolutePath(path, scp.user.home);
  if (!at.ok) return at;
  if (!before.ok) {
    if (before.error !== 'ENOENT') return before;
    const made = scp.fs.write(at.value, new Uint8Array(0), scp.user, { mode });
    return made.ok ? at : made;
  }
  if (before.value.type === 'directory') return { ok: false, error: 'EISDIR' };
  return mayWrite(before.value, scp.user) ? at : { ok: false, error: 'EACCES' };
}

function report(scp: ScpContext, path: string): void {
  const content = readUpTo(scp.fs, scp.user, path, SFTP_LIMITS.maxObservedBytes);
  const real = scp.fs.realpath(path, scp.user);
  if (content !== undefined) scp.observe({ kind: 'file', path: real.ok ? real.value : path, content, how: 'upload' });
}

function statOf(scp: ScpContext, path: string): FsResult<FsStat> {
  return onPath(scp, path, (at) => scp.fs.stat(at, scp.user));
}

function onPath<T>(scp: ScpContext, path: string, action: (path: string) => FsResult<T>): FsResult<T> {
  const at = absolutePath(path, scp.user.home);
  return at.ok ? action(at.value) : at;
}

function protocolError(scp: ScpContext, why: string): Generator<ScpTurn, never> {
  return giveUp(scp, `protocol error: ${why}`);
}

function* giveUp(scp: ScpContext, text: string): Generator<ScpTurn, never> {
  yield* scp.error(text);
  throw new ScpExit(1);
}
