/**
 * Microsoft Teams, by a workflow's webhook, as an adaptive card. Every text is a `TextRun`, in which the schema knows no Markdown: a `TextBlock`
 * would render what an attacker wrote. Mentions need an entity of their own, and there is none.
 */
import type { Notification } from '@netsentinel/contracts/notification';
import type { NotifierDefinition } from '@netsentinel/contracts/notifier';
import { revealed } from '@netsentinel/kernel/secret';
import { post } from '@netsentinel/kernel/http-post';
import { factsOf, fit, headline, type Fact } from '../words.ts';
import { TeamsConfig } from './teams.config.ts';

/** Teams refuses messages of more than 28 KB. */
const MAX_BYTES = 27_000;
const COLOUR = { info: 'Default', low: 'Accent', medium: 'Warning', high: 'Attention', critical: 'Attention' } as const;

export const teamsNotifier: NotifierDefinition<TeamsConfig> = {
  id: 'teams',
  summary: 'Microsoft Teams, by the webhook of a workflow (checked against its documented schema, never run live)',
  stability: 'experimental',
  config: TeamsConfig,
  follows: false,
  create: (_, { url, allowPrivate, ca, timeoutMs }) => ({
    send: (notification) =>
      post({ url: revealed(url), body: JSON.stringify(teamsMessage(notification)), allowPrivate, ca, timeoutMs }),
    close: async () => {},
  }),
};

export function teamsMessage(notification: Notification): Record<string, unknown> {
  for (const perLine of [300, 120, 40]) {
    const message = card(notification, perLine);
    if (Buffer.byteLength(JSON.stringify(message)) <= MAX_BYTES) return message;
  }
  return card({ ...notification, story: [], techniques: [], targets: [] }, 40);
}

function card(notification: Notification, perLine: number): Record<string, unknown> {
  const { incident, severity } = notification;
  const url = incident?.url;
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            block([{ text: headline(notification), weight: 'Bolder', size: 'Large', color: COLOUR[severity] }]),
            ...factsOf(notification).flatMap((fact) => factBlocks(fact, perLine)),
            ...(incident === undefined ? [] : [block([{ text: `Incident ${incident.id}`, isSubtle: true }])]),
          ],
          actions: url === undefined ? [] : [{ type: 'Action.OpenUrl', title: 'Open the incident', url }],
        },
      },
    ],
  };
}

function factBlocks({ label, lines }: Fact, perLine: number): unknown[] {
  const [first = '', ...rest] = lines.map((line) => fit(line, perLine));
  if (rest.length === 0) return [block([{ text: `${label}: `, weight: 'Bolder' }, { text: first }])];
  return [
    block([{ text: label, weight: 'Bolder' }]),
    ...[first, ...rest].map((line) => block([{ text: `• ${line}` }], 'None')),
  ];
}

function block(runs: readonly Record<string, unknown>[], spacing = 'Default'): unknown {
  return { type: 'RichTextBlock', spacing, inlines: runs.map((run) => ({ type: 'TextRun', ...run })) };
}
