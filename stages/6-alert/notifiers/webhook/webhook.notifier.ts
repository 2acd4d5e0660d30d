/**
 * Posts a message to an address of the operator's, as JSON or by a template, signed as Standard Webhooks has it: the signature is over
 * `id.timestamp.body`, so that a copy cannot be changed, and an old one is known by its time.
 */
import type { NotifierDefinition } from '@netsentinel/contracts/notifier';
import { revealed } from '@netsentinel/kernel/secret';
import { post } from '@netsentinel/kernel/http-post';
import { signWebhook } from '@netsentinel/kernel/webhook-signature';
import { harmless, render } from './template.ts';
import { WebhookConfig } from './webhook.config.ts';

export const webhookNotifier: NotifierDefinition<WebhookConfig> = {
  id: 'webhook',
  summary: 'A signed HTTP POST with a body of your own',
  stability: 'stable',
  config: WebhookConfig,
  follows: true,
  create: ({ clock }, config) => {
    const { url, secret, authorization, headers, contentType, body: template, allowPrivate, ca, timeoutMs } = config;
    return {
      send: (notification) => {
        const body =
          template === undefined ? harmless(JSON.stringify(notification)) : render(template, contentType, notification);
        const timestamp = String(Math.floor(clock.now() / 1000));
        return post({
          url,
          headers: {
            ...headers,
            'content-type': contentType,
            'webhook-id': notification.id,
            'webhook-timestamp': timestamp,
            ...(secret === undefined
              ? {}
              : { 'webhook-signature': signWebhook(revealed(secret), notification.id, timestamp, body) }),
            ...(authorization === undefined ? {} : { authorization: revealed(authorization) }),
          },
          body,
          timeoutMs,
          allowPrivate,
          ca,
        });
      },
      close: async () => {},
    };
  },
};
