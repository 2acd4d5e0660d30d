/** What can be configured of the HTTP and HTTPS decoys. */
import { z } from 'zod';
import { serviceFields } from '../service/service.config.ts';
import { applicationNames } from './applications/index.ts';

const Application = z.strictObject({
  application: z.enum(applicationNames).describe('Which application.'),
  path: z.string().startsWith('/').max(128).default('/').describe('Where on the server it is.'),
  version: z.string().max(64).optional().describe('Its version; what fits the machine where none is given.'),
  title: z.string().max(128).optional().describe('Title of its pages.'),
  model: z.string().max(64).optional().describe('Maker and model of an appliance, as its pages show them.'),
});

const fields = {
  ...serviceFields,
  server: z
    .enum(['persona', 'nginx', 'apache', 'lighttpd', 'go'])
    .default('persona')
    .describe(
      'Which web server it behaves as; `persona`: the one that the machine would have, nginx where it has none.',
    ),
  version: z.string().max(64).optional().describe("Its version, in place of the machine's: `1.22.1`."),
  applications: z
    .union([z.literal('persona'), z.array(Application).max(32)])
    .default('persona')
    .describe('What is served beside plain files; `persona`: what the machine would have on this port.'),
  leaks: z
    .boolean()
    .default(true)
    .describe(
      'Leave what attackers look for where they look: `.env`, `.git`, backups, with credentials that are none.',
    ),
  webShells: z
    .boolean()
    .default(true)
    .describe('Uploaded and guessed web shells answer: what they are told runs on the machine that is not there.'),
};

export const HttpConfig = z.strictObject(fields);
export type HttpConfig = z.infer<typeof HttpConfig>;

export const HttpsConfig = z.strictObject({
  ...fields,
  http2: z.boolean().default(true).describe('Offer HTTP/2 where the server does.'),
});
export type HttpsConfig = z.infer<typeof HttpsConfig>;
