/**
 * Whatever is posted: an answer or a problem that is ours, within the bounds, with every record numbered once, and nothing held afterwards. The first byte says
 * how it is packed and cut on its way.
 */
import type { Delivery } from '@netsentinel/contracts/collector';
import { ManualClock } from '@netsentinel/kernel/clock';
import { formatsFor } from '@netsentinel/normalise/records/formats';
import { gzipSync } from 'node:zlib';
import { HeldBytes, readBody } from './body.ts';
import { readHead, Tokens } from './head.ts';
import { formatOf, ingest } from './ingest.ts';

const LIMITS = { maxBodyBytes: 8192, maxUnpackedBytes: 16_384 };
const TOKEN = 'a-token-of-sixteen-characters';
const tokens = new Tokens([TOKEN]);
const formats = formatsFor(new ManualClock(), { zone: 'UTC', trustedProxies: [] });
const ACCESS = '198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"\n';
const EVE = '{"timestamp":"2026-11-21T09:30:00.000000+0000","event_type":"alert","src_ip":"198.51.100.7"}';

export const seeds: readonly Uint8Array[] = [
  Buffer.from(`\0${ACCESS}${ACCESS}`),
  Buffer.from(`\0[${EVE},\n${EVE}]`),
  Buffer.from(`\x02${EVE}\n${EVE}\n`),
  Buffer.concat([Buffer.from([1]), gzipSync(ACCESS.repeat(20))]),
  Buffer.concat([Buffer.from([3]), gzipSync(Buffer.alloc(100_000))]),
];

export async function fuzz(data: Uint8Array): Promise<void> {
  const gzip = ((data[0] ?? 0) & 1) === 1;
  const size = ((data[0] ?? 0) >> 1) + 1;
  const sent = data.subarray(1);
  readHead(
    { method: 'POST', url: Buffer.from(sent).toString('latin1'), headers: { authorization: `Bearer ${TOKEN}` } },
    { path: '/', tokens, maxBodyBytes: LIMITS.maxBodyBytes },
  );
  const room = new HeldBytes(LIMITS.maxBodyBytes + LIMITS.maxUnpackedBytes);
  const body = await readBody(pieces(sent, size * 64), { gzip, bodyBytes: undefined }, LIMITS, room);
  if (body.ok) {
    const { bytes, release } = body.value;
    if (bytes.length > LIMITS.maxUnpackedBytes) throw new Error('a body beyond its bound');
    await take(bytes);
    release();
  }
  if (room.held !== 0) throw new Error(`${room.held} bytes are still held`);
}

async function take(bytes: Uint8Array): Promise<void> {
  let [put, last] = [0, 0];
  const record = (sequence: number): void => {
    put++;
    if (sequence !== ++last) throw new Error('a record out of order');
  };
  const delivery: Delivery = { document: record, refused: record, kept: 0, allKept: async () => undefined };
  const ctx = { formats, full: false, drained: async () => undefined };
  const definition = await formatOf(bytes, ctx, undefined);
  if (!definition.ok) throw new Error('a format that nobody named is refused');
  let next = 0;
  const { accepted, refused } = await ingest(bytes, definition.value, {
    ctx,
    delivery,
    next: () => ++next,
    maxRecordBytes: 1024,
  });
  if (accepted + refused !== put) throw new Error('the answer counts other records than were put');
}

async function* pieces(data: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
}
