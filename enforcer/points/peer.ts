/** The other end of a TLS connection: messages checked by schema, never more waiting than is bounded, and an end to silence. */
import type { TLSSocket } from 'node:tls';
import type { Clock } from '@netsentinel/contracts/clock';
import { encodeFrame, FrameReader } from '@netsentinel/kernel/frames';
import { pack, tryUnpack } from '@netsentinel/kernel/pack';
import type { z } from 'zod';
import { repeat } from '../repeat.ts';
import { MAX_FRAME } from './point-wire.ts';

export const BEAT_MS = 4000;
/** Without a word for so long, the other end is taken for gone. */
const SILENCE_MS = 15_000;
/** Bytes that may wait to be taken by the other end. */
const MAX_BACKLOG = 4 * 1024 * 1024;
/** Messages between two beats: a whole list of blocks, answered as fast as can be, is far fewer. */
const MAX_MESSAGES = 10_000;
/** For the last word to be taken. */
const LINGER_MS = 2000;

export class Peer<In, Out> {
  readonly #socket: TLSSocket;
  readonly #clock: Clock;
  readonly #onEnd: (why: string) => void;
  readonly #stopBeats: () => void;
  #heardAt: number;
  #messages = 0;
  #ended = false;

  constructor(options: {
    readonly socket: TLSSocket;
    readonly clock: Clock;
    readonly schema: z.ZodType<In>;
    readonly onMessage: (message: In) => void;
    /** Called once; nothing is heard afterwards. */
    readonly onEnd: (why: string) => void;
    /** What is said every few seconds. */
    readonly beat?: () => Out | undefined;
  }) {
    const { socket, clock, schema, onMessage, beat } = options;
    this.#socket = socket;
    this.#clock = clock;
    this.#onEnd = options.onEnd;
    this.#heardAt = clock.monotonicMs();
    const reader = new FrameReader(MAX_FRAME);
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.#heardAt = clock.monotonicMs();
      const frames = reader.push(chunk);
      if (!frames.ok) return this.end(`it sent a ${frames.error}`);
      for (const frame of frames.value) {
        if (this.#ended) return undefined;
        if (++this.#messages > MAX_MESSAGES) return this.end('it talks too much');
        const message = schema.safeParse(tryUnpack(frame));
        if (!message.success) return this.end('it sent what its schema does not know');
        onMessage(message.data);
      }
      return undefined;
    });
    socket.on('error', (error) => this.end(error.message));
    socket.on('close', () => this.end('it closed the connection'));
    this.#stopBeats = repeat(
      clock,
      BEAT_MS,
      () => {
        this.#messages = 0;
        if (clock.monotonicMs() - this.#heardAt > SILENCE_MS) this.end('it fell silent');
        const word = this.#ended ? undefined : beat?.();
        if (word !== undefined) this.send(word);
        return Promise.resolve();
      },
      () => {},
    );
  }

  get ended(): boolean {
    return this.#ended;
  }

  send(message: Out): void {
    if (this.#ended) return;
    this.#socket.write(encodeFrame(pack(message)));
    if (this.#socket.writableLength > MAX_BACKLOG) this.end('it takes nothing any more');
  }

  /** Ends the connection, with a last word where there is one. */
  end(why: string, last?: Out): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopBeats();
    if (last === undefined) this.#socket.destroy();
    else {
      this.#socket.end(encodeFrame(pack(last)));
      const cancel = this.#clock.after(LINGER_MS, () => this.#socket.destroy());
      this.#socket.once('close', cancel);
    }
    this.#onEnd(why);
  }
}
