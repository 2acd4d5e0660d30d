/**
 * The process that a kill fault run kills: appends without pause, several producers at once, and says on stdout what was acknowledged.
 * Each producer goes on where its last acknowledgement was heard, so what was on disk but unheard is delivered again.
 * Arguments: directory, then each producer's first sequence.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { openEmbeddedStream } from './embedded-stream.ts';

const [directory = '', ...starts] = process.argv.slice(2);
const stream = await openEmbeddedStream({
  directory,
  // The smallest whose files are prepared.
  segmentBytes: 4 * 1024 * 1024,
  retention: { maxBytes: 64 * 1024 * 1024 },
  clock: systemClock,
  log: silentLogger,
});
writeSync(1, 'ready\n');

async function produce(producer: number, first: number): Promise<never> {
  for (let sequence = first; ;) {
    const size = 1 + ((sequence * 7919) % 60);
    const batch = Array.from({ length: size }, () => ({
      key: `192.0.2.${sequence % 97}`,
      origin: { producer: `p${producer}`, epoch: 'e', sequence: sequence++ },
      value: Buffer.alloc(80 + (sequence % 400), sequence & 255),
    }));
    await stream.append(batch);
    writeSync(1, `${producer} ${sequence - 1} .\n`);
    if (sequence % 1000 < size) await stream.retain();
  }
}

await Promise.all(starts.map((start, producer) => produce(producer, Number(start))));
