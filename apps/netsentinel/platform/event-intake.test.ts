import { describe, expect, it } from 'vitest';
import type { EventStream, StreamRecord } from '@netsentinel/contracts/stream';
import { ManualClock } from '@netsentinel/kernel/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { silentLogger } from '@netsentinel/kernel/log';
import { createEventIntake } from './event-intake.ts';

const record = (sequence: number): StreamRecord => ({
  key: 'k',
  origin: { producer: 'p', epoch: 'e', sequence },
  value: Uint8Array.of(1),
});

function setUp() {
  const clock = new ManualClock();
  const kept: number[] = [];
  const acknowledged: number[] = [];
  const refused: unknown[] = [];
  const disk = { code: undefined as string | undefined };
  const stream = {
    append: async (batch: readonly StreamRecord[]) => {
      await Promise.resolve();
      if (disk.code !== undefined) throw new NetSentinelError(disk.code, 'operational', 'no');
      kept.push(...batch.map(({ origin }) => origin.sequence));
      return { appended: batch.length, duplicates: 0 };
    },
  } as unknown as EventStream;
  const intake = createEventIntake({
    stream,
    clock,
    log: silentLogger,
    sensor: 's',
    onKept: (_, last) => acknowledged.push(last),
    onRefused: (error) => refused.push(error),
  });
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const later = async (): Promise<void> => {
    await turn();
    clock.advance(1_000);
    await turn();
  };
  return { intake, kept, acknowledged, refused, disk, turn, later };
}

describe('the intake of events', () => {
  it('keeps the order over a full disk, also for what comes meanwhile, and acknowledges nothing early', async () => {
    const { intake, kept, acknowledged, disk, turn, later } = setUp();
    disk.code = 'STREAM_DISK_FULL';
    intake.append([record(1), record(2)], 2);
    intake.append([record(3)], 3);
    await turn();
    intake.append([record(4)], 4);
    await later();
    expect(acknowledged).toEqual([]);
    disk.code = undefined;
    // Space is there again, but it is not this one's turn yet.
    intake.append([record(5)], 5);
    await turn();
    expect(kept).toEqual([]);
    await later();
    expect(kept).toEqual([1, 2, 3, 4, 5]);
    expect(acknowledged).toEqual([2, 3, 4, 5]);
    intake.append([record(6)], 6);
    await turn();
    expect(acknowledged).toEqual([2, 3, 4, 5, 6]);
  });

  it('gives up where trying again cannot help', async () => {
    const { intake, refused, disk, turn } = setUp();
    disk.code = 'STREAM_CLOSED';
    intake.append([record(1)], 1);
    await turn();
    expect(refused).toHaveLength(1);
  });

  it('is silent once closed', async () => {
    const { intake, acknowledged, refused, disk, later } = setUp();
    disk.code = 'STREAM_DISK_FULL';
    intake.append([record(1)], 1);
    await later();
    disk.code = undefined;
    intake.close();
    await later();
    expect([acknowledged, refused]).toEqual([[], []]);
  });
});
