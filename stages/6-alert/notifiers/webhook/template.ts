/** Templates of a webhook's body. A value never leaves the JSON string that it stands in, whatever an attacker wrote. Pure. */
import type { Notification } from '@netsentinel/contracts/notification';
import { printable } from '@netsentinel/kernel/log';
import { plainNotification } from '../../plain-notification.ts';
import { headline, plainText } from '../words.ts';

const MAX_TEXT = 20_000;
const PLACE = /\{\{\s*(?:(json)\s+)?([\w.]+)\s*\}\}/g;

/** The parts of a message that a template may name. */
export function partsOf(notification: Notification): Readonly<Record<string, unknown>> {
  const { incident } = notification;
  return {
    ...notification,
    message: notification,
    incident: incident?.id ?? '',
    status: incident?.status ?? '',
    score: incident?.score ?? 0,
    url: incident?.url ?? '',
    headline: headline(notification),
    text: plainText(notification),
    time: new Date(notification.at).toISOString(),
    digest: notification.digest ?? null,
  };
}

export function render(template: string, contentType: string, notification: Notification): string {
  const parts = partsOf(notification);
  return template.replace(PLACE, (_, json: string | undefined, name: string) => {
    const value = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (json !== undefined) return harmless(JSON.stringify(value ?? null));
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? '');
    return isJson(contentType) ? harmless(JSON.stringify(text)).slice(1, -1) : printable(text, MAX_TEXT);
  });
}

/** What is wrong with a template; undefined where nothing is. */
export function checkTemplate(template: string, contentType: string): string | undefined {
  const known = Object.keys(partsOf(SAMPLE));
  const names = [...template.matchAll(PLACE)].map((match) => match[2]!);
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) return `there is no {{${unknown}}}; known: ${known.join(', ')}`;
  const rest = template.replace(PLACE, '');
  if (rest.includes('{{')) return 'a {{ has no end';
  if (!isJson(contentType)) return undefined;
  try {
    JSON.parse(render(template, contentType, SAMPLE));
    return undefined;
  } catch (error) {
    return `what comes out is no JSON: ${(error as Error).message}`;
  }
}

/** JSON leaves some characters as they are that a terminal or a log viewer obeys. */
export function harmless(json: string): string {
  return json.replace(
    /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isJson(contentType: string): boolean {
  return /[/+]json$/.test(contentType);
}

const SAMPLE = plainNotification({
  id: 'sample',
  kind: 'test',
  severity: 'info',
  title: 'A "title"',
  reason: 'A sample',
  at: 0,
});
