/**
 * A sensor's side of the wire to the platform (`contracts/wire.ts`). What is put is kept until the platform says that it is on disk, and
 * sent again over the next link when one breaks; no more is under way than the platform allows, memory is bounded, and a full queue
 * tells the sensor to stop reading.
 */
import type { Socket } from 'node:net';
import type { Logger } from '@netsentinel/contracts/log';
import { MAX_WIRE_FRAME } from '@netsentinel/contracts/wire-limits';
import type { FromSensor, ToSensor } from '@netsentinel/contracts/wire';
import { encodeFrame, FrameReader } from './frames.ts';
import { pack, tryUnpack } from './pack.ts';
import { readToSensor } from './to-sensor.ts';

const HIGH_EVENTS = 8_000;
const HIGH_BYTES = 24 * 1024 * 1024;
/** Beyond this not even a sensor that ignores the high mark is served: what it puts is dropped and counted. */
const MAX_EVENTS = 4 * HIGH_EVENTS;
const MAX_BYTES = 4 * HIGH_BYTES;
const MAX_UNSENT_BYTES = 8 * 1024 * 1024;

export interface SensorWireOptions {
  /** Unique for each start of the sensor. */
  readonly epoch: string;
  readonly log: Logger;
  /** What the platform says besides acknowledgements. */
  readonly onMessage: (message: Exclude<ToSensor, { t: 'ack' }>) => void;
  /** All that was put up to this sequence is on disk. */
  readonly onAcked?: (sequence: number) => void;
  readonly onLinked?: () => void;
  readonly onLost?: () => void;
}

interface Pending {
  readonly seq: number;
  readonly frame: Uint8Array;
}

export class SensorWire {
  readonly #options: SensorWireOptions;
  #socket: Socket | undefined;
  #seq = 0;
  #acked = 0;
  #sent = 0;
  #window = 0;
  #queue: Pending[] = [];
  #queueBytes = 0;
  #dropped = 0;
  #drained: (() => void)[] = [];
  #corked = false;

  constructor(options: SensorWireOptions) {
    this.#options = options;
  }

  get linked(): boolean {
    return this.#socket !== undefined;
  }

  /** Put and not yet acknowledged. */
  get queued(): number {
    return this.#queue.length;
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** True over the high mark: stop reading until `drained`. */
  get full(): boolean {
    return this.#queue.length >= HIGH_EVENTS || this.#queueBytes >= HIGH_BYTES;
  }

  /** Takes a new link to the platform in place of the old one, and sends again what was not acknowledged. */
  link(socket: Socket): void {
    const { epoch, log, onLinked, onLost } = this.#options;
    this.#socket?.destroy();
    this.#socket = socket;
    this.#sent = this.#acked;
    this.#window = 0;
    const reader = new FrameReader(MAX_WIRE_FRAME);
    const lost = (): void => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      onLost?.();
    };
    socket.on('data', (chunk) => {
      const frames = reader.push(chunk);
      if (!frames.ok) return socket.destroy();
      for (const frame of frames.value) {
        const message = readToSensor(tryUnpack(frame));
        if (message !== undefined) this.#receive(message);
        else log.error('the platform sent a frame that breaks its schema');
      }
      return undefined;
    });
    socket.on('error', lost);
    socket.on('close', lost);
    socket.resume();
    this.send({ t: 'hello', version: 1, epoch });
    onLinked?.();
  }

  /**
   * Queues what the platform is to acknowledge, and answers its sequence; undefined where it was dropped.
   * @param instead said in its place where it is larger than a frame may be, or cannot be encoded at all
   */
  put(frameOf: (seq: number) => FromSensor, instead?: (seq: number) => FromSensor): number | undefined {
    const seq = this.#seq + 1;
    const frame = instead === undefined ? encodeFrame(pack(frameOf(seq))) : fitting(seq, frameOf, instead);
    if (this.#queue.length >= MAX_EVENTS || this.#queueBytes + frame.length > MAX_BYTES) {
      this.#dropped++;
      return undefined;
    }
    this.#seq = seq;
    this.#queue.push({ seq, frame });
    this.#queueBytes += frame.length;
    this.#flush();
    return seq;
  }

  drained(): Promise<void> {
    if (!this.full) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Says something without acknowledgement; lost where there is no link. */
  send(message: FromSensor): void {
    if (this.#socket !== undefined) this.#write(encodeFrame(pack(message)));
  }

  /** For what may be lost when the platform is away or slow; never more than a bound of it waits in memory. */
  sendLoose(message: FromSensor): void {
    if (this.#socket === undefined || this.#socket.writableLength > MAX_UNSENT_BYTES) this.#dropped++;
    else this.send(message);
  }

  /** Waits until everything is acknowledged, at most `timeoutMs`. */
  async settle(timeoutMs: number): Promise<void> {
    const until = performance.now() + timeoutMs;
    while (this.#queue.length > 0 && this.#socket !== undefined && performance.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  close(): void {
    this.#socket?.end();
    this.#socket = undefined;
  }

  #receive(message: ToSensor): void {
    if (message.t !== 'ack') return this.#options.onMessage(message);
    this.#acked = Math.max(this.#acked, Math.min(message.seq, this.#seq));
    this.#sent = Math.max(this.#sent, this.#acked);
    this.#window = message.window;
    let done = 0;
    while (done < this.#queue.length && this.#queue[done]!.seq <= this.#acked)
      this.#queueBytes -= this.#queue[done++]!.frame.length;
    if (done > 0) {
      this.#queue.splice(0, done);
      this.#options.onAcked?.(this.#acked);
    }
    if (!this.full) for (const resolve of this.#drained.splice(0)) resolve();
    this.#flush();
    return undefined;
  }

  /** Sends what the window allows. The queue is in order of `seq` without gaps, so the next to send is found by its distance. */
  #flush(): void {
    if (this.#socket === undefined || this.#queue.length === 0) return;
    const limit = this.#acked + this.#window;
    const first = this.#queue[0]!.seq;
    for (let i = this.#sent + 1 - first; i < this.#queue.length && i >= 0; i++) {
      const next = this.#queue[i]!;
      if (next.seq > limit) return;
      this.#write(next.frame);
      this.#sent = next.seq;
    }
  }

  /** Writes of one turn of the event loop leave in one piece. */
  #write(frame: Uint8Array): void {
    const socket = this.#socket!;
    if (!this.#corked) {
      this.#corked = true;
      socket.cork();
      process.nextTick(() => {
        this.#corked = false;
        socket.uncork();
      });
    }
    socket.write(frame);
  }
}

/** Objects from a hostile log may be nested so deeply that encoding them overflows the stack. */
function fitting(seq: number, frameOf: (seq: number) => FromSensor, instead: (seq: number) => FromSensor): Uint8Array {
  try {
    const payload = pack(frameOf(seq));
    if (payload.length <= MAX_WIRE_FRAME) return encodeFrame(payload);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return encodeFrame(pack(instead(seq)));
}
