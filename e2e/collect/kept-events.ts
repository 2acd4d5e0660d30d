/** What a stopped product's stream holds, in a copy of its data folder. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event } from '@netsentinel/contracts/event';
import { systemClock } from '@netsentinel/kernel/clock';
import { decodeEvent } from '@netsentinel/kernel/event-record';
import { silentLogger } from '@netsentinel/kernel/log';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';

/** @param data the product's data folder; nobody may be using it */
export async function keptEvents(data: string): Promise<Event[]> {
  const copy = mkdtempSync(join(tmpdir(), 'netsentinel-kept-'));
  cpSync(join(data, 'platform', 'stream'), copy, { recursive: true });
  const stream = await openEmbeddedStream({ directory: copy, clock: systemClock, log: silentLogger });
  try {
    const total = (await stream.describe()).reduce((sum, { next, oldest }) => sum + Number(next - oldest), 0);
    const events: Event[] = [];
    const consumer = await stream.consume({ group: 'kept-events', startAt: () => 0n });
    while (events.length < total) for (const { value } of await consumer.next()) events.push(decodeEvent(value));
    await consumer.close();
    return events;
  } finally {
    await stream.close();
    rmSync(copy, { recursive: true, force: true });
  }
}
