/**
 * One collector's way to the platform: its records until they are on disk, what the platform remembers for it, and what it says of
 * itself. Identity is the connection's: nothing here can say which collector it is.
 */
import type { Socket } from 'node:net';
import type { Clock } from '@netsentinel/contracts/clock';
import type { CollectorMemory, Delivery, DeliveryOptions } from '@netsentinel/contracts/collector';
import type { CollectorReport } from '@netsentinel/contracts/collector-report';
import type { Logger } from '@netsentinel/contracts/log';
import type { EcsDocument } from '@netsentinel/contracts/parser';
import type { FromSensor } from '@netsentinel/contracts/wire';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { SensorWire } from '@netsentinel/kernel/sensor-wire';

/** A question that was not answered in this time is asked again. */
const ASK_AGAIN_MS = 5_000;
const MAX_MEMORY_BYTES = 1024 * 1024;
/** Of a record that was refused, as the event that stands for it. */
const MAX_ORIGINAL_CHARS = 32 * 1024;
const TOO_LARGE = 'the record is too large or nested too deeply';

interface Sent {
  readonly seq: number;
  readonly delivery: OpenDelivery;
  readonly sequence: number;
}

interface Waiting {
  readonly seq: number;
  readonly resolve: () => void;
}

interface Question {
  readonly frame: FromSensor;
  readonly resolve: (value: Uint8Array | undefined) => void;
}

export interface CollectorLinkOptions {
  readonly epoch: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Whether the record itself proves its source; asked of records whose writer is trusted. */
  readonly provesSource: (document: EcsDocument) => boolean;
}

export class CollectorLink implements CollectorMemory {
  readonly #options: CollectorLinkOptions;
  readonly #wire: SensorWire;
  /** In the order of `seq`: what is put and not on disk yet. */
  #sent: Sent[] = [];
  #waiting: Waiting[] = [];
  readonly #questions = new Map<number, Question>();
  #nextRequest = 1;
  #last = 0;

  constructor(options: CollectorLinkOptions) {
    this.#options = options;
    this.#wire = new SensorWire({
      epoch: options.epoch,
      log: options.log,
      onAcked: (seq) => this.#acked(seq),
      onLinked: () => {
        for (const { frame } of this.#questions.values()) this.#wire.send(frame);
      },
      onMessage: (message) => {
        if (message.t !== 'recalled' && message.t !== 'remembered') return;
        const question = this.#questions.get(message.request);
        this.#questions.delete(message.request);
        question?.resolve(message.t === 'recalled' ? message.value : undefined);
      },
    });
  }

  get full(): boolean {
    return this.#wire.full;
  }

  drained(): Promise<void> {
    return this.#wire.drained();
  }

  link(socket: Socket): void {
    this.#wire.link(socket);
  }

  report(report: CollectorReport): void {
    this.#wire.send({ t: 'collecting', report });
  }

  recall(key: string): Promise<Uint8Array | undefined> {
    return this.#ask((request) => ({ t: 'recall', request, key }));
  }

  async remember(key: string, value: Uint8Array): Promise<void> {
    if (value.length > MAX_MEMORY_BYTES)
      throw new NetSentinelError('COLLECTOR_MEMORY_TOO_LARGE', 'bug', `a memory of ${value.length} bytes is too large`);
    await this.#ask((request) => ({ t: 'remember', request, key, value }));
  }

  open(epoch: string, { trusted }: DeliveryOptions): Delivery {
    const { provesSource } = this.#options;
    const refusal = (at: number, module: string, reason: string, original: string) => (seq: number) =>
      ({ t: 'refused', seq, epoch, at, module, reason, original: original.slice(0, MAX_ORIGINAL_CHARS) }) as const;
    return new OpenDelivery({
      document: (delivery, at, document) => {
        const verified = trusted && provesSource(document);
        const { module, original } = document.event;
        this.#put(
          delivery,
          at,
          (seq) => ({ t: 'document', seq, epoch, at, verified, document }),
          refusal(at, typeof module === 'string' ? module : 'unknown', TOO_LARGE, original ?? ''),
        );
      },
      refused: (delivery, at, { reason, original }, { module }) =>
        this.#put(delivery, at, refusal(at, module, reason, original)),
      allKept: () => this.#allKept(),
    });
  }

  settle(timeoutMs: number): Promise<void> {
    return this.#wire.settle(timeoutMs);
  }

  close(): void {
    this.#wire.close();
  }

  #put(delivery: OpenDelivery, sequence: number, ...frames: Parameters<SensorWire['put']>): void {
    const seq = this.#wire.put(...frames);
    // Only who ignores `full` loses records, and they are counted; nothing after them may then count as kept.
    if (seq === undefined) return delivery.broke();
    this.#last = seq;
    this.#sent.push({ seq, delivery, sequence });
    return undefined;
  }

  #acked(upTo: number): void {
    let done = 0;
    for (; done < this.#sent.length && this.#sent[done]!.seq <= upTo; done++) {
      const { delivery, sequence } = this.#sent[done]!;
      delivery.isKept(sequence);
    }
    this.#sent.splice(0, done);
    while (this.#waiting.length > 0 && this.#waiting[0]!.seq <= upTo) this.#waiting.shift()!.resolve();
  }

  #allKept(): Promise<void> {
    if (this.#sent.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ seq: this.#last, resolve }));
  }

  #ask(frameOf: (request: number) => FromSensor): Promise<Uint8Array | undefined> {
    const request = this.#nextRequest++;
    const frame = frameOf(request);
    return new Promise((resolve) => {
      let cancel: () => void = () => undefined;
      const again = (): void => {
        cancel = this.#options.clock.after(ASK_AGAIN_MS, () => {
          this.#wire.send(frame);
          again();
        });
      };
      this.#questions.set(request, {
        frame,
        resolve: (value) => {
          cancel();
          resolve(value);
        },
      });
      this.#wire.send(frame);
      again();
    });
  }
}

interface DeliveryPorts {
  document(delivery: OpenDelivery, sequence: number, document: EcsDocument): void;
  refused(
    delivery: OpenDelivery,
    sequence: number,
    ...rest: [Parameters<Delivery['refused']>[1], Parameters<Delivery['refused']>[2]]
  ): void;
  allKept(): Promise<void>;
}

class OpenDelivery implements Delivery {
  readonly #ports: DeliveryPorts;
  #kept = 0;
  #broken = false;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
  }

  get kept(): number {
    return this.#kept;
  }

  document(sequence: number, document: EcsDocument): void {
    this.#ports.document(this, sequence, document);
  }

  refused(sequence: number, ...rest: [Parameters<Delivery['refused']>[1], Parameters<Delivery['refused']>[2]]): void {
    this.#ports.refused(this, sequence, ...rest);
  }

  allKept(): Promise<void> {
    return this.#ports.allKept();
  }

  isKept(sequence: number): void {
    if (!this.#broken) this.#kept = sequence;
  }

  broke(): void {
    this.#broken = true;
  }
}
