/** Whatever a packet claims of its headers, reading it ends, and tells no more options than there are bytes for them. */
import { parseSynAck } from './syn-ack.ts';

const MOST_OPTIONS = 40;

export const seeds = [
  '4500003c000040004006000 07f0000017f0102030016800000000001000000 02a012ffcb000000000204ffd70402080a000000010000000201030307',
  '6000000000280640fe8000000000000000000000000000000000000000000000000000000000000001bd80000000000100000002a012ffcb000000000204ffd7',
].map((hex) => Buffer.from(hex.replaceAll(' ', ''), 'hex'));

export function fuzz(data: Uint8Array): void {
  const seen = parseSynAck(data);
  if (seen !== undefined && seen.stack.options.split(',').length > MOST_OPTIONS) throw new Error('too many options');
}
