/** What an operator may set about a syslog receiver. */
import { Networks } from '../../receive/allowed-senders.ts';
import { address, certificate, connections, connectionsOfOne, port } from '../../receive/receiver-options.ts';
import { z } from 'zod';

export const SyslogConfig = z
  .strictObject({
    udp: z
      .strictObject({
        address,
        port: port.default(514).describe('Port; 514 is the standard one and needs root.'),
        receiveBufferBytes: z
          .number()
          .int()
          .min(65_536)
          .max(1_073_741_824)
          .default(33_554_432)
          .describe(
            'Bytes that the kernel keeps while we are busy. It gives no more than net.core.rmem_max; what we got is shown when datagrams were lost.',
          ),
      })
      .optional()
      .describe(
        'Listen for datagrams (RFC 5426). Whoever can send one can forge its sender: such records never block anybody.',
      ),
    tcp: z
      .strictObject({ address, port: port.default(601).describe('Port; 601 and 514 are usual, and need root.') })
      .optional()
      .describe('Listen for connections (RFC 6587). Octet counting and lines are told apart by themselves.'),
    tls: z
      .strictObject({
        address,
        port: port.default(6514).describe('Port; 6514 is the standard one.'),
        ...certificate,
        clientCaFile: z
          .string()
          .optional()
          .describe(
            'PEM file with the authorities whose certificates senders must show. Without it anybody may connect.',
          ),
      })
      .optional()
      .describe('Listen for TLS connections (RFC 5425).'),
    allow: Networks.optional().describe(
      'Addresses and networks that may send; without it, everybody. Records of connections from these are believed as those of a local file are; others never block anybody.',
    ),
    format: z
      .string()
      .max(64)
      .optional()
      .describe('What is inside all messages, as `formats` names it. Without it, each message is looked at.'),
    maxMessageBytes: z
      .number()
      .int()
      .min(1024)
      .max(1_048_576)
      .default(65_536)
      .describe('Bytes of one message; the rest of a longer one is cut off, which is counted.'),
    maxConnections: connections(100_000, 1_000, 'Connections at once, over TCP and TLS together.'),
    maxConnectionsPerSender: connectionsOfOne(64),
    idleTimeoutMs: z
      .number()
      .int()
      .min(1_000)
      .max(604_800_000)
      .default(3_600_000)
      .describe('Milliseconds without a byte after which a connection is closed.'),
    messageTimeoutMs: z
      .number()
      .int()
      .min(1_000)
      .max(3_600_000)
      .default(60_000)
      .describe('Milliseconds that a sender may take from the first byte of a message to its last.'),
  })
  .refine(({ udp, tcp, tls }) => udp !== undefined || tcp !== undefined || tls !== undefined, {
    message: 'one of `udp`, `tcp` and `tls` must be given',
  });
export type SyslogConfig = z.infer<typeof SyslogConfig>;
