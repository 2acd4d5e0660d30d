import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { openDuckDbEventStore } from '@netsentinel/store/events/duckdb/duckdb-events.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { sampleEvent } from '../bench/ingest.bench.ts';
import { ANALYSIS_GROUP } from '../platform/analysis.ts';
import { readAftermath } from './aftermath.ts';

const [clock, log] = [systemClock, silentLogger];
let data: string;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'ns-aftermath-'));
  mkdirSync(join(data, 'platform'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

function eventOf(sequence: number, producer = 'decoys'): Event {
  const stamp = {
    sensor: { id: producer, type: 'x' },
    epoch: 'epoch001',
    sequence,
    receivedAt: 0,
    sourceVerified: true,
  };
  const result = normaliseSensorEvent(sampleEvent(sequence), stamp);
  if (!result.ok) throw new Error('not an event');
  return result.value;
}

/** A data folder in which these sequences are in the stream, and these events in the store. */
async function leave(sequences: readonly number[], stored: readonly Event[], done: boolean): Promise<void> {
  const at = (name: string): string => join(data, 'platform', name);
  const stream = await openEmbeddedStream({ directory: at('stream'), partitions: 1, clock, log });
  const store = await openDuckDbEventStore({ directory: at('events'), clock, log });
  const state = await openSqliteStateStore({ file: at('state.db'), clock, log });
  for (const sequence of sequences) {
    const origin = { producer: 'decoys', epoch: 'epoch001', sequence };
    await stream.append([{ key: 'k', origin, value: encodeEvent(eventOf(sequence)) }]);
  }
  const marks = [{ partition: 0, offset: BigInt(done ? sequences.length : 0) }];
  await store.append(stored, marks);
  await state.transaction((tx) => tx.setWatermarks(ANALYSIS_GROUP, marks));
  await Promise.all([stream.close(), store.close(), state.close()]);
}

describe('the aftermath', () => {
  it('is clean where everything is there once', async () => {
    await leave([1, 2, 3], [eventOf(1), eventOf(2), eventOf(3)], true);
    const { stream, store, settled } = await readAftermath(data);
    expect(stream).toMatchObject({ lost: 0, doubled: 0, lives: 1 });
    expect(store).toEqual({ missing: 0, doubled: 0, foreign: 0 });
    expect(settled).toBe(true);
  });

  it('shows a number that is missing, and what the store lacks, has twice, or should not have', async () => {
    await leave([1, 2, 4], [eventOf(1), eventOf(1), eventOf(2), eventOf(9)], false);
    const { stream, store, settled } = await readAftermath(data);
    expect(stream).toMatchObject({ lost: 1, doubled: 0 });
    expect(store).toEqual({ missing: 1, doubled: 1, foreign: 1 });
    expect(settled).toBe(false);
  });
});
