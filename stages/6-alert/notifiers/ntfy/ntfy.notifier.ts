/** ntfy: push messages to phones and desktops, published as JSON. Markdown stays off, so nothing in a message is rendered. */
import type { Severity } from '@netsentinel/contracts/detection';
import type { Notification } from '@netsentinel/contracts/notification';
import type { NotifierDefinition } from '@netsentinel/contracts/notifier';
import { revealed } from '@netsentinel/kernel/secret';
import { post } from '@netsentinel/kernel/http-post';
import { fitBytes, headline, plainText } from '../words.ts';
import { NtfyConfig } from './ntfy.config.ts';

/** A longer message becomes an attachment, and a public server makes a file of it that lies about. Bytes. */
const MAX_MESSAGE = 4000;
const MAX_TITLE = 200;
const PRIORITY: Readonly<Record<Severity, number>> = { info: 1, low: 2, medium: 3, high: 4, critical: 5 };

export const ntfyNotifier: NotifierDefinition<NtfyConfig> = {
  id: 'ntfy',
  summary: 'ntfy: push messages to phones and desktops (checked against its documented schema, never run live)',
  stability: 'experimental',
  config: NtfyConfig,
  follows: false,
  create: (_, { url, topic, token, allowPrivate, ca, timeoutMs }) => ({
    send: (notification) =>
      post({
        url,
        body: JSON.stringify(ntfyMessage(notification, revealed(topic))),
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${revealed(token)}` } }),
        allowPrivate,
        ca,
        timeoutMs,
      }),
    close: async () => {},
  }),
};

export function ntfyMessage(notification: Notification, topic: string): Record<string, unknown> {
  const { severity, incident } = notification;
  return {
    topic,
    title: headline(notification, MAX_TITLE),
    message: fitBytes(plainText(notification, MAX_MESSAGE), MAX_MESSAGE),
    priority: PRIORITY[severity],
    tags: [severity],
    ...(incident?.url === undefined ? {} : { click: incident.url }),
  };
}
