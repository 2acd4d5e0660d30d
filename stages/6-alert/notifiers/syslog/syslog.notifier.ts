/**
 * Syslog (RFC 5424) over UDP, TCP or TLS. No protocol of syslog's acknowledges: over TCP and TLS a message counts as sent once the system has
 * taken it and the connection has ended without an error, over UDP once it has left.
 */
import { createSocket } from 'node:dgram';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { NotifierDefinition, SendOutcome } from '@netsentinel/contracts/notifier';
import { describeError } from '@netsentinel/kernel/errors';
import { printable } from '@netsentinel/kernel/log';
import { revealed } from '@netsentinel/kernel/secret';
import { syslogMessage } from './message.ts';
import { SyslogConfig } from './syslog.config.ts';

const USUAL_PORT = { udp: 514, tcp: 601, tls: 6514 } as const;
/** What receivers should take of a datagram, and what they take of a connection by default. Bytes. */
const MAX_BYTES = { udp: 2048, tcp: 8000, tls: 8000 } as const;

export const syslogNotifier: NotifierDefinition<SyslogConfig> = {
  id: 'syslog',
  summary: 'Syslog (RFC 5424) over UDP, TCP or TLS',
  stability: 'stable',
  config: SyslogConfig,
  follows: true,
  create: (_, config) => ({
    send: async (notification) => {
      const { transport, facility } = config;
      const message = syslogMessage(notification, {
        facility,
        host: hostname(),
        pid: process.pid,
        maxBytes: MAX_BYTES[transport],
      });
      try {
        await (transport === 'udp' ? sendDatagram(config, message) : sendOverStream(config, message));
        return { ok: true, answer: `sent over ${transport}` } satisfies SendOutcome;
      } catch (error) {
        return { ok: false, answer: printable(describeError(error), 200), retry: true } satisfies SendOutcome;
      }
    },
    close: async () => {},
  }),
};

function sendDatagram({ host, port = USUAL_PORT.udp }: SyslogConfig, message: string): Promise<void> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  return new Promise<void>((resolve, reject) => {
    socket.on('error', reject);
    socket.send(message, port, host, (error) => (error === null ? resolve() : reject(error)));
  }).finally(() => socket.close());
}

function sendOverStream(config: SyslogConfig, message: string): Promise<void> {
  const { host, transport, framing, ca, timeoutMs } = config;
  const port = config.port ?? USUAL_PORT[transport];
  const framed =
    transport === 'tls' || framing === 'octets' ? `${Buffer.byteLength(message)} ${message}` : `${message}\n`;
  return new Promise((resolve, reject) => {
    const socket: Socket =
      transport === 'tls'
        ? connectTls({
            host,
            port,
            minVersion: 'TLSv1.2',
            ...(isIP(host) === 0 ? { servername: host } : {}),
            ...(ca === undefined ? {} : { ca: revealed(ca) }),
          })
        : connectTcp({ host, port });
    const timer = setTimeout(() => socket.destroy(new Error(`no end within ${timeoutMs} ms`)), timeoutMs);
    let sent = false;
    socket.on('error', reject);
    socket.on('close', () => {
      clearTimeout(timer);
      if (sent) resolve();
      else reject(new Error('the connection ended before the message was sent'));
    });
    socket.on(transport === 'tls' ? 'secureConnect' : 'connect', () => socket.end(framed));
    socket.on('finish', () => (sent = true));
    // What the other side says is of no interest, but its end is.
    socket.resume();
  });
}
