/**
 * Room for the files of captures: the oldest go. The folder belongs to a process that takes what attackers send, so all that lies there under a file's name counts,
 * whatever its record says, and nothing there that is odd ends the launcher.
 */
import { lstatSync, mkdirSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import type { CaptureNews } from '@netsentinel/contracts/capture';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import {
  isNamedFor,
  listFiles,
  readRecords,
  recordPath,
  type CaptureFile,
  type CaptureRecord,
} from '@netsentinel/watcher/capture/capture-record';
import { giveFolder } from './data-folder.ts';

type Order = Pick<CaptureRecord, 'network' | 'order'>;

export interface RoomOptions {
  readonly folder: string;
  /** Whom the folder is given, where we may give it away. */
  readonly uid: number | undefined;
  /** Of all files of one order. */
  readonly maxBytesPerCapture: number;
  readonly maxTotalBytes: number;
  /** Bytes that stay free on the disk. */
  readonly keepFreeBytes: number;
  readonly log: Logger;
}

/** Written halfway by who died: older than any that is written now. */
const STALE_MS = 60_000;

/** Makes the folder where it is not there. */
export function makeFolder({ folder, uid }: Pick<RoomOptions, 'folder' | 'uid'>): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (uid !== undefined) giveFolder(folder, uid);
}

/**
 * Removes the oldest files until all that is written now could become full; answers why there is no room even then.
 * @param running orders that are written now; each counts as full, with all files of its own, which stay
 * @param closing files that are being closed; they count as they are, and stay
 */
export function makeRoom(
  options: RoomOptions,
  running: readonly Order[],
  closing: ReadonlySet<string>,
  onRemoved: (news: CaptureNews) => void,
): string | undefined {
  const { folder, maxBytesPerCapture, maxTotalBytes, keepFreeBytes, log } = options;
  makeFolder(options);
  removeHalves(folder);
  const files = listFiles(folder);
  const sum = (of: readonly CaptureFile[]): number => of.reduce((bytes, one) => bytes + one.bytes, 0);
  let bytes = 0;
  for (const order of running)
    bytes += Math.max(maxBytesPerCapture, sum(files.filter(({ file }) => isNamedFor(file, order))));
  const others = files.filter(({ file }) => !running.some((order) => isNamedFor(file, order)));
  bytes += sum(others);
  if (bytes > maxTotalBytes) {
    const records = new Map(readRecords(folder).map((record) => [record.file, record]));
    for (const { file, bytes: size } of others) {
      if (bytes <= maxTotalBytes) break;
      if (closing.has(file)) continue;
      try {
        rmSync(join(folder, file), { force: true });
        bytes -= size;
        log.warn('The oldest file of packets was removed to make room for a new one', { file });
        const { network = '', order = '', packets = 0 } = records.get(file) ?? {};
        onRemoved({ file, network, order, state: 'removed', packets, bytes: size });
        rmSync(recordPath(folder, file), { force: true });
      } catch (error) {
        log.warn('A file of packets could not be removed', { file, error: describeError(error) });
      }
    }
  }
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize < keepFreeBytes ? 'too little is free on the disk (store.events.minFreeMb)' : undefined;
}

/** Records whose writer died before they had their name. */
function removeHalves(folder: string): void {
  const before = Date.now() - STALE_MS;
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.new')) continue;
    const path = join(folder, name);
    const about = lstatSync(path, { throwIfNoEntry: false });
    if (about?.isFile() === true && about.mtimeMs < before) rmSync(path, { force: true });
  }
}
