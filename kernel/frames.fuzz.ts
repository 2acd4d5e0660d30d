/** Whatever bytes come over a socket, the frame reader neither throws nor keeps more than has arrived. */
import { FrameReader } from './frames.ts';
import { tryUnpack } from './pack.ts';

export const seeds = [
  Uint8Array.of(0, 0, 0, 2, 1, 2),
  Uint8Array.of(0, 0, 0, 1, 0xc0, 0, 0, 0, 0),
  Uint8Array.of(0, 0, 0, 6, 0x81, 0xa1, 0x74, 0xa1, 0x78, 0),
];

export function fuzz(data: Uint8Array): void {
  const reader = new FrameReader(4096);
  for (let at = 0; at < data.length; at += 7) {
    const frames = reader.push(data.subarray(at, at + 7));
    if (!frames.ok) return;
    for (const frame of frames.value) tryUnpack(frame);
  }
}
