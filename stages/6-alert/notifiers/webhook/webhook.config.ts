/** What an operator may set about a webhook. */
import { Secret } from '@netsentinel/kernel/secret';
import { z } from 'zod';
import { allowPrivate, ca, serviceUrl, timeoutMs } from '../options.ts';
import { checkTemplate } from './template.ts';

const header = z.string().regex(/^[\t\x20-\x7e]{0,1024}$/, 'one line of ASCII');

export const WebhookConfig = z
  .strictObject({
    url: serviceUrl('https://hooks.example.com/netsentinel'),
    secret: Secret.optional().describe(
      'Key of the signature (Standard Webhooks: `webhook-id`, `webhook-timestamp`, `webhook-signature`, HMAC-SHA256); `whsec_` with base64, or any text. Without it, messages are not signed.',
    ),
    authorization: Secret.optional().describe('Value of the Authorization header, such as `Bearer …`.'),
    headers: z
      .record(
        z
          .string()
          .regex(
            /^(?!(?:host|content-length|transfer-encoding|connection|authorization|webhook-.*)$)[a-z0-9-]{1,64}$/i,
            'a header’s name that is not ours to send',
          ),
        header,
      )
      .default({})
      .describe('Further headers.'),
    contentType: z
      .string()
      .regex(/^[a-z]+\/[a-z0-9.+-]+$/, 'such as application/json')
      .default('application/json')
      .describe('Media type of the body.'),
    body: z
      .string()
      .max(65_536)
      .optional()
      .describe(
        'Template of the body: {{title}}, {{severity}}, {{text}}, {{url}}, {{incident}} and the other parts of a message, escaped to stand inside a JSON string; {{json NAME}} puts a whole part as JSON. Without it, the whole message as JSON.',
      ),
    allowPrivate,
    ca,
    timeoutMs,
  })
  .superRefine(({ body, contentType }, ctx) => {
    const wrong = body === undefined ? undefined : checkTemplate(body, contentType);
    if (wrong !== undefined) ctx.addIssue({ code: 'custom', path: ['body'], message: wrong });
  });
export type WebhookConfig = z.infer<typeof WebhookConfig>;
