/** Whatever bytes a server sends: replies or a refusal, the same however they are cut, and never past the bounds. */
import { RespFormatError, RespReader } from './resp.ts';

const BOUNDS = { maxBytes: 4096, maxElements: 64 };

export const seeds: readonly Uint8Array[] = [
  '+OK\r\n:1\r\n$3\r\nabc\r\n*2\r\n$-1\r\n*0\r\n-ERR x\r\n',
  '*2\r\n*4\r\n$6\r\nformat\r\n$1\r\n1\r\n$5\r\nepoch\r\n$2\r\nk3\r\n*2\r\n$12\r\n198.51.100.7\r\n$13\r\n1795305600000\r\n',
  '*3\r\n$7\r\nmessage\r\n$2\r\nab\r\n$4\r\n{"a"\r\n',
].map((text) => new TextEncoder().encode(text));

export function fuzz(data: Uint8Array): void {
  const whole = outcome(data, data.length);
  const pieces = outcome(data, 1 + ((data[0] ?? 0) % 7));
  if (whole !== pieces) throw new Error(`read differently in pieces: ${whole} and ${pieces}`);
}

function outcome(data: Uint8Array, size: number): string {
  const reader = new RespReader(BOUNDS);
  const replies: unknown[] = [];
  try {
    for (let at = 0; at < data.length; at += size) replies.push(...reader.push(data.subarray(at, at + size)));
  } catch (error) {
    if (!(error instanceof RespFormatError)) throw error;
    // How many replies came before depends on the pieces.
    return 'refused';
  }
  for (const reply of replies)
    if (partsOf(reply) > BOUNDS.maxElements) throw new Error('more parts than the bound allows');
  return JSON.stringify(replies);
}

function partsOf(reply: unknown): number {
  return Array.isArray(reply) ? reply.reduce((sum: number, item) => sum + partsOf(item), 1) : 1;
}
