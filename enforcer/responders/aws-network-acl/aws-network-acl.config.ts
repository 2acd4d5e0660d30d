/** What can be set about the responder for network ACLs of AWS. */
import { z } from 'zod';
import { awsAccount } from '../../clouds/aws-account.config.ts';
import { cloudOptions } from '../../clouds/cloud.config.ts';

export const AwsNetworkAclConfig = z
  .strictObject({
    networkAclIds: z
      .array(z.string().regex(/^acl-[0-9a-f]{8,17}$/))
      .min(1)
      .max(20)
      .describe('The network ACLs; each holds the same list.'),
    ...awsAccount(),
    firstRule: z
      .number()
      .int()
      .min(1)
      .max(32_000)
      .default(1)
      .describe(
        'Number of our first inbound rule. Rules are looked at from the lowest number on: ours must come before those that let people in.',
      ),
    maxRules: z
      .number()
      .int()
      .min(1)
      .max(40)
      .default(18)
      .describe(
        'Most rules of ours, with numbers that follow each other; also the most blocks at once. AWS allows 20 inbound rules in an ACL, those of others included, and up to 40 when asked.',
      ),
    ...cloudOptions({ everyMs: 2000, timeoutMs: 20_000 }),
  })
  .describe(
    'Denies attackers in network ACLs of AWS, for whole subnets: `enforcer/responders/aws-network-acl/README.md`. Needs `npm run setup -- --cloud aws`.',
  );
export type AwsNetworkAclConfig = z.infer<typeof AwsNetworkAclConfig>;
