/**
 * What is known of a file of packets, in a small file of JSON beside it: the writer's while it writes, and everybody's to read. The folder belongs to a process that
 * takes what attackers send, so what is read here is checked, and bounded.
 */
import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { CaptureState } from '@netsentinel/contracts/capture';

export interface CaptureRecord {
  /** `TIME-NETWORK-ORDER.pcap` */
  readonly file: string;
  readonly network: string;
  readonly order: string;
  /** Empty where the order answers none. */
  readonly incident: string;
  readonly state: CaptureState;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly packets: number;
  readonly bytes: number;
  /** Packets that there was no time for. */
  readonly dropped: number;
  /** Hexadecimal, of the whole file, once it is closed. */
  readonly sha256?: string;
}

/** A record, and when it was last written, milliseconds since the epoch: of a file that is written now that is within seconds. */
export interface SeenRecord extends CaptureRecord {
  readonly seenAt: number;
}

/** A file of packets as it lies there, whatever its record says. */
export interface CaptureFile {
  readonly file: string;
  readonly bytes: number;
}

const STATES: ReadonlySet<unknown> = new Set<CaptureState>(['capturing', 'ended', 'full', 'interrupted', 'removed']);
const FILE_NAME = /^[0-9A-Za-z._-]{1,187}\.pcap$/;
const MAX_RECORD_BYTES = 4096;
const MAX_RECORDS = 10_000;
const STALE_MS = 60_000;

/** The name sorts by time, and has nothing in it that a shell or another system would stumble over. */
export function captureName(of: Pick<CaptureRecord, 'network' | 'order' | 'startedAt'>): string {
  const time = new Date(of.startedAt).toISOString().replaceAll(/[-:]/g, '');
  const network = of.network.replaceAll(':', '-').replace('/', '_');
  return `${time}-${network}-${of.order.replaceAll(/[^A-Za-z0-9_-]/g, '_')}.pcap`;
}

export function recordPath(folder: string, file: string): string {
  return join(folder, file.replace(/\.pcap$/, '.json'));
}

/** Is this the name of a file of that order's, of whatever time? */
export function isNamedFor(file: string, of: Pick<CaptureRecord, 'network' | 'order'>): boolean {
  const withoutTime = (name: string): string => name.slice(name.indexOf('-'));
  return withoutTime(file) === withoutTime(captureName({ ...of, startedAt: 0 }));
}

/** Whole or not at all, and on the disk before it has its name. Others may be writing the same one. */
export function writeRecord(folder: string, record: CaptureRecord): void {
  const path = recordPath(folder, record.file);
  const half = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    writeFileSync(half, `${JSON.stringify(record)}\n`, { mode: 0o600, flag: 'wx', flush: true });
    renameSync(half, path);
  } catch (error) {
    rmSync(half, { force: true });
    throw error;
  }
}

/** All there are, the oldest first; what is no record is passed over. None where there is no such folder. */
export function readRecords(folder: string): SeenRecord[] {
  return namesIn(folder, '.json')
    .slice(-MAX_RECORDS)
    .flatMap((name) => readOne(folder, name) ?? []);
}

/** All files of packets, the oldest first, those without a record too. None where there is no such folder. */
export function listFiles(folder: string): CaptureFile[] {
  return namesIn(folder, '.pcap').flatMap((file) => {
    const about = lstatSync(join(folder, file), { throwIfNoEntry: false });
    return about?.isFile() === true && FILE_NAME.test(file) ? { file, bytes: about.size } : [];
  });
}

function namesIn(folder: string, ending: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(ending))
      .toSorted();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Written by nobody any more, though it says so. */
export function isLeft({ state, seenAt }: SeenRecord, now: number): boolean {
  return state === 'capturing' && now - seenAt > STALE_MS;
}

function readOne(folder: string, name: string): SeenRecord | undefined {
  let fd: number | undefined;
  try {
    // Neither a link to elsewhere nor a pipe that one would wait at.
    fd = openSync(join(folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    const about = fstatSync(fd);
    if (!about.isFile() || about.size > MAX_RECORD_BYTES) return undefined;
    const bytes = Buffer.alloc(MAX_RECORD_BYTES);
    const raw: unknown = JSON.parse(bytes.toString('utf8', 0, readSync(fd, bytes, 0, MAX_RECORD_BYTES, 0)));
    return isRecord(raw) && recordPath('', raw.file) === name ? { ...raw, seenAt: about.mtimeMs } : undefined;
  } catch {
    // Removed meanwhile, or somebody else's.
    return undefined;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function isRecord(raw: unknown): raw is CaptureRecord {
  if (typeof raw !== 'object' || raw === null) return false;
  const { file, network, order, incident, state, startedAt, endedAt, packets, bytes, dropped, sha256 } = raw as Record<
    keyof CaptureRecord,
    unknown
  >;
  const isText = (value: unknown, max: number): boolean => typeof value === 'string' && value.length <= max;
  const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
  return (
    typeof file === 'string' &&
    FILE_NAME.test(file) &&
    [network, order, incident].every((one) => isText(one, 64)) &&
    STATES.has(state) &&
    [startedAt, packets, bytes, dropped].every(isCount) &&
    (endedAt === undefined || isCount(endedAt)) &&
    (sha256 === undefined || isText(sha256, 64))
  );
}
