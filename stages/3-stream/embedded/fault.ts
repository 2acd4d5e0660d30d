/**
 * Fault runs of the embedded stream, for the unit tests in a short form and for the fault command at full length: kill -9 under load, and
 * segments torn at every byte. They answer counts; anything but zero lost and zero doubled is a bug.
 */
import { spawn } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { EventStream, StreamRecord } from '@netsentinel/contracts/stream';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { openEmbeddedStream } from './embedded-stream.ts';
import { segmentName } from './segment.ts';

export interface FaultOptions {
  /** Where to work; must exist. Its folder of our own is removed afterwards. */
  readonly directory: string;
  readonly seed: number;
}

export interface KillFaultResult {
  readonly rounds: number;
  readonly acknowledged: number;
  readonly lost: number;
  readonly doubled: number;
  /** Offsets that were skipped or out of order. */
  readonly gaps: number;
  /** Torn tails that openings after a kill cut off. */
  readonly repaired: number;
}

export const KILL_PRODUCERS = 4;
const CHILD = fileURLToPath(new URL('fault-child.ts', import.meta.url));

/** A process appends as fast as it can and is killed after 5 to 120 ms; then what it was told is on disk is looked for. */
export async function runStreamKillFault(
  options: FaultOptions & { readonly rounds: number },
): Promise<KillFaultResult> {
  const directory = join(options.directory, `kill-${options.seed}`);
  await mkdir(directory, { recursive: true });
  const random = seededRandom(options.seed);
  const acknowledged = Array.from({ length: KILL_PRODUCERS }, () => -1);
  const ledger = new Ledger();
  let repaired = 0;
  try {
    for (let round = 0; round < options.rounds; round++) {
      await killOnce(directory, acknowledged, 5 + random() * 115);
      const stream = await openEmbeddedStream({ directory, clock: systemClock, log: silentLogger });
      repaired += stream.repairs.length;
      await ledger.read(stream);
      await stream.close();
    }
    const lost = acknowledged.reduce((sum, last, producer) => sum + Math.max(0, last - ledger.upTo(`p${producer}`)), 0);
    const total = acknowledged.reduce((sum, last) => sum + last + 1, 0);
    return { rounds: options.rounds, acknowledged: total, lost, doubled: ledger.doubled, gaps: ledger.gaps, repaired };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Runs the child until it is killed; raises `acknowledged` to what it had heard. */
async function killOnce(directory: string, acknowledged: number[], afterMs: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, directory, ...acknowledged.map((last) => String(last + 1))], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = new Promise<NodeJS.Signals | null>(
    (resolve) => void child.once('exit', (_, signal) => resolve(signal)),
  );
  let timer: NodeJS.Timeout | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'ready') timer = setTimeout(() => child.kill('SIGKILL'), afterMs);
    // A line cut by the kill was not heard: only those with their end mark count.
    const heard = /^(\d+) (\d+) \.$/.exec(line);
    if (heard !== null) acknowledged[Number(heard[1])] = Number(heard[2]);
  }
  const signal = await exited;
  clearTimeout(timer);
  if (signal !== 'SIGKILL') throw new Error(`the appending process ended by itself (${String(signal)})`);
}

/** Who has been seen, as a growing whole prefix for each producer and what lies beyond it. */
class Ledger {
  readonly #seen = new Map<string, { upTo: number; beyond: Set<number> }>();
  readonly #offsets = new Map<number, bigint>();
  doubled = 0;
  gaps = 0;

  upTo(producer: string): number {
    return this.#seen.get(producer)?.upTo ?? -1;
  }

