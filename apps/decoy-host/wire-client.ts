/**
 * The decoy host's side of the wire to the platform. Events are kept until the platform says that they are on disk, and sent again over
 * the next link when one breaks; memory is bounded, and a full queue tells the decoys to stop reading.
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { DecoyBlobs, DecoyLimits, RecordingSink } from '@netsentinel/contracts/decoy';
import type { SensorEvent } from '@netsentinel/contracts/event';
import type { Logger } from '@netsentinel/contracts/log';
import { MAX_WIRE_FRAME, ToSensor, type FromSensor } from '@netsentinel/contracts/wire';
import { encodeFrame, FrameReader } from '@netsentinel/kernel/frames';
import { pack, tryUnpack } from '@netsentinel/kernel/pack';

const HIGH_EVENTS = 8_000;
const HIGH_BYTES = 24 * 1024 * 1024;
/** Beyond this not even a decoy that ignores the high mark is served: events are dropped and counted. */
const MAX_EVENTS = 4 * HIGH_EVENTS;
const MAX_BYTES = 4 * HIGH_BYTES;
const MAX_UNSENT_RECORDING_BYTES = 8 * 1024 * 1024;
const BLOB_CHUNK = 512 * 1024;
const RECALL_TIMEOUT_MS = 250;
const BLOB_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 5_000;
const MAX_MEMORY_BYTES = 1024 * 1024;

interface Pending {
  readonly seq: number;
  readonly frame: Uint8Array;
}

export class WireClient implements DecoyBlobs {
  readonly #epoch: string;
  readonly #log: Logger;
  readonly #limits: DecoyLimits;
  readonly #connections: () => number;
  #socket: Socket | undefined;
  #seq = 0;
  #acked = 0;
  #sent = 0;
  #window = 0;
  #queue: Pending[] = [];
  #queueBytes = 0;
  #dropped = 0;
  #drained: (() => void)[] = [];
  #requests = new Map<number, (reply: ToSensor | undefined) => void>();
  #nextRequest = 1;
  #corked = false;

  constructor(options: { epoch: string; log: Logger; limits: DecoyLimits; connections: () => number }) {
    this.#epoch = options.epoch;
    this.#log = options.log;
    this.#limits = options.limits;
    this.#connections = options.connections;
    setInterval(
      () =>
        this.#send({
          t: 'heartbeat',
          connections: this.#connections(),
          queued: this.#queue.length,
          dropped: this.#dropped,
        }),
      HEARTBEAT_MS,
    ).unref();
  }

  /** Takes a new link to the platform in place of the old one, and sends again what was not acknowledged. */
  link(socket: Socket): void {
    this.#socket?.destroy();
    this.#socket = socket;
    this.#sent = this.#acked;
    this.#window = 0;
    const reader = new FrameReader(MAX_WIRE_FRAME);
    const lost = (): void => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      for (const answer of this.#requests.values()) answer(undefined);
      this.#requests.clear();
    };
    socket.on('data', (chunk) => {
      const frames = reader.push(chunk);
      if (!frames.ok) return socket.destroy();
      for (const frame of frames.value) {
        const message = ToSensor.safeParse(tryUnpack(frame));
        if (message.success) this.#receive(message.data);
        else this.#log.error('the platform sent a frame that breaks its schema');
      }
      return undefined;
    });
    socket.on('error', lost);
    socket.on('close', lost);
    socket.resume();
    this.#send({ t: 'hello', version: 1, epoch: this.#epoch });
  }

  /** Queues an event; false once the queue is over its high mark. */
  emit(event: SensorEvent): boolean {
    const seq = this.#seq + 1;
    const frame = encodeFrame(pack({ t: 'event', seq, event } satisfies FromSensor));
    if (this.#queue.length >= MAX_EVENTS || this.#queueBytes + frame.length > MAX_BYTES) {
      this.#dropped++;
      return false;
    }
    this.#seq = seq;
    this.#queue.push({ seq, frame });
    this.#queueBytes += frame.length;
    this.#flush();
    return !this.#isHigh();
  }

  drained(): Promise<void> {
    if (!this.#isHigh()) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  record(sessionId: string): RecordingSink {
    let bytes = 0;
    let open = true;
    const max = this.#limits.maxRecordingBytes;
    return {
      get bytes() {
        return bytes;
      },
      write: (chunk) => {
        if (!open || bytes + chunk.length > max) return;
        bytes += chunk.length;
        this.#sendLoose({ t: 'recording', id: sessionId, chunk });
      },
      close: () => {
        if (open) this.#sendLoose({ t: 'recording-end', id: sessionId });
        open = false;
      },
    };
  }

  async keep(content: Uint8Array): Promise<{ sha256: string; bytes: number; truncated: boolean }> {
    const kept = content.subarray(0, this.#limits.maxUploadBytes);
    const own = {
      sha256: createHash('sha256').update(kept).digest('hex'),
      bytes: kept.length,
      truncated: kept.length < content.length,
    };
    const request = this.#nextRequest++;
    const reply = this.#await(request, BLOB_TIMEOUT_MS);
    for (let at = 0; at === 0 || at < kept.length; at += BLOB_CHUNK) {
      this.#send({
        t: 'blob',
        request,
        chunk: kept.subarray(at, at + BLOB_CHUNK),
        last: at + BLOB_CHUNK >= kept.length,
      });
    }
    await reply;
    return own;
  }

  async recall(key: string): Promise<Uint8Array | undefined> {
    if (this.#socket === undefined) return undefined;
    const request = this.#nextRequest++;
    const reply = this.#await(request, RECALL_TIMEOUT_MS);
    this.#send({ t: 'recall', request, key: key.slice(0, 256) });
    const answer = await reply;
    return answer?.t === 'recalled' ? answer.value : undefined;
  }

  remember(key: string, value: Uint8Array): boolean {
    if (value.length > MAX_MEMORY_BYTES || this.#socket === undefined) return false;
    this.#send({ t: 'remember', key: key.slice(0, 256), value });
    return true;
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
    switch (message.t) {
      case 'ack': {
        this.#acked = Math.max(this.#acked, Math.min(message.seq, this.#seq));
        this.#sent = Math.max(this.#sent, this.#acked);
        this.#window = message.window;
        let done = 0;
        while (done < this.#queue.length && this.#queue[done]!.seq <= this.#acked)
          this.#queueBytes -= this.#queue[done++]!.frame.length;
        if (done > 0) this.#queue.splice(0, done);
        if (!this.#isHigh()) for (const resolve of this.#drained.splice(0)) resolve();
        this.#flush();
        return;
      }
      case 'blob-kept':
      case 'blob-failed':
      case 'recalled': {
        const answer = this.#requests.get(message.request);
        this.#requests.delete(message.request);
        answer?.(message);
        return;
      }
      default:
        message satisfies never;
    }
  }

  #isHigh(): boolean {
    return this.#queue.length >= HIGH_EVENTS || this.#queueBytes >= HIGH_BYTES;
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

  #await(request: number, timeoutMs: number): Promise<ToSensor | undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#requests.delete(request);
        resolve(undefined);
      }, timeoutMs);
      this.#requests.set(request, (reply) => {
        clearTimeout(timer);
        resolve(reply);
      });
    });
  }

  #send(message: FromSensor): void {
    if (this.#socket !== undefined) this.#write(encodeFrame(pack(message)));
  }

  /** For what may be lost when the platform is away or slow; never more than a bound of it waits in memory. */
  #sendLoose(message: FromSensor): void {
    if (this.#socket === undefined || this.#socket.writableLength > MAX_UNSENT_RECORDING_BYTES) this.#dropped++;
    else this.#send(message);
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
