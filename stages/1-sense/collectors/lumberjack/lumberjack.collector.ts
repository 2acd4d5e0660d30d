/** Takes what Filebeat and other Beats, Elastic Agent and Logstash send by the Lumberjack protocol, and acknowledges what is on our disk. */
import type { Server, Socket } from 'node:net';
import { createServer as createTlsServer, type Server as TlsServer, type TLSSocket } from 'node:tls';
import type { Collector, CollectorContext, CollectorDefinition } from '@netsentinel/contracts/collector';
import type { CollectorReport } from '@netsentinel/contracts/collector-report';
import { LumberjackConfig } from './lumberjack.config.ts';
import { LumberjackConnection } from './lumberjack.connection.ts';
import { RecentRecords } from './recent-records.ts';
import { SourceReadings } from './source-readings.ts';

const LISTENER = 'tcp';
const HANDSHAKE_MS = 10_000;
const MAX_PROBLEMS = 8;
/** A sender that was refused and has not come again is no problem any more. */
const PROBLEM_MS = 600_000;

export const lumberjack: CollectorDefinition<LumberjackConfig> = {
  id: 'lumberjack',
  summary: 'Filebeat and other Beats, Elastic Agent and Logstash, by the Lumberjack protocol.',
  stability: 'stable',
  config: LumberjackConfig,
  needs: ({ address, port, tls }) => ({
    listeners: [{ name: LISTENER, transport: 'tcp', address, port }],
    ...(tls === undefined ? {} : { tls }),
  }),
  create: (ctx, config) => new LumberjackCollector(ctx, config),
};

class LumberjackCollector implements Collector {
  readonly #ctx: CollectorContext;
  readonly #config: LumberjackConfig;
  readonly #recent = new RecentRecords();
  readonly #readings: SourceReadings;
  readonly #connections = new Set<LumberjackConnection>();
  /** All that were accepted and are open, those that still shake hands included. */
  readonly #sockets = new Set<Socket>();
  #tls: TlsServer | undefined;
  #heldBytes = 0;
  /** The last one with each peer, the oldest first. */
  readonly #problems = new Map<string, { readonly text: string; readonly at: number }>();

  constructor(ctx: CollectorContext, config: LumberjackConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#readings = new SourceReadings(ctx.formats);
  }

  start(): Promise<void> {
    const listener = this.#ctx.listeners.get(LISTENER) as Server;
    const { tls } = this.#ctx;
    if (tls !== undefined)
      this.#tls = createTlsServer(
        {
          cert: tls.cert,
          key: tls.key,
          minVersion: 'TLSv1.2',
          handshakeTimeout: HANDSHAKE_MS,
          ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
        },
        (socket) => this.#serve(socket, tls.ca !== undefined),
      ).on('tlsClientError', (error: NodeJS.ErrnoException, socket: TLSSocket) => {
        this.#problem(socket.remoteAddress, `no TLS connection (${error.code ?? 'closed'})`);
        socket.destroy();
      });
    listener.on('connection', (socket) => this.#accept(socket));
    return Promise.resolve();
  }

  status(): CollectorReport {
    const now = this.#ctx.clock.monotonicMs();
    for (const [peer, { at }] of this.#problems) if (now - at >= PROBLEM_MS) this.#problems.delete(peer);
    return {
      sources: this.#connections.size,
      lagBytes: this.#heldBytes,
      dropped: 0,
      problems: Array.from(this.#problems.values(), ({ text }) => text),
    };
  }

  async close(): Promise<void> {
    (this.#ctx.listeners.get(LISTENER) as Server).close();
    await Promise.all([...this.#connections].map((connection) => connection.close()));
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket): void {
    socket.on('error', () => socket.destroy());
    if (this.#sockets.size >= this.#config.maxConnections) {
      this.#problem(socket.remoteAddress, `over ${this.#config.maxConnections} connections: one was refused`);
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket));
    if (this.#tls === undefined) this.#serve(socket, false);
    else this.#tls.emit('connection', socket);
  }

  #serve(socket: Socket, authenticated: boolean): void {
    const { maxWindow, maxRecordBytes, maxPackedBytes, maxBufferedBytes, idleMs, trustSenders } = this.#config;
    const peer = socket.remoteAddress;
    const connection = new LumberjackConnection(socket, {
      ctx: this.#ctx,
      limits: { maxWindow, maxRecordBytes, maxPackedBytes },
      idleMs,
      trusted: authenticated || trustSenders,
      recent: this.#recent,
      readings: this.#readings,
      hold: (bytes) => {
        this.#heldBytes += bytes;
        return this.#heldBytes <= maxBufferedBytes;
      },
      onBroken: (reason) => this.#problem(peer, reason),
      onEnd: () => this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  #problem(peer: string | undefined, reason: string): void {
    const from = peer ?? 'a peer that is gone';
    const text = `${from}: ${reason}`;
    // Whoever tries again and again does not fill the log.
    if (this.#problems.get(from)?.text !== text) this.#ctx.log.warn('a sender was refused', { peer: from, reason });
    this.#problems.delete(from);
    this.#problems.set(from, { text, at: this.#ctx.clock.monotonicMs() });
    for (const oldest of this.#problems.keys()) {
      if (this.#problems.size <= MAX_PROBLEMS) break;
      this.#problems.delete(oldest);
    }
  }
}
