/** What can be set about the responder for network security groups of Azure. */
import { z } from 'zod';
import { cloudOptions } from '../../clouds/cloud.config.ts';
import { filePath } from '../../shared.config.ts';

const address = z.url({ protocol: /^https$/ }).max(2048);

export const AzureNsgConfig = z
  .strictObject({
    subscriptionId: z.guid().describe('Id of the subscription.'),
    resourceGroup: z
      .string()
      .regex(/^[\p{L}\p{N}_().-]{1,90}$/u)
      .describe('Resource group that the security group is in.'),
    networkSecurityGroup: z
      .string()
      .regex(/^\w[\w.-]{0,79}$/)
      .describe('Name of the security group.'),
    firstPriority: z
      .number()
      .int()
      .min(100)
      .max(4065)
      .default(100)
      .describe(
        'Lowest of the 32 priorities that our rules may have. Rules are looked at from the lowest on: ours must come before those that let people in.',
      ),
    maxEntries: z
      .number()
      .int()
      .min(1)
      .max(4000)
      .default(4000)
      .describe('Most blocks at once. Azure allows 4,000 addresses in all inbound rules of a group.'),
    tenantId: z.guid().optional().describe('Directory to sign in at, with `clientId` and `clientSecretFile`.'),
    clientId: z.guid().optional().describe('Application to sign in as; alone, the managed identity to use.'),
    clientSecretFile: filePath
      .optional()
      .describe(
        'File with the secret of the application. Without it Azure’s default chain is asked: managed identity, Azure CLI; variables of the environment do not reach the enforcer.',
      ),
    endpoint: address.optional().describe('Address of the resource manager, for national clouds.'),
    authority: address.optional().describe('Address to sign in at, for national clouds.'),
    caFile: filePath.optional().describe('PEM file with the authority to trust, instead of the well-known ones.'),
    pollMs: z
      .number()
      .int()
      .min(10)
      .max(60_000)
      .default(1000)
      .describe('Milliseconds between two questions whether Azure has made a change.'),
    ...cloudOptions({ everyMs: 5000, timeoutMs: 60_000 }),
  })
  .refine(({ tenantId, clientId, clientSecretFile }) => {
    return clientSecretFile === undefined ? tenantId === undefined : tenantId !== undefined && clientId !== undefined;
  }, 'tenantId, clientId and clientSecretFile go together')
  .describe(
    'Denies attackers in a network security group of Azure (never run live: tested against a fake only): `enforcer/responders/azure-nsg/README.md`. Needs `npm run setup -- --cloud azure`.',
  );
export type AzureNsgConfig = z.infer<typeof AzureNsgConfig>;
