/** What can be set about the webhook responder. */
import { z } from 'zod';
import { filePath, rareCheckMs, timeoutMs } from '../../shared.config.ts';

export const WebhookConfig = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .max(2048)
      .describe('Where changes are posted to. Redirects are not followed.'),
    secretFile: filePath
      .optional()
      .describe(
        'File with the key of the signature (Standard Webhooks, HMAC-SHA256): `whsec_` with base64, or any text. Without it, nothing is signed.',
      ),
    allowPrivate: z.boolean().default(false).describe('Post to addresses that are not public, loopback included.'),
    caFile: filePath.optional().describe('PEM file with the authority to trust, instead of the well-known ones.'),
    attempts: z
      .number()
      .int()
      .min(1)
      .max(8)
      .default(4)
      .describe('How often a change is posted at most, with growing pauses, before it counts as failed.'),
    timeoutMs: timeoutMs.describe('Milliseconds that one answer may take.'),
    checkMs: rareCheckMs
      .default(60_000)
      .describe('Milliseconds between two questions whether the receiver still has the list.'),
  })
  .describe('Posts each change, signed, to a program of your own: `enforcer/responders/webhook/README.md`.');
export type WebhookConfig = z.infer<typeof WebhookConfig>;
