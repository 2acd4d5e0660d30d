/** What can be set about every responder for AWS: the account, and where it is. */
import { z } from 'zod';
import { filePath } from '../shared.config.ts';

export const awsAccount = () => ({
  region: z
    .string()
    .regex(/^[a-z]{2,4}(-[a-z]{2,12}){1,3}-\d{1,2}$/, 'a region, as eu-central-1')
    .describe('Region of AWS that it is in.'),
  profile: z
    .string()
    .min(1)
    .max(256)
    .optional()
    .describe('Profile of the credentials file; without it and `credentialsFile`, AWS’s default chain is asked.'),
  credentialsFile: filePath
    .optional()
    .describe(
      'Credentials file in the form of `~/.aws/credentials`. Without it the role of the machine and the files of the user are tried; variables of the environment do not reach the enforcer.',
    ),
  endpoint: z
    .url({ protocol: /^https?$/ })
    .max(2048)
    .optional()
    .describe('Another address of the service, as a VPC endpoint has.'),
});
