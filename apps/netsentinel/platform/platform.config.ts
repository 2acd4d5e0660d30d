/** What the platform is told at its start: the parts of the configuration that concern it, and where its files are. */
import { Honeytoken } from '@netsentinel/contracts/honeytoken';
import type { Playbook } from '@netsentinel/contracts/playbook';
import { z } from 'zod';
import { OpenIdConfig } from '@netsentinel/api/auth/openid/openid.config';
import { LiveRedisConfig } from '@netsentinel/api/live/live-redis.config';
import { BlocklistConfig } from '@netsentinel/api/http/blocklist/blocklist.config';
import { AlertConfig } from '@netsentinel/alert/alert.config';
import { NetworksConfig } from '@netsentinel/enrich/enrich.config';
import { EncryptionConfig } from '@netsentinel/kernel/keyring.config';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import { HealthConfig } from '@netsentinel/sense/health/health.config';
import { StoreConfig } from '@netsentinel/store/store.config';
import { StreamConfig } from '@netsentinel/stream/stream.config';

export const PlatformConfig = z.strictObject({
  stream: StreamConfig,
  store: StoreConfig,
  /** With its keys read. */
  encryption: EncryptionConfig,
  alert: AlertConfig,
  networks: NetworksConfig,
  health: HealthConfig,
  response: RespondConfig,
  blocklist: BlocklistConfig,
  /** Those that may do something, checked where they were read: their schema is loaded only where there are any. */
  playbooks: z
    .strictObject({
      maxRuns: z.number(),
      maxRunsPerHour: z.number(),
      keepDays: z.number(),
      playbooks: z.array(z.strictObject({ playbook: z.custom<Playbook>(), mode: z.enum(['simulate', 'run']) })),
    })
    .optional(),
  places: z.strictObject({ addressTable: z.string(), elsewhere: z.array(z.string()).optional() }).optional(),
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  openId: OpenIdConfig.optional(),
  liveRedis: LiveRedisConfig.optional(),
  requestsPerMinute: z.number().int().min(1),
  consoleRoot: z.string(),
  /** Addresses, networks, hosts and autonomous systems that somebody named as never to be blocked. */
  neverBlocked: z.number().int(),
  contentRoot: z.string(),
  rulesRoot: z.string(),
  /** What lies in the decoys to be stolen. */
  honeytokens: z.array(Honeytoken).default([]),
});
export type PlatformConfig = z.infer<typeof PlatformConfig>;
