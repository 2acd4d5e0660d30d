/** Frames of the compressed protocol from anybody: read in two pieces, they are what they are in one, or refused. */
import { deflateSync } from 'node:zlib';
import { Compression } from './compression.ts';

export function fuzz(data: Uint8Array): void {
  const bytes = Buffer.from(data);
  const whole = new Compression().read(bytes);
  const pieces = new Compression();
  const first = pieces.read(bytes.subarray(0, bytes.length >> 1));
  const second = first === undefined ? undefined : pieces.read(bytes.subarray(bytes.length >> 1));
  if (whole !== undefined && (second === undefined || !Buffer.concat([first!, second]).equals(whole)))
    throw new Error('pieces differ from the whole');
  const back = new Compression().read(new Compression().write(bytes));
  if (bytes.length > 0 && (back === undefined || !back.equals(bytes))) throw new Error('not what was written');
}

const packed = deflateSync(Buffer.from('select 1;'.repeat(20)));
export const seeds = [
  Buffer.concat([Buffer.from([packed.length, 0, 0, 0, 180, 0, 0]), packed]),
  Buffer.from([5, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 3]),
];
