/** Feeds bytes to the Redis decoy: raw, or as the words of commands. Whatever they are, nothing may throw, and the next client is served. */
import { ManualClock } from '@netsentinel/kernel/clock';
import { duplexPair } from 'node:stream';
import { createDecoyContext } from '@netsentinel/testkit/decoy-harness';
import { encodeRequest } from './redis-client.fixture.ts';
import { PROBES } from './redis-probes.fixture.ts';
import { redisDecoy } from './redis.decoy.ts';

const MAX_REPLY_BYTES = 16 * 1024 * 1024;
const clock = new ManualClock();
const { ctx, failures } = createDecoyContext({ id: 'redis-fuzz', clock, keepsEvents: false });
const decoy = redisDecoy.create(ctx, redisDecoy.config.parse({ maxStoreBytes: 1_000_000 }));

/** The first byte says how: raw bytes, or lines of words each as one command. */
export async function fuzz(data: Uint8Array): Promise<void> {
  const [ours, theirs] = duplexPair();
  let received = 0;
  theirs.on('error', () => {});
  theirs.on('data', (chunk: Buffer) => (received += chunk.length));
  decoy.accept({ stream: ours, source: { ip: '192.0.2.1', port: 4000 }, destination: { ip: '192.0.2.2', port: 6379 } });
  const rest = Buffer.from(data.subarray(1)).toString('latin1');
  const raw = (data[0] ?? 0) % 2 === 0;
  theirs.write(
    Buffer.from(
      raw
        ? rest
        : rest
            .split('\n')
            .map((line) => encodeRequest(line.split(' ')))
            .join(''),
      'latin1',
    ),
  );
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
  clock.advance(1000);
  theirs.destroy();
  ours.destroy();
  for (let i = 0; i < 4; i++) await new Promise((resolve) => setImmediate(resolve));
  if (received > MAX_REPLY_BYTES) throw new Error(`${received} bytes in answer to ${data.length}`);
  if (decoy.connections !== 0) throw new Error('a connection was left behind');
  if (failures.length > 0) throw new Error(`the decoy failed: ${failures.splice(0).join('; ')}`);
}

export const seeds: readonly Uint8Array[] = PROBES.flatMap(({ send }) =>
  typeof send === 'string'
    ? send.length > 1000
      ? []
      : [Buffer.from(`\0${send}`, 'latin1')]
    : [Buffer.from(`\x01${send.map((words) => words.join(' ')).join('\n')}`, 'latin1')],
);
