/**
 * A consumer group's committed positions: one small file of two slots, written in turn, in place. A crash can spoil only the slot being
 * written; the other holds the positions before. In-place writes need no room, so committing works on a full disk.
 *
 *     0  u32 crc of what follows   4  u32 partitions   8  f64 generation   16  f64 next offset by partition, -1 for none
 */
import { access } from 'node:fs/promises';
import { crc32 } from 'node:zlib';
import type { Position } from '@netsentinel/contracts/stream';
import type { Disk } from './disk.ts';
import { readExactly } from './scan.ts';

const SLOT_BYTES = 4096;

export class GroupPositions {
  readonly #disk: Disk;
  readonly #file: number;
  readonly #next: Float64Array;
  #durable: Float64Array;
  #generation: number;
  #writing: Promise<void> | undefined;

  private constructor(disk: Disk, file: number, next: Float64Array, generation: number) {
    this.#disk = disk;
    this.#file = file;
    this.#next = next;
    this.#durable = next.slice();
    this.#generation = generation;
  }

  static async open(disk: Disk, path: string, partitions: number): Promise<GroupPositions> {
    const known = await access(path).then(
      () => true,
      () => false,
    );
    const file = await disk.openDurable(path, !known);
    try {
      const bytes = await readExactly(disk, file, 0, 2 * SLOT_BYTES);
      if (bytes.length < 2 * SLOT_BYTES) {
        // On a full disk reading goes on all the same; committing will say so.
        await disk.writev(file, [Buffer.alloc(2 * SLOT_BYTES - bytes.length)], bytes.length).catch(() => 0);
      }
      let best: Slot = { generation: 0, next: new Float64Array(partitions).fill(-1) };
      for (const at of [0, SLOT_BYTES]) {
        const slot = decodeSlot(bytes.subarray(at, at + SLOT_BYTES), partitions);
        if (slot !== undefined && slot.generation > best.generation) best = slot;
      }
      return new GroupPositions(disk, file, best.next, best.generation);
    } catch (error) {
      await disk.close(file);
      throw error;
    }
  }

  /** The partition's durable position; -1 for none. */
  get(partition: number): number {
    return this.#durable[partition] ?? -1;
  }

  list(): Position[] {
    return [...this.#durable].flatMap((offset, partition) => (offset < 0 ? [] : { partition, offset: BigInt(offset) }));
  }

  /** Resolves once these, or later ones, are on disk. Calls made while a write is under way share the next one. */
  async advance(next: readonly Position[]): Promise<void> {
    for (const { partition, offset } of next) this.#next[partition] = Math.max(this.#next[partition]!, Number(offset));
    const reached = (): boolean => next.every(({ partition, offset }) => this.#durable[partition]! >= Number(offset));
    while (!reached()) {
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
      await this.#writing;
    }
  }

  async close(): Promise<void> {
    await this.#writing?.catch(() => undefined);
    await this.#disk.close(this.#file);
  }

  async #write(): Promise<void> {
    const next = this.#next.slice();
    const generation = this.#generation + 1;
    const slot = encodeSlot({ generation, next });
    await this.#disk.writev(this.#file, [slot], (generation % 2) * SLOT_BYTES);
    this.#generation = generation;
    this.#durable = next;
  }
}

interface Slot {
  readonly generation: number;
  readonly next: Float64Array;
}

function encodeSlot({ generation, next }: Slot): Buffer {
  const slot = Buffer.alloc(16 + 8 * next.length);
  slot.writeUInt32LE(next.length, 4);
  slot.writeDoubleLE(generation, 8);
  for (const [partition, offset] of next.entries()) slot.writeDoubleLE(offset, 16 + 8 * partition);
  slot.writeUInt32LE(crc32(slot.subarray(4)), 0);
  return slot;
}

function decodeSlot(bytes: Buffer, partitions: number): Slot | undefined {
  const length = 16 + 8 * partitions;
  if (bytes.length < length || bytes.readUInt32LE(4) !== partitions) return undefined;
  if (crc32(bytes.subarray(4, length)) !== bytes.readUInt32LE(0)) return undefined;
  const next = Float64Array.from({ length: partitions }, (_, partition) => bytes.readDoubleLE(16 + 8 * partition));
  return { generation: bytes.readDoubleLE(8), next };
}
