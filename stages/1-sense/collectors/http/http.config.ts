/** What an operator may set about an HTTP receiver. */
import { z } from 'zod';
import { Networks } from '../../receive/allowed-senders.ts';
import { certificate, connections, connectionsOfOne, port } from '../../receive/receiver-options.ts';

const MIB = 1024 * 1024;
const LOOPBACK = /^(127\.|::1$|localhost$)/;

export const HttpConfig = z
  .strictObject({
    address: z
      .string()
      .default('127.0.0.1')
      .describe('Address to listen on. Anything but loopback needs `tls`, since a token is a password.'),
    port: port.default(8090).describe('Port to listen on.'),
    path: z
      .string()
      .regex(/^\/[\w./-]{0,127}$/, 'a path such as /ingest')
      .default('/ingest')
      .describe('Path that records are posted to.'),
    tls: z.strictObject(certificate).optional().describe('Serve HTTPS with these files.'),
    plainText: z
      .boolean()
      .default(false)
      .describe(
        'Serve without TLS on another address than loopback: only behind a proxy that ends TLS, on a network that nobody reads.',
      ),
    tokens: z
      .array(z.string().min(16, 'a token has at least 16 characters').max(256))
      .min(1)
      .max(64)
      .describe('Senders show one of these as `Authorization: Bearer TOKEN`. `openssl rand -hex 24` makes one.'),
    allow: Networks.optional().describe('Addresses and networks that may send; without it, everybody who has a token.'),
    format: z
      .string()
      .max(64)
      .optional()
      .describe(
        'What is sent, as `formats` names it. Without it, each request is looked at; `?format=NAME` says it for one request.',
      ),
    maxBodyBytes: z
      .number()
      .int()
      .min(1024)
      .max(256 * MIB)
      .default(16 * MIB)
      .describe('Bytes of one request as it is sent.'),
    maxUnpackedBytes: z
      .number()
      .int()
      .min(1024)
      .max(256 * MIB)
      .default(32 * MIB)
      .describe('Bytes of one request unpacked; a small file may claim to be endless.'),
    maxHeldBytes: z
      .number()
      .int()
      .min(MIB)
      .max(4096 * MIB)
      .default(128 * MIB)
      .describe('Bytes of all requests together; beyond it senders are asked to come again (429).'),
    maxRecordBytes: z
      .number()
      .int()
      .min(1024)
      .max(MIB)
      .default(MIB)
      .describe('Bytes of one record; the rest of a longer one is cut off.'),
    maxConnections: connections(100_000, 500),
    maxConnectionsPerSender: connectionsOfOne(100),
    requestTimeoutMs: z
      .number()
      .int()
      .min(1_000)
      .max(3_600_000)
      .default(60_000)
      .describe('Milliseconds that a sender may take for one request.'),
    keepTimeoutMs: z
      .number()
      .int()
      .min(1_000)
      .max(600_000)
      .default(30_000)
      .describe('Milliseconds to wait until the records are on disk, before the sender is told to try again (503).'),
  })
  .refine(({ address, tls, plainText }) => tls !== undefined || plainText || LOOPBACK.test(address), {
    path: ['tls'],
    message: 'is needed where the address is not loopback, or `plainText: true`',
  })
  .refine(({ maxBodyBytes, maxUnpackedBytes, maxHeldBytes }) => maxHeldBytes >= maxBodyBytes + maxUnpackedBytes, {
    path: ['maxHeldBytes'],
    message: 'must have room for one request: `maxBodyBytes` and `maxUnpackedBytes` together',
  });
export type HttpConfig = z.infer<typeof HttpConfig>;
