/** `scp -f`: sends files and folders, as `source()` and `rsource()` of OpenSSH's scp do. */
import { mayRead } from '../sftp/file-access.ts';
import { absolutePath } from '../sftp/sftp-paths.ts';
import type { FsStat } from '../../shell/shell.types.ts';
import { ERROR_TEXT, type ScpContext, type ScpTurn } from './scp.types.ts';

const PIECE_BYTES = 32 * 1024;
const MAX_DEPTH = 64;
/** Sticky bits are not sent. */
const MODE_MASK = 0o6777;

export function* send(scp: ScpContext, paths: readonly string[], depth = 0): Generator<ScpTurn, void> {
  for (const given of paths) {
    const path = given.length > 1 ? given.replace(/(?<=.)\/+$/, '') : given;
    const at = absolutePath(path, scp.user.home);
    const stat = at.ok ? scp.fs.stat(at.value, scp.user) : at;
    if (!at.ok || !stat.ok) {
      yield* scp.error(`${path}: ${ERROR_TEXT[stat.ok ? 'ENOENT' : stat.error]}`);
      continue;
    }
    if (!mayRead(stat.value, scp.user)) {
      yield* scp.error(`${path}: ${ERROR_TEXT.EACCES}`);
      continue;
    }
    const folder = stat.value.type === 'directory' && scp.flags.recursive && depth < MAX_DEPTH;
    if (folder) yield* sendFolder(scp, path, at.value, stat.value, depth);
    else if (stat.value.type === 'file') yield* sendFile(scp, path, at.value, stat.value);
    else yield* scp.error(`${path}: not a regular file`);
  }
}

function* sendFile(scp: ScpContext, path: string, at: string, stat: FsStat): Generator<ScpTurn, void> {
  if (scp.flags.preserve && !(yield* sendTimes(scp, stat))) return;
  const record = `C${modeText(stat)} ${stat.size} ${nameOf(path)}\n`;
  scp.verbose(`Sending file modes: ${record}`);
  yield* scp.write(record);
  if (!(yield* scp.response())) return;
  let failure: string | undefined;
  for (let offset = 0; offset < stat.size;) {
    const length = Math.min(PIECE_BYTES, stat.size - offset);
    const piece = scp.fs.read(at, scp.user, offset, length);
    // What was announced must come: what cannot be read (any more) is sent as zeros, and the error follows.
    if (!piece.ok) failure ??= ERROR_TEXT[piece.error];
    const bytes = new Uint8Array(length);
    if (piece.ok) bytes.set(piece.value.subarray(0, length));
    yield* scp.write(bytes);
    offset += length;
  }
  if (failure === undefined) yield* scp.write(new Uint8Array(1));
  else yield* scp.error(`${path}: ${failure}`);
  yield* scp.response();
}

function* sendFolder(scp: ScpContext, path: string, at: string, stat: FsStat, depth: number): Generator<ScpTurn, void> {
  const names = scp.fs.list(at, scp.user);
  if (!names.ok) {
    yield* scp.error(`${path}: ${ERROR_TEXT[names.error]}`);
    return;
  }
  if (scp.flags.preserve && !(yield* sendTimes(scp, stat))) return;
  const record = `D${modeText(stat)} 0 ${nameOf(path)}\n`;
  scp.verbose(`Entering directory: ${record}`);
  yield* scp.write(record);
  if (!(yield* scp.response())) return;
  for (const name of names.value) yield* send(scp, [`${path}/${name}`], depth + 1);
  yield* scp.write('E\n');
  yield* scp.response();
}

function* sendTimes(scp: ScpContext, stat: FsStat): Generator<ScpTurn, boolean> {
  const record = `T${stat.mtime} 0 ${stat.atime} 0\n`;
  scp.verbose(`File mtime ${stat.mtime} atime ${stat.atime}\nSending file timestamps: ${record}`);
  yield* scp.write(record);
  return yield* scp.response();
}

function modeText(stat: FsStat): string {
  return (stat.mode & MODE_MASK).toString(8).padStart(4, '0');
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1).replaceAll('\n', '\\^J');
}
