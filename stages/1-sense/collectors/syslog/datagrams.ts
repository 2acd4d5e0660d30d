/**
 * Syslog over UDP (RFC 5426). Nothing slows a sender down, so what cannot be taken at once waits in a queue with a bound, and what finds no room there is counted;
 * what the kernel could not keep for us is counted by the kernel.
 */
import type { Socket } from 'node:dgram';
import type { CollectorContext } from '@netsentinel/contracts/collector';
import type { AllowedSenders } from '../../receive/allowed-senders.ts';
import type { Complaints } from '../../receive/complaints.ts';
import { readDatagram } from './framing.ts';
import type { MessageSink } from './message-sink.ts';

const MAX_QUEUED = 100_000;
const MAX_QUEUED_BYTES = 64 * 1024 * 1024;
/** After so many from the queue, the socket gets its turn. */
const SLICE = 512;
/** A sender counts as one for so long after its last datagram. */
const HEARD_MS = 10 * 60_000;
const MAX_HEARD = 4096;

const STRANGER = 'datagrams were dropped: the sender is not in `allow`';
const KERNEL = 'datagrams were lost: they came faster than we read them, and the kernel’s buffer was full';
/** The table of all sockets may be long. */
const LOOK_EVERY_MS = 5_000;
const FLOOD = 'datagrams were dropped: they come faster than they can be kept';

export interface DatagramOptions {
  readonly ctx: Pick<CollectorContext, 'full' | 'drained' | 'clock' | 'kernelDrops'>;
  readonly socket: Socket;
  readonly sink: Pick<MessageSink, 'take'>;
  readonly allowed: AllowedSenders;
  readonly complaints: Complaints;
  readonly maxMessageBytes: number;
  readonly receiveBufferBytes: number;
}

interface Waiting {
  readonly datagram: Buffer;
  readonly sender: string;
}

export class Datagrams {
  readonly #options: DatagramOptions;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #draining: Promise<void> | undefined;
  #dropped = 0;
  #kernelDropped = 0;
  #lookAgainMs = 0;
  readonly #heard = new Map<string, number>();

  constructor(options: DatagramOptions) {
    this.#options = options;
  }

  start(): void {
    const { socket, receiveBufferBytes } = this.#options;
    socket.setRecvBufferSize(receiveBufferBytes);
    socket.on('message', (datagram, { address }) => this.#receive(datagram, address));
    socket.on('error', () => undefined);
  }

  /** Datagrams that were thrown away, by us and by the kernel. */
  get dropped(): number {
    return this.#dropped + this.#kernelDropped;
  }

  /** Asks the kernel. */
  lookForDrops(): void {
    const { ctx, complaints } = this.#options;
    const now = ctx.clock.monotonicMs();
    if (now < this.#lookAgainMs) return;
    this.#lookAgainMs = now + LOOK_EVERY_MS;
    const dropped = ctx.kernelDrops('udp') - this.#kernelDropped;
    if (dropped <= 0) return;
    this.#kernelDropped += dropped;
    complaints.add(
      `${KERNEL} (${Math.round(this.receiveBufferBytes / 1024)} KiB; net.core.rmem_max may allow more)`,
      dropped,
    );
  }

  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Senders that were heard lately. */
  get senders(): number {
    const since = this.#options.ctx.clock.monotonicMs() - HEARD_MS;
    for (const [sender, lastMs] of this.#heard) if (lastMs < since) this.#heard.delete(sender);
    return this.#heard.size;
  }

  /** What the kernel gave us in place of what was asked for. Linux counts double, for its own bookkeeping. */
  get receiveBufferBytes(): number {
    return this.#options.socket.getRecvBufferSize() / 2;
  }

  /** No more is received; what waits is handed on. */
  async close(): Promise<void> {
    const { socket } = this.#options;
    try {
      socket.removeAllListeners('message');
      socket.close();
    } catch {
      // Whoever handed it to us has closed it already.
    }
    await this.#draining;
  }

  #receive(datagram: Buffer, address: string): void {
    const { ctx, allowed, complaints } = this.#options;
    const sender = allowed.admit(address);
    if (sender === undefined) {
      this.#dropped++;
      return complaints.add(STRANGER, 1, { sender: address });
    }
    if (this.#draining === undefined && !ctx.full) return this.#take(datagram, sender);
    if (this.#queue.length >= MAX_QUEUED || this.#queuedBytes + datagram.length > MAX_QUEUED_BYTES) {
      this.#dropped++;
      return complaints.add(FLOOD, 1, { sender });
    }
    this.#queue.push({ datagram, sender });
    this.#queuedBytes += datagram.length;
    this.#draining ??= this.#drain().finally(() => (this.#draining = undefined));
    return undefined;
  }

  #take(datagram: Buffer, sender: string): void {
    const { sink, ctx, maxMessageBytes } = this.#options;
    if (this.#heard.size < MAX_HEARD || this.#heard.has(sender)) this.#heard.set(sender, ctx.clock.monotonicMs());
    readDatagram(datagram, {
      maxBytes: maxMessageBytes,
      onMessage: (message, cutBytes) => sink.take(message, sender, cutBytes),
    });
  }

  async #drain(): Promise<void> {
    const { ctx } = this.#options;
    while (this.#queue.length > 0) {
      await ctx.drained();
      const taken = this.#queue.slice(0, SLICE);
      let done = 0;
      for (const { datagram, sender } of taken) {
        if (ctx.full) break;
        this.#take(datagram, sender);
        this.#queuedBytes -= datagram.length;
        done++;
      }
      this.#queue.splice(0, done);
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}
