/** Whatever an attacker wrote, in every text of a message: each medium's message keeps its form and its bounds, and holds nothing that is obeyed. */
import type { Notification } from '@netsentinel/contracts/notification';
import { discordMessage } from './discord/discord.notifier.ts';
import { mailHtml } from './email/html.ts';
import { ntfyMessage } from './ntfy/ntfy.notifier.ts';
import { pagerdutyEvent } from './pagerduty/pagerduty.notifier.ts';
import { slackMessage } from './slack/slack.notifier.ts';
import { syslogMessage } from './syslog/message.ts';
import { teamsMessage } from './teams/teams.notifier.ts';
import { render } from './webhook/template.ts';
import { plainText } from './words.ts';

export const seeds: readonly Uint8Array[] = [
  '<!channel> <script>alert(1)</script> &amp; "\'',
  '@everyone [x](http://evil.example) `a` *b* ||c|| <@1>',
  'a\r\nSubject: x\r\n\r\n.\r\n\u0000\u001b[2J\u202e\u2028"]=\\',
  '\\\\198.51.100.7\\share 例え。テスト evil.xn--p1ai {{text}} ${x}',
].map((text) => new TextEncoder().encode(text));

const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

export function fuzz(data: Uint8Array): void {
  const whole = Buffer.from(data).toString();
  // As the schema caps them, here and there in the middle of a character.
  const text = whole.slice(0, 512);
  const notification = withText(text);
  must(!OBEYED.test(plainText(notification)), 'words');

  const slack = slackMessage(notification);
  for (const one of textsIn(slack, 'text')) must(!/[<>]|&(?!amp;|lt;|gt;)/.test(one) && one.length <= 3000, 'Slack');

  must(Buffer.byteLength(JSON.stringify(teamsMessage(notification))) <= 28 * 1024, 'Teams');

  const { embeds } = discordMessage(notification) as { embeds: { title: string; fields: { value: string }[] }[] };
  for (const one of [embeds[0]!.title, ...embeds[0]!.fields.map(({ value }) => value)])
    must(!/@(?!\u200b)|(?<!\\)[`*_~|<>[\]]/.test(one) && one.length <= 1024, 'Discord');

  // The same elements, whatever the texts are.
  const tags = (html: string): string => (html.match(/<\/?[a-z0-9!]+/g) ?? []).join('');
  must(tags(mailHtml(notification)) === tags(mailHtml(withText('plain'))), 'e-mail');

  const ntfy = ntfyMessage(notification, 'topic') as { message: string; title: string };
  must(Buffer.byteLength(ntfy.message) <= 4000 && !OBEYED.test(ntfy.title), 'ntfy');
  must(JSON.stringify(pagerdutyEvent(notification, 'key')).length < 512 * 1024, 'PagerDuty');

  const line = syslogMessage(notification, { facility: 'local0', host: text, pid: 1, maxBytes: 2048 });
  must(
    /^<\d+>1 \S+ \S+ netsentinel 1 opened \[netsentinel@\d+ (?:[a-z]+="(?:[^"\\\]]|\\["\\\]])*" ?)+\] \ufeff/.test(
      line,
    ),
    'syslog',
  );
  must(!OBEYED.test(line.replace('\ufeff', '')) && !line.includes('\n') && Buffer.byteLength(line) <= 4096, 'syslog');

  const template = '{"a":"{{title}} {{text}}","b":{{json story}},"c":{{json message}}}';
  const sent = JSON.parse(render(template, 'application/json', notification)) as { b: unknown; c: Notification };
  must(JSON.stringify(sent.b) === JSON.stringify(notification.story), 'webhook');
  must(
    !OBEYED.test(render('{{title}} {{story}}', 'text/plain', notification).replaceAll(/[\u200b-\u200d\ufeff]/g, '')),
    'webhook',
  );
}

function withText(text: string): Notification {
  return {
    id: 'msg-1',
    kind: 'opened',
    severity: 'high',
    title: text,
    reason: text,
    at: 0,
    incident: { id: 'inc-1', status: 'open', score: 1, firstSeen: 0, lastSeen: 0 },
    who: [text, text],
    tactics: [{ id: 'T1', name: text.slice(0, 200) }],
    techniques: [{ id: 'T1', name: text.slice(0, 200) }],
    story: Array<string>(12).fill(text),
    targets: Array<string>(16).fill(text),
    response: Array<string>(8).fill(text),
    next: Array<string>(6).fill(text),
  };
}

function textsIn(value: unknown, key: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    typeof inner === 'string' ? (name === key ? [inner] : []) : textsIn(inner, key),
  );
}

function must(holds: boolean, medium: string): void {
  if (!holds) throw new Error(`${medium}: a message that should not be`);
}
