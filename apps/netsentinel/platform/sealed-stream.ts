/** A stream whose records are sealed one by one: for those that nobody reads but who wrote them. Keys, origins and times are not. */
import type { EventStream } from '@netsentinel/contracts/stream';
import type { Sealer } from '@netsentinel/kernel/sealer';

const CONTEXT = 'a record of a stream';
/** As every keyring's seals begin. */
const SEALED = Buffer.from('v2.');

/** Records from before are read as they are; so is what does not open, which its reader then does not understand. */
export function sealedStream(stream: EventStream, sealer: Sealer): EventStream {
  const opened = (value: Uint8Array): Uint8Array => {
    const text = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    if (!text.subarray(0, SEALED.length).equals(SEALED)) return value;
    return sealer.open(text.toString('latin1'), CONTEXT) ?? value;
  };
  return {
    partitions: stream.partitions,
    repairs: stream.repairs,
    partitionOf: (key) => stream.partitionOf(key),
    append: (batch) =>
      stream.append(
        batch.map((record) => ({ ...record, value: Buffer.from(sealer.seal(record.value, CONTEXT), 'latin1') })),
      ),
    consume: async (options) => {
      const consumer = await stream.consume(options);
      return {
        next: async (signal) =>
          (await consumer.next(signal)).map((record) => ({ ...record, value: opened(record.value) })),
        commit: (next) => consumer.commit(next),
        close: () => consumer.close(),
      };
    },
    committed: (group) => stream.committed(group),
    describe: () => stream.describe(),
    retain: () => stream.retain(),
    close: () => stream.close(),
  };
}
