/** Discord, by a channel's webhook, as an embed. Markdown is escaped, and `allowed_mentions` lets no text call anybody. */
import type { Notification } from '@netsentinel/contracts/notification';
import type { NotifierDefinition } from '@netsentinel/contracts/notifier';
import { revealed } from '@netsentinel/kernel/secret';
import { post } from '@netsentinel/kernel/http-post';
import { factsOf, fit, headline, SEVERITY_COLOUR } from '../words.ts';
import { DiscordConfig } from './discord.config.ts';

/** Discord's: a title, a field's value, fields, and all characters of an embed together. */
const MAX_TITLE = 256;
const MAX_VALUE = 1024;
const MAX_FIELDS = 25;
const MAX_TOTAL = 6000;

export const discordNotifier: NotifierDefinition<DiscordConfig> = {
  id: 'discord',
  summary: 'Discord, by the webhook of a channel (checked against its documented schema, never run live)',
  stability: 'experimental',
  config: DiscordConfig,
  follows: false,
  create: (_, { url, allowPrivate, ca, timeoutMs }) => ({
    send: (notification) =>
      post({ url: revealed(url), body: JSON.stringify(discordMessage(notification)), allowPrivate, ca, timeoutMs }),
    close: async () => {},
  }),
};

export function discordMessage(notification: Notification): Record<string, unknown> {
  const { incident, severity, at } = notification;
  const title = escaped(headline(notification), MAX_TITLE);
  const footer = incident === undefined ? 'NetSentinel' : `Incident ${incident.id}`;
  let left = MAX_TOTAL - title.length - footer.length;
  const fields: { name: string; value: string; inline: false }[] = [];
  for (const { label, lines } of factsOf(notification).slice(0, MAX_FIELDS)) {
    const room = Math.min(MAX_VALUE, left - label.length);
    if (room < 40) break;
    const value = escaped(lines.length === 1 ? lines[0]! : lines.map((line) => `• ${line}`).join('\n'), room);
    fields.push({ name: label, value, inline: false });
    left -= label.length + value.length;
  }
  return {
    username: 'NetSentinel',
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title,
        ...(incident?.url === undefined ? {} : { url: incident.url }),
        color: Number.parseInt(SEVERITY_COLOUR[severity].slice(1), 16),
        fields,
        footer: { text: footer },
        timestamp: new Date(at).toISOString(),
      },
    ],
  };
}

/** Escaped and cut to `max`; what is cut is cut before it is escaped, so that no escape is left alone. */
function escaped(text: string, max: number): string {
  for (let room = max; ; room -= 16) {
    const value = fit(text, room).replace(/[\\`*_~|<>#\-[\]():@]/g, (c) => (c === '@' ? '@\u200b' : `\\${c}`));
    if (value.length <= max) return value;
  }
}
