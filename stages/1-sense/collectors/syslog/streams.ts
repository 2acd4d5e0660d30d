/**
 * Syslog over TCP and TLS (RFC 6587, RFC 5425). The protocol has no acknowledgement: what we have not read, the sender may have to lose, so a connection is slowed
 * down rather than cut, and cut only where its sender does not keep to the rules.
 */
import type { Socket } from 'node:net';
import type { CollectorContext } from '@netsentinel/contracts/collector';
import type { Complaints } from '../../receive/complaints.ts';
import { SyslogFraming } from './framing.ts';
import type { MessageSink } from './message-sink.ts';

const BROKEN = 'connections were closed: no syslog';
const SLOW = 'connections were closed: a message took longer than `messageTimeoutMs`';
const KEEP_ALIVE_MS = 60_000;
/** Of what could not be read as messages, so much is kept. */
const MAX_BROKEN_CHARS = 1024;
/** Once in so many parts of the time limit, it is looked who is over it. */
const SWEEPS = 4;

export interface StreamOptions {
  readonly ctx: Pick<CollectorContext, 'full' | 'drained' | 'clock' | 'formats'>;
  readonly complaints: Complaints;
  readonly maxMessageBytes: number;
  readonly idleTimeoutMs: number;
  readonly messageTimeoutMs: number;
}

interface Stream {
  readonly socket: Socket;
  readonly sender: string;
  paused: boolean;
  /** When the message began that has not ended. */
  begunMs: number | undefined;
}

export class Streams {
  readonly #options: StreamOptions;
  readonly #open = new Set<Stream>();
  #cancelSweep: (() => void) | undefined;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#sweepLater();
  }

  serve(socket: Socket, sender: string, sink: Pick<MessageSink, 'take' | 'refuse'>): void {
    const { ctx, complaints, maxMessageBytes, idleTimeoutMs } = this.#options;
    const stream: Stream = { socket, sender, paused: false, begunMs: undefined };
    this.#open.add(stream);
    let messages = 0;
    const framing = new SyslogFraming({
      maxBytes: maxMessageBytes,
      onMessage: (message, cutBytes) => {
        messages++;
        sink.take(message, sender, cutBytes);
      },
    });
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    socket.setTimeout(idleTimeoutMs, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      const before = messages;
      const pushed = framing.push(chunk);
      if (!pushed.ok) {
        complaints.add(BROKEN, 1, { sender, reason: pushed.error });
        sink.refuse(pushed.error, chunk.toString('utf8', 0, MAX_BROKEN_CHARS), ctx.formats.unknown);
        return socket.destroy();
      }
      if (framing.pendingBytes === 0) stream.begunMs = undefined;
      else if (stream.begunMs === undefined || messages > before) stream.begunMs = ctx.clock.monotonicMs();
      if (ctx.full) this.#pause(stream);
      return undefined;
    });
    socket.once('close', () => {
      framing.end();
      this.#open.delete(stream);
    });
    // Handed-over sockets come paused, so that nothing is lost on the way.
    socket.resume();
  }

  close(): void {
    this.#cancelSweep?.();
  }

  #pause(stream: Stream): void {
    if (stream.paused) return;
    stream.paused = true;
    stream.socket.pause();
    void this.#options.ctx.drained().then(() => {
      stream.paused = false;
      // It was not its sender who was slow.
      if (stream.begunMs !== undefined) stream.begunMs = this.#options.ctx.clock.monotonicMs();
      stream.socket.resume();
    });
  }

  #sweepLater(): void {
    const { ctx, complaints, messageTimeoutMs } = this.#options;
    this.#cancelSweep = ctx.clock.after(messageTimeoutMs / SWEEPS, () => {
      const since = ctx.clock.monotonicMs() - messageTimeoutMs;
      for (const { socket, sender, paused, begunMs } of this.#open) {
        if (paused || begunMs === undefined || begunMs > since) continue;
        complaints.add(SLOW, 1, { sender });
        socket.destroy();
      }
      this.#sweepLater();
    });
  }
}
