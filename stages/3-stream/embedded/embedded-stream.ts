/**
 * The embedded durable stream: segment files of our own under one directory, for one process.
 *
 *     stream.json             partitions and marker, fixed at creation
 *     000000000001.seg .idx   segments and their indexes (`frame.ts`, `segment.ts`)
 *     1.pre                   zeros for the next segment (`prepared-file.ts`)
 *     groups/<name>.pos       committed positions (`positions.ts`)
 *     lock, lock.pid          who has it open
 */
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@netsentinel/contracts/clock';
import type { Logger } from '@netsentinel/contracts/log';
import {
  MAX_RECORD_BYTES,
  type AppendResult,
  type ConsumeOptions,
  type EventStream,
  type PartitionInfo,
  type Position,
  type StreamConsumer,
  type StreamRecord,
  type StreamRepair,
} from '@netsentinel/contracts/stream';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { makeFolder } from '@netsentinel/kernel/make-folder';
import { realDisk, replaceFile, type Disk } from './disk.ts';
import { MAX_EPOCH_LENGTH, MAX_KEY_LENGTH, MAX_PRODUCER_LENGTH } from './frame.ts';
import { Group } from './group.ts';
import { lockDirectory } from './lock.ts';
import { partitionFor } from './partition.ts';
import { GroupPositions } from './positions.ts';
import { recover } from './recovery.ts';
import { indexPath, segmentName, type Segment } from './segment.ts';
import { StreamWriter } from './writer.ts';

export interface EmbeddedStreamOptions {
  readonly directory: string;
  /** 1 to 16, default 8; counts at creation only, an existing stream keeps its own. */
  readonly partitions?: number;
  /** A segment is finished when it reaches this many bytes (default 64 MiB). */
  readonly segmentBytes?: number;
  /** Whole segments go when their newest record is older, or the oldest ones when all together are larger. */
  readonly retention?: { readonly maxAgeMs?: number; readonly maxBytes?: number };
  /** How long busy callers wait for each other, at most: 0 (default) to 10. A lone caller never waits. */
  readonly commitIntervalMs?: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** For tests: a disk that fails. */
  readonly disk?: Disk;
}

export const DEFAULT_PARTITIONS = 8;
export const DEFAULT_SEGMENT_BYTES = 64 * 1024 * 1024;
const MAX_GROUPS = 64;
const MAX_REPAIRS = 1000;
const HOUR_MS = 3_600_000;

