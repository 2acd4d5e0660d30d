/** What can be set about the responder for AWS WAF. */
import { z } from 'zod';
import { awsAccount } from '../../clouds/aws-account.config.ts';
import { cloudOptions } from '../../clouds/cloud.config.ts';

export const AwsWafConfig = z
  .strictObject({
    ...awsAccount(),
    scope: z
      .enum(['REGIONAL', 'CLOUDFRONT'])
      .default('REGIONAL')
      .describe('Where the web ACLs are that use the sets. For CLOUDFRONT the region is us-east-1.'),
    name: z
      .string()
      .regex(/^[\w-]{1,120}$/)
      .default('netsentinel')
      .describe(
        'Beginning of the names of our two IP sets, which `-4` and `-6` follow. They are made where they are not there; a rule of yours has to refer to them.',
      ),
    maxEntries: z
      .number()
      .int()
      .min(1)
      .max(10_000)
      .default(10_000)
      .describe('Most blocks in each of the sets; AWS allows 10,000.'),
    ...cloudOptions({ everyMs: 2000, timeoutMs: 20_000 }),
  })
  .refine(({ scope, region }) => scope !== 'CLOUDFRONT' || region === 'us-east-1', {
    path: ['region'],
    error: 'For CloudFront the region is us-east-1',
  })
  .describe(
    'Keeps two IP sets of AWS WAF, for rules of your web ACLs: `enforcer/responders/aws-waf/README.md`. Needs `npm run setup -- --cloud aws`.',
  );
export type AwsWafConfig = z.infer<typeof AwsWafConfig>;
