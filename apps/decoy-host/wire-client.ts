/**
 * The decoy host's side of the wire to the platform: events that wait until they are on disk, recordings and uploads, and what is remembered of
 * attackers.
 */
import { createHash } from 'node:crypto';
import type { Socket } from 'node:net';
import type { DecoyBlobs, DecoyLimits, RecordingSink } from '@netsentinel/contracts/decoy';
import type { SensorEvent } from '@netsentinel/contracts/event';
import type { Logger } from '@netsentinel/contracts/log';
import type { ToSensor } from '@netsentinel/contracts/wire';
import { SensorWire } from '@netsentinel/kernel/sensor-wire';

const BLOB_CHUNK = 512 * 1024;
const RECALL_TIMEOUT_MS = 250;
const BLOB_TIMEOUT_MS = 10_000;
const HEARTBEAT_MS = 5_000;
const MAX_MEMORY_BYTES = 1024 * 1024;

export class WireClient implements DecoyBlobs {
  readonly #wire: SensorWire;
  readonly #limits: DecoyLimits;
  readonly #decoys: () => Readonly<Record<string, number>>;
  #requests = new Map<number, (reply: ToSensor | undefined) => void>();
  #nextRequest = 1;

  /** `decoys`: open connections of each decoy that listens. */
  constructor(options: {
    epoch: string;
    log: Logger;
    limits: DecoyLimits;
    decoys: () => Readonly<Record<string, number>>;
  }) {
    this.#limits = options.limits;
    this.#decoys = options.decoys;
    this.#wire = new SensorWire({
      epoch: options.epoch,
      log: options.log,
      onMessage: (message) => {
        const answer = this.#requests.get(message.request);
        this.#requests.delete(message.request);
        answer?.(message);
      },
      onLost: () => {
        for (const answer of this.#requests.values()) answer(undefined);
        this.#requests.clear();
      },
    });
    setInterval(() => this.beat(), HEARTBEAT_MS).unref();
  }

  link(socket: Socket): void {
    this.#wire.link(socket);
    // What listens is known at once, not after the first interval.
    this.beat();
  }

  /** Says how the decoys do, now and every few seconds. */
  beat(): void {
    const decoys = this.#decoys();
    this.#wire.send({
      t: 'heartbeat',
      connections: Object.values(decoys).reduce((sum, open) => sum + open, 0),
      queued: this.#wire.queued,
      dropped: this.#wire.dropped,
      decoys,
    });
  }

  /** Queues an event; false once the queue is over its high mark. */
  emit(event: SensorEvent): boolean {
    return this.#wire.put((seq) => ({ t: 'event', seq, event })) !== undefined && !this.#wire.full;
  }

  drained(): Promise<void> {
    return this.#wire.drained();
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
        this.#wire.sendLoose({ t: 'recording', id: sessionId, chunk });
      },
      close: () => {
        if (open) this.#wire.sendLoose({ t: 'recording-end', id: sessionId });
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
      this.#wire.send({
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
    if (!this.#wire.linked) return undefined;
    const request = this.#nextRequest++;
    const reply = this.#await(request, RECALL_TIMEOUT_MS);
    this.#wire.send({ t: 'recall', request, key: key.slice(0, 256) });
    const answer = await reply;
    return answer?.t === 'recalled' ? answer.value : undefined;
  }

  remember(key: string, value: Uint8Array): boolean {
    if (value.length > MAX_MEMORY_BYTES || !this.#wire.linked) return false;
    this.#wire.send({ t: 'remember', key: key.slice(0, 256), value });
    return true;
  }

  /** Waits until everything is acknowledged, at most `timeoutMs`. */
  settle(timeoutMs: number): Promise<void> {
    return this.#wire.settle(timeoutMs);
  }

  close(): void {
    this.#wire.close();
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
}
