/** Receives syslog over UDP, TCP and TLS, from whoever may send it. */
import { Socket as DatagramSocket } from 'node:dgram';
import { Server, type Socket } from 'node:net';
import { createServer, type Server as TlsServer } from 'node:tls';
import type {
  Collector,
  CollectorContext,
  CollectorDefinition,
  CollectorNeeds,
  ListenerNeed,
} from '@netsentinel/contracts/collector';
import type { CollectorReport } from '@netsentinel/contracts/collector-report';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { AllowedSenders } from '../../receive/allowed-senders.ts';
import { Complaints } from '../../receive/complaints.ts';
import { Connections } from '../../receive/connections.ts';
import { Datagrams } from './datagrams.ts';
import { MessageSink } from './message-sink.ts';
import { Streams } from './streams.ts';
import { SyslogConfig } from './syslog.config.ts';

const HANDSHAKE_MS = 10_000;
const CUT = 'bytes of messages longer than `maxMessageBytes` were cut off';
const TLS_FAILED = 'TLS connections failed';

export const syslogCollector: CollectorDefinition<SyslogConfig> = {
  id: 'syslog',
  summary: 'Syslog over UDP, TCP and TLS (RFC 3164, RFC 5424, RFC 5425, RFC 6587), whatever format is inside',
  stability: 'stable',
  config: SyslogConfig,
  needs,
  create: (ctx, config) => new SyslogCollector(ctx, config),
};

function needs({ udp, tcp, tls }: SyslogConfig): CollectorNeeds {
  const listeners: ListenerNeed[] = [];
  if (udp !== undefined) listeners.push({ name: 'udp', transport: 'udp', address: udp.address, port: udp.port });
  if (tcp !== undefined) listeners.push({ name: 'tcp', transport: 'tcp', address: tcp.address, port: tcp.port });
  if (tls === undefined) return { listeners };
  listeners.push({ name: 'tls', transport: 'tcp', address: tls.address, port: tls.port });
  return { listeners, tls: { certFile: tls.certFile, keyFile: tls.keyFile, caFile: tls.clientCaFile } };
}

class SyslogCollector implements Collector {
  readonly #ctx: CollectorContext;
  readonly #config: SyslogConfig;
  readonly #complaints: Complaints;
  readonly #connections: Connections;
  readonly #allowed: AllowedSenders;
  readonly #sinks: MessageSink[] = [];
  #streams: Streams | undefined;
  #datagrams: Datagrams | undefined;
  #cutTold = 0;

  constructor(ctx: CollectorContext, config: SyslogConfig) {
    this.#ctx = ctx;
    this.#config = config;
    this.#complaints = new Complaints(ctx);
    this.#allowed = new AllowedSenders(config.allow);
    this.#connections = new Connections({ limits: config, allowed: this.#allowed, complaints: this.#complaints });
  }

  async start(): Promise<void> {
    const { formats, listeners } = this.#ctx;
    const { format } = this.#config;
    const only = format === undefined ? undefined : await formats.named(format);
    const sink = async (trusted: boolean): Promise<MessageSink> => {
      const made = new MessageSink(this.#ctx, await formats.messages(only), trusted);
      this.#sinks.push(made);
      return made;
    };
    const udp = listeners.get('udp');
    if (udp instanceof DatagramSocket) {
      const options = { ...this.#config, ...this.#config.udp!, ctx: this.#ctx, socket: udp, sink: await sink(false) };
      this.#datagrams = new Datagrams({ ...options, allowed: this.#allowed, complaints: this.#complaints });
      this.#datagrams.start();
    }
    this.#streams = new Streams({ ...this.#config, ctx: this.#ctx, complaints: this.#complaints });
    const known = this.#config.allow !== undefined;
    const tcp = listeners.get('tcp');
    if (tcp instanceof Server) {
      const plain = await sink(known);
      tcp.on('connection', (socket) => {
        const sender = this.#connections.admit(socket);
        if (sender !== undefined) this.#streams!.serve(socket, sender, plain);
      });
    }
    const tls = listeners.get('tls');
    if (tls instanceof Server) this.#serveTls(tls, await sink(known || this.#config.tls!.clientCaFile !== undefined));
  }

  status(): CollectorReport {
    const cut = this.#sinks.reduce((sum, { cutBytes }) => sum + cutBytes, 0);
    if (cut > this.#cutTold) this.#complaints.add(CUT, cut - this.#cutTold);
    this.#cutTold = cut;
    this.#datagrams?.lookForDrops();
    return {
      sources: this.#connections.size + (this.#datagrams?.senders ?? 0),
      lagBytes: this.#datagrams?.queuedBytes ?? 0,
      dropped: this.#datagrams?.dropped ?? 0,
      problems: this.#complaints.problems(),
    };
  }

  async close(): Promise<void> {
    for (const listener of this.#ctx.listeners.values()) if (listener instanceof Server) listener.close();
    await Promise.all([this.#connections.close(), this.#datagrams?.close()]);
    this.#streams?.close();
  }

  #serveTls(listener: Server, sink: MessageSink): void {
    const { tls } = this.#ctx;
    if (tls === undefined) throw new NetSentinelError('COLLECTOR_NO_KEY', 'bug', 'a TLS listener came without its key');
    const server: TlsServer = createServer(
      {
        cert: tls.cert,
        key: tls.key,
        ...(tls.ca === undefined ? {} : { ca: tls.ca, requestCert: true, rejectUnauthorized: true }),
        handshakeTimeout: HANDSHAKE_MS,
        minVersion: 'TLSv1.2',
      },
      (socket) => this.#streams!.serve(socket, this.#allowed.admit(socket.remoteAddress ?? '') ?? '', sink),
    );
    server.on('tlsClientError', (error, socket) => {
      this.#complaints.add(TLS_FAILED, 1, { sender: socket.remoteAddress, reason: error.message });
      socket.destroy();
    });
    listener.on('connection', (socket: Socket) => {
      if (this.#connections.admit(socket) !== undefined) server.emit('connection', socket);
    });
  }
}
