/** The whole configuration file: each part's schema lives with the part; this puts them together. */
import { z } from 'zod';
import { OpenIdConfig } from '@netsentinel/api/auth/openid/openid.config';
import { BlocklistConfig } from '@netsentinel/api/http/blocklist/blocklist.config';
import { LiveRedisConfig } from '@netsentinel/api/live/live-redis.config';
import { AlertConfig } from '@netsentinel/alert/alert.config';
import { FtpConfig } from '@netsentinel/decoys/ftp/ftp.config';
import { HttpConfig, HttpsConfig } from '@netsentinel/decoys/http/http.config';
import { decoyTypes } from '@netsentinel/decoys/index';
import { MysqlConfig } from '@netsentinel/decoys/mysql/mysql.config';
import { PostgresConfig } from '@netsentinel/decoys/postgres/postgres.config';
import { RdpConfig } from '@netsentinel/decoys/rdp/rdp.config';
import { RedisConfig } from '@netsentinel/decoys/redis/redis.config';
import { ScriptedConfig } from '@netsentinel/decoys/scripted/scripted.config';
import { SmbConfig } from '@netsentinel/decoys/smb/smb.config';
import { SshConfig } from '@netsentinel/decoys/ssh/ssh.config';
import { TarpitConfig } from '@netsentinel/decoys/tarpit/tarpit.config';
import { TelnetConfig } from '@netsentinel/decoys/telnet/telnet.config';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { NetworksConfig } from '@netsentinel/enrich/enrich.config';
import { HealthConfig } from '@netsentinel/sense/health/health.config';
import { WatcherConfig } from '@netsentinel/sense/watcher/watcher.config';
import { EncryptionConfig } from '@netsentinel/kernel/keyring.config';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import { PlaybooksConfig } from '@netsentinel/respond/playbooks/playbooks.config';
import { StoreConfig } from '@netsentinel/store/store.config';
import { StreamConfig } from '@netsentinel/stream/stream.config';
import { CollectorsConfig } from './collectors.config.ts';
import { PersonasConfig } from './personas.config.ts';

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
      .regex(/^[a-z0-9][a-z0-9.-]{0,63}$/)
      .default('debian-12-server')
      .describe('Decoys of one persona are one machine; another name is another machine.'),
    options: options.describe("The decoy's own settings."),
  });

export const Decoy = z.discriminatedUnion('type', [
  decoy('ftp', FtpConfig.prefault({})),
  decoy('http', HttpConfig.prefault({})),
  decoy('https', HttpsConfig.prefault({})),
  decoy('mysql', MysqlConfig.prefault({})),
  decoy('postgres', PostgresConfig.prefault({})),
  decoy('rdp', RdpConfig.prefault({})),
  decoy('redis', RedisConfig.prefault({})),
  decoy('scripted', ScriptedConfig.prefault({})),
  decoy('scripted-udp', ScriptedConfig.prefault({})),
  decoy('smb', SmbConfig.prefault({})),
  decoy('ssh', SshConfig.prefault({})),
  decoy('tarpit', TarpitConfig.prefault({})),
  decoy('telnet', TelnetConfig.prefault({})),
]);

