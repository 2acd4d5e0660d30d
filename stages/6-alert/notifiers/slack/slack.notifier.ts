/**
 * Slack, by an incoming webhook, as Block Kit. Every text is `plain_text`, in which Slack renders no markup and no emoji; the three characters
 * that mean something to it all the same are escaped, so that `<!channel>` calls nobody.
 */
import type { Notification } from '@netsentinel/contracts/notification';
import type { NotifierDefinition } from '@netsentinel/contracts/notifier';
import { revealed } from '@netsentinel/kernel/secret';
import { post } from '@netsentinel/kernel/http-post';
import { factsOf, fit, headline, type Fact } from '../words.ts';
import { SlackConfig } from './slack.config.ts';

/** Slack's: a header's text, a section's text, blocks of a message. */
const MAX_HEADER = 150;
const MAX_SECTION = 3000;
const MAX_BLOCKS = 50;
/** Ours, for all sections together: nobody reads more in a chat. */
const MAX_FACT = 1200;

export const slackNotifier: NotifierDefinition<SlackConfig> = {
  id: 'slack',
  summary: 'Slack, by an incoming webhook (checked against its documented schema, never run live)',
  stability: 'experimental',
  config: SlackConfig,
  follows: false,
  create: (_, { url, allowPrivate, ca, timeoutMs }) => ({
    send: (notification) =>
      post({ url: revealed(url), body: JSON.stringify(slackMessage(notification)), allowPrivate, ca, timeoutMs }),
    close: async () => {},
  }),
};

export function slackMessage(notification: Notification): Record<string, unknown> {
  const { incident } = notification;
  const blocks: unknown[] = [
    { type: 'header', text: plain(headline(notification), MAX_HEADER) },
    ...factsOf(notification).map((fact) => ({ type: 'section', text: plain(words(fact), MAX_SECTION) })),
  ].slice(0, MAX_BLOCKS - 2);
  if (incident?.url !== undefined)
    blocks.push({
      type: 'actions',
      elements: [{ type: 'button', text: plain('Open the incident', 75), url: incident.url, action_id: 'open' }],
    });
  if (incident !== undefined) blocks.push({ type: 'context', elements: [plain(`Incident ${incident.id}`, 200)] });
  return {
    // What notifications and screen readers show.
    text: plain(headline(notification), MAX_HEADER).text,
    blocks,
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
  };
}

function words({ label, lines }: Fact): string {
  return fit(
    lines.length === 1 ? `${label}: ${lines[0]}` : `${label}\n${lines.map((line) => `• ${line}`).join('\n')}`,
    MAX_FACT,
  );
}

/** Cut before it is escaped, or half an entity would be left; room is kept for the longest escape. */
function plain(text: string, max: number): { type: 'plain_text'; text: string; emoji: false } {
  let escaped = escape(fit(text, max));
  for (let room = max; escaped.length > max; room -= 10) escaped = escape(fit(text, room));
  return { type: 'plain_text', text: escaped, emoji: false };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