export async function openEmbeddedStream(options: EmbeddedStreamOptions): Promise<EventStream> {
  const { directory, disk = realDisk } = options;
  check(options);
  makeFolder(join(directory, 'groups'));
  const unlock = lockDirectory(directory);
  try {
    const meta = await loadMeta(directory, options.partitions ?? DEFAULT_PARTITIONS);
    const recovered = await recover(disk, directory, meta.partitions, meta.marker);
    for (const repair of recovered.repairs) options.log.warn('stream repaired', { ...repair });
    return new EmbeddedStream({ ...options, disk }, meta, recovered, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

interface Meta {
  readonly version: 1;
  readonly partitions: number;
  readonly marker: number;
}

class EmbeddedStream implements EventStream {
  readonly partitions: number;
  readonly repairs: StreamRepair[];
  readonly #options: EmbeddedStreamOptions & { readonly disk: Disk };
  readonly #marker: number;
  readonly #writer: StreamWriter;
  readonly #groups = new Map<string, Promise<Group>>();
  readonly #unlock: () => void;
  #retaining: Promise<number> | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    options: EmbeddedStreamOptions & { readonly disk: Disk },
    meta: Meta,
    recovered: Awaited<ReturnType<typeof recover>>,
    unlock: () => void,
  ) {
    this.#options = options;
    this.partitions = meta.partitions;
    this.#marker = meta.marker;
    this.repairs = recovered.repairs;
    this.#unlock = unlock;
    const segmentMs = Math.min((options.retention?.maxAgeMs ?? 96 * HOUR_MS) / 4, 24 * HOUR_MS);
    this.#writer = new StreamWriter(
      {
        directory: options.directory,
        partitions: meta.partitions,
        marker: meta.marker,
        segmentBytes: options.segmentBytes ?? DEFAULT_SEGMENT_BYTES,
        segmentMs,
        commitIntervalMs: options.commitIntervalMs ?? 0,
        clock: options.clock,
        log: options.log,
        disk: options.disk,
        onDurable: () => void this.#wakeAll(),
      },
      recovered.segments,
      recovered.producers,
    );
  }

  partitionOf(key: string): number {
    return partitionFor(key, this.partitions);
  }

  async append(batch: readonly StreamRecord[]): Promise<AppendResult> {
    this.#assertOpen();
    for (const record of batch) checkRecord(record);
    return this.#writer.append(batch);
  }

  async consume(options: ConsumeOptions): Promise<StreamConsumer> {
    this.#assertOpen();
    const group = await this.#group(options.group);
    this.#assertOpen();
    const { disk, log } = this.#options;
    const onDamage = (segment: Segment, atByte: number, droppedBytes: number): void => {
      const file = segmentName(segment.id);
      const known = this.repairs.some((repair) => repair.file === file && repair.atByte === atByte);
      if (known) return;
      const repair = { file, atByte, droppedBytes, reason: 'damaged: skipped to the next whole record' };
      if (this.repairs.length < MAX_REPAIRS) this.repairs.push(repair);
      log.error('stream damaged: records were skipped', repair);
    };
    return group.join(options, { writer: this.#writer, disk, marker: this.#marker, onDamage }, log);
  }

  async committed(group: string): Promise<readonly Position[]> {
    this.#assertOpen();
    checkGroupName(group);
    if (!this.#groups.has(group)) {
      const names = await readdir(join(this.#options.directory, 'groups'));
      if (!names.includes(`${group}.pos`)) return [];
    }
    return (await this.#group(group)).positions.list();
  }

  async describe(): Promise<readonly PartitionInfo[]> {
    const { segments } = this.#writer;
    return Array.from({ length: this.partitions }, (_, partition) => ({
      partition,
      oldest: BigInt(segments[0]?.base[partition] ?? 0),
      next: BigInt(this.#writer.nextOffset(partition)),
      bytes: segments.reduce((sum, segment) => sum + segment.bytes[partition]!, 0),
    }));
  }

  async retain(): Promise<number> {
    this.#assertOpen();
    // Calls at the same time share one pass.
    this.#retaining ??= this.#retain().finally(() => {
      this.#retaining = undefined;
    });
    return this.#retaining;
  }

  async #retain(): Promise<number> {
    const { clock, disk, directory, retention = {} } = this.#options;
    await this.#writer.rollIfOld();
    const { segments } = this.#writer;
    const oldestKept = clock.now() - (retention.maxAgeMs ?? Infinity);
    let total = segments.reduce((sum, segment) => sum + segment.size, 0);
    let freed = 0;
    // The last segment stays: it knows the next offsets and the producers.
    while (segments.length > 1) {
      const oldest = segments[0]!;
      if (oldest.lastAppendedAt >= oldestKept && total <= (retention.maxBytes ?? Infinity)) break;
      await disk.unlink(oldest.path);
      await disk.unlink(indexPath(oldest)).catch(() => undefined);
      segments.shift();
      total -= oldest.size;
      freed += oldest.size;
    }
    if (freed > 0) await disk.syncDirectory(directory);
    return freed;
  }

  close(): Promise<void> {
    return (this.#closing ??= this.#close());
  }

  async #close(): Promise<void> {
    try {
      await this.#retaining?.catch(() => undefined);
      await this.#writer.close();
      for (const opening of this.#groups.values()) {
        const group = await opening.catch(() => undefined);
        for (const member of group?.members.slice() ?? []) await member.close();
        await group?.positions.close();
      }
    } finally {
      this.#unlock();
    }
  }

  async #group(name: string): Promise<Group> {
    checkGroupName(name);
    let group = this.#groups.get(name);
    if (group === undefined) {
      if (this.#groups.size >= MAX_GROUPS) {
        throw new NetSentinelError(
          'STREAM_TOO_MANY_GROUPS',
          'bug',
          `A stream has at most ${MAX_GROUPS} consumer groups.`,
        );
      }
      const path = join(this.#options.directory, 'groups', `${name}.pos`);
      group = GroupPositions.open(this.#options.disk, path, this.partitions).then(
        (positions) => new Group(name, positions, this.partitions),
      );
      this.#groups.set(name, group);
      group.catch(() => this.#groups.delete(name));
    }
    return group;
  }

  async #wakeAll(): Promise<void> {
    for (const opening of this.#groups.values()) {
      await opening.then(
        (group) => group.wake(),
        (error: unknown) => this.#options.log.warn('consumer group not opened', { error: describeError(error) }),
      );
    }
  }

  #assertOpen(): void {
    if (this.#closing !== undefined)
      throw new NetSentinelError('STREAM_CLOSED', 'operational', 'The stream is closed.');
  }
}

async function loadMeta(directory: string, partitions: number): Promise<Meta> {
  const path = join(directory, 'stream.json');
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) {
    const meta = JSON.parse(text) as Meta;
    if (meta.version === 1 && meta.partitions >= 1 && meta.partitions <= 16 && Number.isInteger(meta.marker))
      return meta;
    throw new NetSentinelError('STREAM_FORMAT_UNKNOWN', 'user', `${path} is not of this version.`, {
      hint: 'Open it with the version that wrote it, or restore a backup.',
    });
  }
  const names = await readdir(directory);
  if (names.some((name) => name.endsWith('.seg'))) {
    throw new NetSentinelError('STREAM_FORMAT_UNKNOWN', 'operational', `${path} is missing but there are segments.`, {
      hint: 'Restore stream.json from a backup: without its marker the segments cannot be told from noise.',
    });
  }
  const meta: Meta = { version: 1, partitions, marker: newMarker() };
  await replaceFile(directory, path, `${JSON.stringify(meta)}\n`);
  return meta;
}

/** Never zero: what a prepared file holds is no frame. */
function newMarker(): number {
  return randomBytes(4).readUInt32LE(0) || 1;
}

function check(options: EmbeddedStreamOptions): void {
  const { partitions = DEFAULT_PARTITIONS, segmentBytes = DEFAULT_SEGMENT_BYTES, commitIntervalMs = 0 } = options;
  const wrong =
    !Number.isInteger(partitions) || partitions < 1 || partitions > 16
      ? 'partitions must be 1 to 16'
      : !(segmentBytes >= 4096 && segmentBytes <= 1024 * 1024 * 1024)
        ? 'segmentBytes must be 4 KiB to 1 GiB'
        : !(commitIntervalMs >= 0 && commitIntervalMs <= 10)
          ? 'commitIntervalMs must be 0 to 10'
          : undefined;
  if (wrong !== undefined) throw new NetSentinelError('STREAM_OPTIONS_INVALID', 'user', `The stream's ${wrong}.`);
}

function checkRecord({ key, origin, value }: StreamRecord): void {
  const wrong =
    value.length > MAX_RECORD_BYTES
      ? `value of ${value.length} bytes`
      : key.length > MAX_KEY_LENGTH
        ? 'key too long'
        : origin.producer.length > MAX_PRODUCER_LENGTH || origin.epoch.length > MAX_EPOCH_LENGTH
          ? 'origin too long'
          : !Number.isSafeInteger(origin.sequence) || origin.sequence < 0
            ? 'sequence not a whole number'
            : undefined;
  if (wrong !== undefined)
    throw new NetSentinelError('STREAM_RECORD_INVALID', 'bug', `A record cannot be appended: ${wrong}.`);
}

function checkGroupName(name: string): void {
  if (/^[a-z0-9-]{1,64}$/.test(name)) return;
  throw new NetSentinelError(
    'STREAM_GROUP_INVALID',
    'bug',
    'A consumer group is named with 1 to 64 of a-z, 0-9 and "-".',
  );
}
