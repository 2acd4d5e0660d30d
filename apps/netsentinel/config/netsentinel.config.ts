/** The whole configuration file: each part's schema lives with the part; this puts them together. */
import { z } from 'zod';
import { AlertConfig } from '@netsentinel/alert/alert.config';
import { SshConfig } from '@netsentinel/decoys/ssh/ssh.config';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import { StoreConfig } from '@netsentinel/store/store.config';
import { StreamConfig } from '@netsentinel/stream/stream.config';

const identifier = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'lower-case letters, digits and hyphens');
const port = z.number().int().min(1).max(65_535);

/** One decoy; its options are those of its type, so that a mistake in them is found here, with its line. */
const decoy = <T extends string, S extends z.ZodType>(type: T, options: S) =>
  z.strictObject({
    id: identifier.describe('A name of your own; events carry it.'),
    type: z.literal(type).describe('The protocol.'),
    address: z.string().default('0.0.0.0').describe('Address to listen on; 0.0.0.0 is all of IPv4, :: all of both.'),
    port: port.describe(
      'Port to listen on. The real service of this kind uses its standard one (22 for SSH); ports below 1024 need root.',
    ),
    persona: z
      .string()
      .regex(/^[a-z0-9-]{1,64}$/)
      .default('debian-12-server')
      .describe('Decoys of one persona are one machine; another name is another machine.'),
    options: options.describe("The decoy's own settings."),
  });

const Decoy = z.discriminatedUnion('type', [decoy('ssh', SshConfig.prefault({}))]);

const DecoyLimits = z
  .strictObject({
    maxConnections: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(6_000)
      .describe('Connections at once, over all decoys.'),
    maxConnectionsPerSource: z
      .number()
      .int()
      .min(1)
      .max(100_000)
      .default(200)
      .describe('Connections at once from one address.'),
    maxSessionMs: z
      .number()
      .int()
      .min(1_000)
      .max(604_800_000)
      .default(14_400_000)
      .describe('Longest session, in milliseconds.'),
    maxUploadBytes: z
      .number()
      .int()
      .min(0)
      .max(67_108_864)
      .default(33_554_432)
      .describe('Bytes kept of one uploaded file.'),
    maxRecordingBytes: z
      .number()
      .int()
      .min(0)
      .max(1_073_741_824)
      .default(16_777_216)
      .describe('Bytes kept of one terminal recording.'),
  })
  .prefault({})
  .describe('Bounds on what attackers can use up.');

const Console = z
  .strictObject({
    address: z
      .string()
      .default('127.0.0.1')
      .describe('Address to serve the console on. Anything but loopback needs `tls`.'),
    port: port.default(8088).describe('Port to serve the console on.'),
    tls: z
      .strictObject({
        certFile: z.string().describe('PEM file with the certificate and its chain.'),
        keyFile: z.string().describe('PEM file with the private key.'),
      })
      .optional()
      .describe('Serve HTTPS with these files.'),
  })
  .prefault({})
  .describe('The web console and the API.');

export const NetSentinelConfig = z
  .strictObject({
    data: z.string().default('./data').describe('Folder that everything is kept in, relative to this file.'),
    logLevel: z
      .enum(['debug', 'info', 'warn', 'error'])
      .default('warn')
      .describe('What goes to stderr, as JSON lines.'),
    decoys: z
      .array(Decoy)
      .max(256)
      .prefault([{ id: 'ssh-1', type: 'ssh', address: '0.0.0.0', port: 2222 }])
      .describe('What attackers meet.'),
    decoyLimits: DecoyLimits,
    console: Console,
    enforcer: EnforcerConfig.prefault({}).describe('What changes the firewall, and what it refuses to touch.'),
    alert: AlertConfig.prefault({}).describe('How the moves of an attacker become an incident.'),
    response: RespondConfig.prefault({}).describe('Which incidents lead to a block, and for how long.'),
    stream: StreamConfig.prefault({}).describe('The durable log of events.'),
    store: StoreConfig.prefault({}).describe('Where events and files are kept, and for how long.'),
    sandbox: z
      .strictObject({
        enabled: z
          .boolean()
          .default(true)
          .describe(
            'Take rights away from the processes, as far as the system allows. Turn off only to look for a fault.',
          ),
      })
      .prefault({})
      .describe('How the processes are confined.'),
  })
  .superRefine((config, ctx) => {
    const ids = new Set<string>();
    const places = new Set([`${config.console.port}`]);
    for (const [i, decoy] of config.decoys.entries()) {
      if (ids.has(decoy.id))
        ctx.addIssue({ code: 'custom', path: ['decoys', i, 'id'], message: `another decoy is called "${decoy.id}"` });
      if (places.has(`${decoy.port}`) && !ids.has(decoy.id))
        ctx.addIssue({ code: 'custom', path: ['decoys', i, 'port'], message: `port ${decoy.port} is given twice` });
      ids.add(decoy.id);
      places.add(`${decoy.port}`);
    }
  });
export type NetSentinelConfig = z.infer<typeof NetSentinelConfig>;
