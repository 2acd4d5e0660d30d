/** What can be set about the responder for firewall policies of Google Cloud. */
import { z } from 'zod';
import { cloudOptions } from '../../clouds/cloud.config.ts';
import { filePath } from '../../shared.config.ts';

const name = z.string().regex(/^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/);

export const GcpFirewallPolicyConfig = z
  .strictObject({
    project: z
      .string()
      .regex(/^(?:[a-z0-9.-]{1,100}:)?[a-z][-a-z0-9]{4,28}[a-z0-9]$/)
      .describe('Id of the project.'),
    policy: name.describe('Name of the network firewall policy, which has to be there.'),
    region: name.optional().describe('Region of the policy; without it, it is a global one.'),
    firstPriority: z
      .number()
      .int()
      .min(0)
      .max(2_000_000_000)
      .default(100)
      .describe(
        'Priority of our rule for IPv4; the one for IPv6 has the next. Rules are looked at from the lowest on: ours must come before those that let people in.',
      ),
    maxEntries: z
      .number()
      .int()
      .min(1)
      .max(5000)
      .default(5000)
      .describe('Most blocks in each of the rules; Google Cloud allows 5,000.'),
    credentialsFile: filePath
      .optional()
      .describe(
        'JSON file with the key of a service account, or a configuration of workload identity federation. Without it the service account of the machine is taken; variables of the environment do not reach the enforcer.',
      ),
    endpoint: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .regex(/^https:|^http:\/\/127\.0\.0\.1[:/]/, 'https, or the loopback')
      .transform((url) => url.replace(/\/+$/, ''))
      .default('https://compute.googleapis.com')
      .describe('Address of Compute Engine, as Private Service Connect has another.'),
    ...cloudOptions({ everyMs: 5000, timeoutMs: 60_000 }),
  })
  .describe(
    'Denies attackers in a network firewall policy of Google Cloud (never run live: tested against a fake only): `enforcer/responders/gcp-firewall-policy/README.md`. Needs `npm run setup -- --cloud gcp`.',
  );
export type GcpFirewallPolicyConfig = z.infer<typeof GcpFirewallPolicyConfig>;