  /** Reads what came since the last time, as a consumer group that commits. */
  async read(stream: EventStream): Promise<void> {
    const ends = await stream.describe();
    const consumer = await stream.consume({ group: 'ledger' });
    const reached = (): boolean => ends.every(({ partition, next }) => (this.#offsets.get(partition) ?? 0n) >= next);
    while (!reached()) {
      for (const { partition, offset, origin } of await consumer.next()) {
        if (offset !== (this.#offsets.get(partition) ?? 0n)) this.gaps++;
        this.#offsets.set(partition, offset + 1n);
        this.#note(origin.producer, origin.sequence);
      }
    }
    await consumer.commit([...this.#offsets].map(([partition, offset]) => ({ partition, offset })));
    await consumer.close();
  }

  #note(producer: string, sequence: number): void {
    let seen = this.#seen.get(producer);
    if (seen === undefined) this.#seen.set(producer, (seen = { upTo: -1, beyond: new Set() }));
    if (sequence <= seen.upTo || seen.beyond.has(sequence)) this.doubled++;
    seen.beyond.add(sequence);
    while (seen.beyond.delete(seen.upTo + 1)) seen.upTo++;
  }
}

export interface TornFaultResult {
  /** Damaged files opened. */
  readonly cases: number;
  readonly lost: number;
  readonly doubled: number;
  /** Cases in which something was dropped and opening did not say so. */
  readonly silent: number;
}

export type Damage = 'cut' | 'zeros' | 'garbage';

/**
 * Damages the end of a segment from every byte on, in three ways, and opens it: whole records must be there, and after the sender's retry
 * everything, once. `tailBytes` bounds how far from the end it goes.
 */
export async function runTornFault(options: FaultOptions & { readonly tailBytes?: number }): Promise<TornFaultResult> {
  const root = join(options.directory, `torn-${options.seed}`);
  const [source, work] = [join(root, 'source'), join(root, 'work')];
  const random = seededRandom(options.seed);
  try {
    await mkdir(work, { recursive: true });
    const { batches, ends, frames } = await writeTornSource(source, random);
    const whole = await readFile(join(source, segmentName(1)));
    const path = join(work, segmentName(1));
    const result = { cases: 0, lost: 0, doubled: 0, silent: 0 };
    for (let at = Math.max(0, whole.length - (options.tailBytes ?? Infinity)); at < whole.length; at++) {
      for (const damage of ['cut', 'zeros', 'garbage'] as const) {
        await rm(path, { force: true });
        await cp(join(source, 'stream.json'), join(work, 'stream.json'));
        await writeFile(path, damaged(whole, at, damage, random));
        const expected = ends.filter((end) => end <= at).length;
        const stream = await openEmbeddedStream({ directory: work, clock: systemClock, log: silentLogger });
        const kept = await countRecords(stream, expected);
        result.cases++;
        result.lost += Math.max(0, expected - kept);
        result.doubled += Math.max(0, kept - expected);
        // A cut between frames, or zeros from there on as in a prepared file, leave a whole, shorter segment.
        const dropsBytes = damage === 'garbage' || (at > 0 && !frames.includes(at));
        if (dropsBytes && stream.repairs.length === 0) result.silent++;
        for (const batch of batches) await stream.append(batch);
        const after = await countRecords(stream, ends.length);
        result.lost += Math.max(0, ends.length - after);
        result.doubled += Math.max(0, after - ends.length);
        await stream.close();
        await rm(join(work, segmentName(2)), { force: true });
      }
    }
    return result;
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** A stream as a crash leaves it (no clean stop), and where each of its records, and of its frames, ends. */
async function writeTornSource(
  directory: string,
  random: () => number,
): Promise<{ batches: StreamRecord[][]; ends: number[]; frames: number[] }> {
  const stream = await openEmbeddedStream({ directory: `${directory}-live`, clock: systemClock, log: silentLogger });
  const batches: StreamRecord[][] = [];
  let sequence = 0;
  for (let i = 0; i < 4; i++) {
    const batch = Array.from({ length: 3 }, () => ({
      key: `198.51.100.${sequence % 5}`,
      origin: { producer: 'p', epoch: 'e', sequence: sequence++ },
      value: Buffer.from(Array.from({ length: 5 + Math.floor(random() * 20) }, () => Math.floor(random() * 256))),
    }));
    await stream.append(batch);
    batches.push(batch);
  }
  await mkdir(directory, { recursive: true });
  for (const name of ['stream.json', segmentName(1)]) await cp(join(`${directory}-live`, name), join(directory, name));
  await stream.close();
  const bytes = await readFile(join(directory, segmentName(1)));
  const ends: number[] = [];
  const frames: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const control = bytes[at + 16] !== 0;
    at += bytes.readUInt32LE(at + 8);
    frames.push(at);
    if (!control) ends.push(at);
  }
  return { batches, ends, frames };
}

function damaged(whole: Buffer, at: number, damage: Damage, random: () => number): Buffer {
  if (damage === 'cut') return whole.subarray(0, at);
  const bytes = Buffer.from(whole);
  for (let i = at; i < bytes.length; i++) {
    // Never by chance the byte that was there: then the frame would be whole.
    const other = damage === 'zeros' ? 0 : (bytes[i]! + 1 + Math.floor(random() * 255)) & 255;
    bytes[i] = other;
  }
  return bytes;
}

async function countRecords(stream: EventStream, atLeast: number): Promise<number> {
  const total = (await stream.describe()).reduce((sum, { next }) => sum + Number(next), 0);
  if (total === 0) return 0;
  const consumer = await stream.consume({ group: 'count', startAt: () => 0n, maxRecords: 100_000 });
  const signal = AbortSignal.timeout(10_000);
  const seen = new Set<number>();
  let count = 0;
  while (count < Math.max(total, atLeast)) {
    const batch = await consumer.next(signal);
    if (batch.length === 0) break;
    count += batch.length;
    for (const { origin } of batch) seen.add(origin.sequence);
  }
  await consumer.close();
  return seen.size === count ? count : -1;
}

/** Numbers in [0, 1) that depend on the seed only (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}
