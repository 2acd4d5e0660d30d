/**
 * E-mail over SMTP: HTML and text, one thread for each incident. `Message-ID` is the message's own id, so that a mail that is sent again after
 * a crash is known as the same one.
 */
import type { Notification } from '@netsentinel/contracts/notification';
import type { Notifier, NotifierDefinition, SendOutcome } from '@netsentinel/contracts/notifier';
import { describeError } from '@netsentinel/kernel/errors';
import { printable } from '@netsentinel/kernel/log';
import { revealed } from '@netsentinel/kernel/secret';
import { headline, plainText } from '../words.ts';
import { EmailConfig } from './email.config.ts';
import { mailHtml } from './html.ts';

const USUAL_PORT = { starttls: 587, implicit: 465, none: 25 } as const;
const MAX_SUBJECT = 200;
const MAX_ANSWER = 200;
const PRIORITY = { info: 'low', low: 'normal', medium: 'normal', high: 'high', critical: 'high' } as const;

export const emailNotifier: NotifierDefinition<EmailConfig> = {
  id: 'email',
  summary: 'E-mail over SMTP, HTML and text',
  stability: 'stable',
  config: EmailConfig,
  follows: false,
  create: (_, config): Notifier => ({
    send: (notification) => sendMail(config, notification).catch(refusal),
    close: async () => {},
  }),
};

async function sendMail(config: EmailConfig, notification: Notification): Promise<SendOutcome> {
  const { host, tls, port = USUAL_PORT[tls], user, password, ca, timeoutMs } = config;
  const { createTransport } = await import('nodemailer');
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(user === undefined || password === undefined ? {} : { auth: { user, pass: revealed(password) } }),
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca: revealed(ca) }) },
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    // A message is what we say; nothing in it names a file or a page to be read.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no end within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    const { response, rejected } = await Promise.race([transport.sendMail(mail(config, notification)), late]);
    const refused = rejected.length === 0 ? '' : `; refused for ${rejected.length} of ${config.to.length}`;
    return { ok: true, answer: `${printable(response, MAX_ANSWER)}${refused}` };
  } finally {
    clearTimeout(timer);
    transport.close();
  }
}

function mail({ from, to }: EmailConfig, notification: Notification) {
  const { id, incident, severity, at } = notification;
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const thread = incident === undefined ? undefined : `<incident-${incident.id}@${domain}>`;
  return {
    from: { name: 'NetSentinel', address: from },
    to: [...to],
    subject: headline(notification, MAX_SUBJECT),
    date: new Date(at),
    messageId: `<${id}@${domain}>`,
    ...(thread === undefined ? {} : { inReplyTo: thread, references: thread }),
    priority: PRIORITY[severity],
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    text: plainText(notification),
    html: mailHtml(notification),
  };
}

/** RFC 5321 4.2.1: 5yz will not do any better the next time, 4yz may. */
function refusal(error: unknown): SendOutcome {
  const { responseCode, code } = error as { responseCode?: number; code?: string };
  const permanent =
    (responseCode !== undefined && responseCode >= 500) || (code === 'EAUTH' && (responseCode ?? 500) >= 500);
  return { ok: false, answer: printable(describeError(error), MAX_ANSWER), retry: !permanent };
}