/** What is played where nothing is configured: the default persona's services, on ports that need no rights. */
const DEFAULT_DECOYS = (
  [
    ['ssh', 2222],
    ['http', 8080],
    ['https', 8443],
    ['ftp', 2121],
  ] as const
)
  .filter(([type]) => decoyTypes.includes(type))
  .map(([type, at]) => ({ id: `${type}-1`, type: type as 'ssh', address: '0.0.0.0', port: at }));

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
    requestsPerMinute: z
      .number()
      .int()
      .min(60)
      .max(1_000_000)
      .default(6000)
      .describe(
        'Requests that one account, one token, or one address that is not signed in may make of the API; up to a quarter of a minute’s at once. More are answered 429.',
      ),
    openId: OpenIdConfig.optional().describe(
      'Sign in by an OpenID provider, besides passwords. There the console is a web client whose redirect address is the console’s own with `/openid/` behind it.',
    ),
    live: z
      .strictObject({
        redis: LiveRedisConfig.optional().describe(
          'Share messages with the consoles of other platforms over a Redis, 7.0 or later, or a Valkey.',
        ),
      })
      .prefault({})
      .describe('The live channel, by which consoles hear of what happens.'),
    tls: z
      .strictObject({
        certFile: z.string().optional().describe('PEM file with the certificate and its chain.'),
        keyFile: z.string().optional().describe('PEM file with the private key.'),
        names: z
          .array(z.string().min(1).max(253))
          .max(64)
          .optional()
          .describe(
            'Host names and addresses that a made certificate is for, besides `address`, this machine’s name and, where it listens on all, its addresses.',
          ),
      })
      .optional()
      .describe(
        'Serve HTTPS with these files. With none (`tls: {}`) a certificate is made, of an authority of this install’s own that a browser is told of once: `console/authority.pem` in the data folder.',
      ),
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
    personas: PersonasConfig.describe(
      'Machines that attackers meet, whole ones: each entry starts all decoys of a persona. Without this, and without `decoys`, one is played on ports that need no rights.',
    ),
    decoys: z
      .array(Decoy)
      .max(256)
      .prefault(DEFAULT_DECOYS)
      .describe('Single decoys, besides or instead of whole `personas`.'),
    decoyLimits: DecoyLimits,
    watcher: WatcherConfig.prefault({}).describe('What sees port scans.'),
    collectors: CollectorsConfig,
    console: Console,
    networks: NetworksConfig.prefault({}).describe('Whose the networks around are.'),
    enforcer: EnforcerConfig.prefault({}).describe('What changes the firewall, and what it refuses to touch.'),
    alert: AlertConfig.prefault({}).describe('How the moves of an attacker become an incident.'),
    health: HealthConfig.prefault({}).describe('When the silence of a sensor is an alarm.'),
    response: RespondConfig.prefault({}).describe('Which incidents lead to a block, and for how long.'),
    playbooks: PlaybooksConfig.prefault({}).describe(
      'What is done about incidents, step by step. None runs by default.',
    ),
    blocklist: BlocklistConfig.prefault({}).describe(
      'The list of blocks for programs elsewhere that enforce them: CrowdSec bouncers, firewalls, scripts.',
    ),
    stream: StreamConfig.prefault({}).describe('The durable log of events.'),
    store: StoreConfig.prefault({}).describe('Where events and files are kept, and for how long.'),
    encryption: EncryptionConfig.prefault({}).describe('What is encrypted at rest: with whose key.'),
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
    const machines = new Set<string>();
    for (const [i, { id }] of config.personas.entries()) {
      if (machines.has(id))
        ctx.addIssue({ code: 'custom', path: ['personas', i, 'id'], message: `another persona is called "${id}"` });
      machines.add(id);
    }
    for (const [i, decoy] of config.decoys.entries()) {
      if (ids.has(decoy.id))
        ctx.addIssue({ code: 'custom', path: ['decoys', i, 'id'], message: `another decoy is called "${decoy.id}"` });
      if (places.has(`${decoy.port}`) && !ids.has(decoy.id))
        ctx.addIssue({ code: 'custom', path: ['decoys', i, 'port'], message: `port ${decoy.port} is given twice` });
      ids.add(decoy.id);
      places.add(`${decoy.port}`);
    }
    const names = new Set<string>();
    for (const [i, { id }] of config.collectors.entries()) {
      if (names.has(id))
        ctx.addIssue({ code: 'custom', path: ['collectors', i, 'id'], message: `another collector is called "${id}"` });
      names.add(id);
    }
  });
export type NetSentinelConfig = z.infer<typeof NetSentinelConfig>;
