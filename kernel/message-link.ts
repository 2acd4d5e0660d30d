/** Messages over an inherited socket: msgpack in length-prefixed frames, each checked against a schema. */
import type { Socket } from 'node:net';
import type { z } from 'zod';
import { encodeFrame, FrameReader } from './frames.ts';
import { pack, tryUnpack } from './pack.ts';

const MAX_FRAME_BYTES = 64 * 1024;

/** Calls `receive` with each message that fits the schema and `onBad` for others; a stream beyond repair is closed. */
export function receiveMessages<T>(
  socket: Socket,
  schema: z.ZodType<T>,
  receive: (message: T) => void,
  onBad: () => void,
): void {
  const reader = new FrameReader(MAX_FRAME_BYTES);
  socket.on('data', (chunk) => {
    const frames = reader.push(chunk);
    if (!frames.ok) return socket.destroy();
    for (const frame of frames.value) {
      const message = schema.safeParse(tryUnpack(frame));
      if (message.success) receive(message.data);
      else onBad();
    }
    return undefined;
  });
  // Handed-over sockets come paused, so that nothing is lost on the way.
  socket.resume();
}

export function sendMessage(socket: Socket, message: unknown): void {
  socket.write(encodeFrame(pack(message)));
}
