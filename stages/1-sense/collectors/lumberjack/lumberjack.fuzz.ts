/** Whatever bytes come, in whatever pieces: the same records, or the same refusal, and nothing beyond the bounds. */
import assert from 'node:assert/strict';
import { jsonFrame, packedFrame, pairsFrame, windowFrame } from './lumberjack.frames.fixture.ts';
import { LumberjackReader, type LumberjackRecord } from './lumberjack.protocol.ts';

const limits = { maxWindow: 64, maxRecordBytes: 512, maxPackedBytes: 4096 };

export const seeds = [
  Buffer.concat([windowFrame(2), jsonFrame(1, { message: 'a' }), jsonFrame(2, { message: 'b' })]),
  Buffer.concat([windowFrame(1), packedFrame([jsonFrame(1, { message: 'packed' })])]),
  Buffer.concat([
    windowFrame(1, '1'),
    pairsFrame(1, [['line', 'a line']]),
    windowFrame(1),
    jsonFrame(1, 'x'.repeat(600)),
  ]),
];

export function fuzz(data: Uint8Array): void {
  const whole = outcome(data, data.length);
  for (const size of [1, 7]) assert.deepEqual(outcome(data, size), whole);
}

function outcome(data: Uint8Array, size: number): unknown[] {
  const reader = new LumberjackReader(limits);
  const seen: unknown[] = [];
  for (let at = 0; at < data.length; at += Math.max(1, size)) {
    const result = reader.push(data.subarray(at, at + size));
    // A refusal takes the records of its own piece with it: the sender sends them again.
    if (!result.ok) return [result.error];
    for (const record of result.value) seen.push(plain(record));
    assert(reader.buffered <= limits.maxPackedBytes + 16);
  }
  return seen;
}

function plain({ body, ...record }: LumberjackRecord): unknown {
  if (!(body instanceof Uint8Array)) return { ...record, body };
  assert(body.length <= limits.maxRecordBytes);
  return { ...record, body: Buffer.from(body).toString('latin1') };
}
