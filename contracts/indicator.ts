/** `Indicator`: something an attacker used that others can look for; shaped so that it becomes a STIX 2.1 indicator without guessing. */
import { z } from 'zod';

export const Indicator = z.strictObject({
  id: z.string().max(128),
  type: z.enum(['ipv4-addr', 'ipv6-addr', 'domain-name', 'url', 'file-sha256', 'ssh-hassh', 'ssh-public-key']),
  value: z.string().max(4096),
  /** 0 to 100, as STIX has it. */
  confidence: z.number().int().min(0).max(100),
  firstSeen: z.number().int(),
  lastSeen: z.number().int(),
  validUntil: z.number().int(),
  incidents: z.array(z.string().max(64)).max(64),
});
export type Indicator = z.infer<typeof Indicator>;
