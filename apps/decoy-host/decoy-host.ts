/**
 * The process that faces attackers. It is handed listeners, seeds and a link to the platform, and nothing else: no file of state, no
 * secret, no configuration but that of its own decoys, no network of its own, no right to start a program (`launcher/sandbox.ts`).
 */
import { randomBytes } from 'node:crypto';
import { Socket as DatagramSocket } from 'node:dgram';
import { Server, Socket } from 'node:net';
import { ToDecoyHost } from '@netsentinel/contracts/process';
import type { Decoy, DecoyContext } from '@netsentinel/contracts/decoy';
import { findDecoy } from '@netsentinel/decoys/index';
import { systemClock } from '@netsentinel/kernel/clock';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { serveLauncher } from '@netsentinel/kernel/ipc';
import { createLogger } from '@netsentinel/kernel/log';
import { ReplyBudget, serveDatagrams } from './datagrams.ts';
import { WireClient } from './wire-client.ts';

const SETTLE_MS = 2_000;

interface Listening {
  readonly listeners: (Server | DatagramSocket)[];
  readonly sockets: Set<Socket>;
}

type Boot = Extract<ToDecoyHost, { t: 'boot' }>;

/** Unique across restarts, and readable: milliseconds and chance. */
const epoch = `${Date.now().toString(36)}${randomBytes(4).toString('hex')}`;
const decoys = new Map<string, Decoy>();
/** What decoys have been given to listen on, by id, and who is connected there. */
const listening = new Map<string, Listening>();
const replyBudget = new ReplyBudget(systemClock);
let wire: WireClient | undefined;

const channel = serveLauncher(
  ToDecoyHost,
  async (message, handle) => {
    switch (message.t) {
      case 'boot':
        await boot(message);
        channel.send({ t: 'ready' });
        return;
      case 'listener': {
        const decoy = decoys.get(message.decoy);
        const own = listening.get(message.decoy) ?? { listeners: [], sockets: new Set() };
        if (decoy !== undefined && handle instanceof Server) serve(handle, decoy, own.sockets);
        else if (decoy?.datagram !== undefined && handle instanceof DatagramSocket)
          serveDatagrams(handle, decoy, replyBudget, handle.address().port);
        else throw new NetSentinelError('PROCESS_BAD_MESSAGE', 'bug', 'a listener came for no decoy of ours');
        own.listeners.push(handle);
        listening.set(message.decoy, own);
        wire?.beat();
        return;
      }
      case 'unlisten':
        unlisten(message.decoy);
        wire?.beat();
        return;
      case 'link':
        // No socket comes with the message where the platform died before it was delivered; another will follow.
        if (handle instanceof Socket) wire?.link(handle);
        return;
      default:
        message satisfies never;
    }
  },
  stop,
);

async function boot(message: Boot): Promise<void> {
  const log = createLogger('decoy-host', { level: message.logLevel });
  const link = new WireClient({
    epoch,
    log,
    limits: message.limits,
    decoys: () => Object.fromEntries([...listening.keys()].map((id) => [id, decoys.get(id)?.connections ?? 0])),
  });
  wire = link;
  let session = 0;
  for (const entry of message.decoys) {
    const definition = await findDecoy(entry.type);
    if (definition === undefined) throw new NetSentinelError('DECOY_UNKNOWN', 'user', `no decoy of type ${entry.type}`);
    const ctx: DecoyContext = {
      decoy: entry.id,
      seed: Buffer.from(entry.seed, 'base64'),
      persona: message.personas[entry.persona],
      servicePort: entry.servicePort,
      clock: systemClock,
      log: log.with({ decoy: entry.id }),
      limits: message.limits,
      newSessionId: () => `${message.sensor}~${epoch}~${(++session).toString(36)}`,
      emit: (event) => link.emit(event),
      drained: () => link.drained(),
      blobs: link,
      memory: link,
    };
    decoys.set(entry.id, definition.create(ctx, definition.config.parse(entry.config)));
  }
}

function serve(server: Server, decoy: Decoy, sockets: Set<Socket>): void {
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    const { remoteAddress, remotePort, localAddress, localPort } = socket;
    if (remoteAddress === undefined || remotePort === undefined) return socket.destroy();
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    decoy.accept({
      stream: socket,
      source: { ip: remoteAddress, port: remotePort },
      destination: { ip: localAddress ?? '0.0.0.0', port: localPort ?? 0 },
    });
    return undefined;
  });
  server.on('error', () => {});
}

function unlisten(decoy: string): void {
  const { listeners, sockets } = listening.get(decoy) ?? { listeners: [], sockets: [] };
  listening.delete(decoy);
  for (const listener of listeners) listener.close();
  // The decoy tells of each as of any attacker who hung up.
  for (const socket of sockets) socket.destroy();
}

async function stop(): Promise<void> {
  for (const { listeners } of listening.values()) for (const listener of listeners) listener.close();
  await Promise.all([...decoys.values()].map((decoy) => decoy.close()));
  await wire?.settle(SETTLE_MS);
  wire?.close();
}
