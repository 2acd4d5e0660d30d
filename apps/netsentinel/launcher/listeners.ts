/** Binds what the configuration asks for, with errors that name the line and say what to do. */
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, isIPv6, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { isNetSentinelError, NetSentinelError } from '@netsentinel/kernel/errors';

const AGAIN_MS = 50;

/** `where` is the place in the configuration that asked for the port. The server does not accept here: it is handed to another process. */
export async function bindListener(address: string, port: number, where: string): Promise<Server> {
  const server = createServer({ pauseOnConnect: true });
  // What comes in before the hand-over waits in the socket; nothing must be read here.
  server.on('connection', (socket) => socket.destroy());
  try {
    server.listen({ host: address, port, ipv6Only: false });
    await once(server, 'listening');
    server.unref();
    return server;
  } catch (error) {
    throw explain(error as NodeJS.ErrnoException, address, port, where);
  }
}

/** A bound datagram socket, for another process to read. */
export async function bindDatagram(address: string, port: number, where: string): Promise<DatagramSocket> {
  const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4' });
  try {
    socket.bind({ address, port, exclusive: true });
    await once(socket, 'listening');
    socket.unref();
    return socket;
  } catch (error) {
    socket.close();
    throw explain(error as NodeJS.ErrnoException, address, port, where);
  }
}

/**
 * Binds what processes of ours may still hold for a moment: those that have just died, or those that a killed launcher had started.
 * @param forMs how long it is tried where a port is in use, in milliseconds
 */
export async function bindAgain<T>(bind: () => Promise<T>, forMs: number): Promise<T> {
  const until = performance.now() + forMs;
  for (;;)
    try {
      return await bind();
    } catch (error) {
      if (!isNetSentinelError(error, 'LISTEN_IN_USE') || performance.now() > until) throw error;
      await sleep(AGAIN_MS);
    }
}

function explain(error: NodeJS.ErrnoException, address: string, port: number, where: string): NetSentinelError {
  const place = `${address}:${port}`;
  switch (error.code) {
    case 'EADDRINUSE':
      return new NetSentinelError('LISTEN_IN_USE', 'user', `${place} is in use by another program`, {
        where,
        hint: `Choose another port there, or stop what listens on it (ss -ltnp 'sport = :${port}').`,
        cause: error,
      });
    case 'EACCES':
      return new NetSentinelError('LISTEN_NO_RIGHT', 'user', `no right to listen on ${place}`, {
        where,
        hint: `Ports below 1024 need root: start as root, choose another such as ${port + 20_000}, or play a persona with \`--ports high\`.`,
        cause: error,
      });
    case 'EADDRNOTAVAIL':
      return new NetSentinelError('LISTEN_NO_ADDRESS', 'user', `${address} is not an address of this machine`, {
        where,
        hint: 'Use 0.0.0.0 for all addresses, or one that `ip address` shows.',
        cause: error,
      });
    default:
      return new NetSentinelError('LISTEN_FAILED', 'operational', `cannot listen on ${place}: ${error.message}`, {
        where,
        cause: error,
      });
  }
}
