/**
 * What is known of a file of packets, in a small file of JSON beside it: the writer's while it writes, and everybody's to read. The folder belongs to a process that
 * takes what attackers send, so what is read here is checked, and bounded.
 */
import { closeSync, lstatSync, openSync, readdirSync, readSync, renameSync, writeFileSync } from 'node:fs';
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

const STATES: ReadonlySet<unknown> = new Set<CaptureState>(['capturing', 'ended', 'full', 'interrupted', 'removed']);
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

/** Whole or not at all. */
export function writeRecord(folder: string, record: CaptureRecord): void {
  const path = recordPath(folder, record.file);
  writeFileSync(`${path}.new`, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

/** All there are, the oldest first; what is no record is passed over. None where there is no such folder. */
export function readRecords(folder: string): SeenRecord[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .slice(-MAX_RECORDS)
    .flatMap((name) => readOne(folder, name) ?? []);
}

/** Written by nobody any more, though it says so. */
export function isLeft({ state, seenAt }: SeenRecord, now: number): boolean {
  return state === 'capturing' && now - seenAt > STALE_MS;
}

function readOne(folder: string, name: string): SeenRecord | undefined {
  try {
    const path = join(folder, name);
    const about = lstatSync(path);
    // Neither a link to elsewhere nor a pipe that one would wait at.
    if (!about.isFile() || about.size > MAX_RECORD_BYTES) return undefined;
    const raw: unknown = JSON.parse(readBounded(path));
    return isRecord(raw) && recordPath('', raw.file) === name ? { ...raw, seenAt: about.mtimeMs } : undefined;
  } catch {
    // Removed meanwhile, or somebody else's.
    return undefined;
  }
}

function readBounded(path: string): string {
  const fd = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(MAX_RECORD_BYTES);
    return bytes.toString('utf8', 0, readSync(fd, bytes, 0, MAX_RECORD_BYTES, 0));
  } finally {
    closeSync(fd);
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
    /^[0-9A-Za-z._-]{1,187}\.pcap$/.test(file) &&
    [network, order, incident].every((one) => isText(one, 64)) &&
    STATES.has(state) &&
    [startedAt, packets, bytes, dropped].every(isCount) &&
    (endedAt === undefined || isCount(endedAt)) &&
    (sha256 === undefined || isText(sha256, 64))
  );
}
