/** Every notifier: its type and how to load it. Importing this loads none. */
import type { NotifierDefinition } from '@netsentinel/contracts/notifier';

const members: Readonly<Record<string, () => Promise<NotifierDefinition<unknown>>>> = {
  discord: async () => (await import('./discord/discord.notifier.ts')).discordNotifier,
  email: async () => (await import('./email/email.notifier.ts')).emailNotifier,
  ntfy: async () => (await import('./ntfy/ntfy.notifier.ts')).ntfyNotifier,
  pagerduty: async () => (await import('./pagerduty/pagerduty.notifier.ts')).pagerdutyNotifier,
  slack: async () => (await import('./slack/slack.notifier.ts')).slackNotifier,
  syslog: async () => (await import('./syslog/syslog.notifier.ts')).syslogNotifier,
  teams: async () => (await import('./teams/teams.notifier.ts')).teamsNotifier,
  webhook: async () => (await import('./webhook/webhook.notifier.ts')).webhookNotifier,
};

export const notifierTypes: readonly string[] = Object.keys(members);

/** The notifier of this type, or undefined. */
export async function findNotifier(type: string): Promise<NotifierDefinition<unknown> | undefined> {
  return Object.hasOwn(members, type) ? members[type]!() : undefined;
}
