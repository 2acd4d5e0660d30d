/** `alert.notifiers` of the configuration file: each type's options are checked by its own schema. */
import { z } from 'zod';
import { DiscordConfig } from './discord/discord.config.ts';
import { EmailConfig } from './email/email.config.ts';
import { NtfyConfig } from './ntfy/ntfy.config.ts';
import { PagerDutyConfig } from './pagerduty/pagerduty.config.ts';
import { SlackConfig } from './slack/slack.config.ts';
import { SyslogConfig } from './syslog/syslog.config.ts';
import { TeamsConfig } from './teams/teams.config.ts';
import { WebhookConfig } from './webhook/webhook.config.ts';

export const notifierId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'lower-case letters, digits and hyphens');

const notifier = <T extends string, S extends z.ZodType>(type: T, options: S) =>
  z.strictObject({
    id: notifierId.describe('A name of your own; routes and `notify` use it.'),
    type: z.literal(type).describe('What it sends with.'),
    maxPerHour: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(30)
      .describe('Messages an hour; what is more is told in one summary, counted.'),
    options: options.describe("The notifier's own settings."),
  });

export const NotifierEntry = z.discriminatedUnion('type', [
  notifier('discord', DiscordConfig),
  notifier('email', EmailConfig),
  notifier('ntfy', NtfyConfig),
  notifier('pagerduty', PagerDutyConfig),
  notifier('slack', SlackConfig),
  notifier('syslog', SyslogConfig),
  notifier('teams', TeamsConfig),
  notifier('webhook', WebhookConfig),
]);
export type NotifierEntry = z.infer<typeof NotifierEntry>;
