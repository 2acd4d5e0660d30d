/**
 * A notification in words, one choice of words for every medium. What comes out is one line a text, with nothing in it that a terminal obeys and
 * no address that a program makes a link of; each notifier still escapes it for its own medium.
 */
import type { Notification } from '@netsentinel/contracts/notification';
import type { Severity } from '@netsentinel/contracts/detection';
import { printable } from '@netsentinel/kernel/log';

const MAX_TITLE = 240;
const MAX_LINE = 300;

export interface Fact {
  readonly label: string;
  readonly lines: readonly string[];
}

export const SEVERITY_COLOUR: Readonly<Record<Severity, string>> = {
  info: '#6b7280',
  low: '#2563eb',
  medium: '#d97706',
  high: '#dc2626',
  critical: '#a21caf',
};

/** `[HIGH] SSH break-in from 203.0.113.7`, of at most `max` characters. */
export function headline({ kind, severity, title }: Notification, max = MAX_TITLE): string {
  const mark = kind === 'test' ? 'TEST' : kind === 'resolved' ? 'RESOLVED' : severity.toUpperCase();
  return fit(`[${mark}] ${text(title, MAX_TITLE)}`, max);
}

/** What a person needs to decide, in the order in which they ask. */
export function factsOf(notification: Notification): Fact[] {
  const { reason, incident, who, tactics, techniques, story, targets, response, next, digest } = notification;
  const facts: Fact[] = [{ label: 'Why now', lines: [reason] }];
  const add = (label: string, lines: readonly string[]): void => {
    if (lines.length > 0) facts.push({ label, lines });
  };
  if (digest !== undefined) {
    const { count, bySeverity, listed } = digest;
    const counts = Object.entries(bySeverity).map(([severity, n]) => `${n} ${severity}`);
    add('In all', [`${count} messages${counts.length === 0 ? '' : `: ${counts.join(', ')}`}`]);
    add(
      'The worst',
      listed.map(({ severity, title, incident: id }) => `[${severity.toUpperCase()}] ${title} (${id})`),
    );
    if (count > listed.length) add('Not listed', [`${count - listed.length} more`]);
  }
  add('Who', who);
  add('What they did', story);
  add('Tactics', tactics.length === 0 ? [] : [tactics.map(({ name }) => name).join(' → ')]);
  add(
    'Techniques',
    techniques.length === 0 ? [] : [techniques.map(({ id, name }) => `${id} ${name}`.trim()).join(', ')],
  );
  add('Where', targets);
  if (incident !== undefined) add('When', [`${time(incident.firstSeen)} to ${time(incident.lastSeen)}`]);
  add('Done about it', response);
  add('What to do', next);
  return facts.map(({ label, lines }) => ({ label, lines: lines.map((line) => text(line, MAX_LINE)) }));
}

/** All of it as plain text of at most `max` characters; the link stays whatever is cut. */
export function plainText(notification: Notification, max = 20_000): string {
  const parts = factsOf(notification).map(({ label, lines }) =>
    lines.length === 1 ? `${label}: ${lines[0]}` : `${label}:\n${lines.map((line) => `  - ${line}`).join('\n')}`,
  );
  const end = linesAtEnd(notification);
  const room = max - end.length - 1;
  return [fit(parts.join('\n'), Math.max(0, room)), end].filter(Boolean).join('\n');
}

function linesAtEnd({ incident }: Notification): string {
  if (incident === undefined) return '';
  return [...(incident.url === undefined ? [] : [`Open: ${incident.url}`]), `Incident: ${incident.id}`].join('\n');
}

/** `text` in at most `max` characters, with a mark where something is cut; never half of a surrogate pair. */
export function fit(value: string, max: number): string {
  if (value.length <= max) return value;
  return `${value.slice(0, Math.max(0, max - 1)).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** As `fit`, in bytes of UTF-8. */
export function fitBytes(value: string, max: number): string {
  if (Buffer.byteLength(value) <= max) return value;
  const cut = Buffer.from(value).subarray(0, Math.max(0, max - 3));
  return `${cut.toString('utf8').replace(/\ufffd+$/, '')}…`;
}

/** A name of a host, in any script; `。` and its like are dots too (UTS 46, section 2.3). */
const DOT = /(?<=[\p{L}\p{N}-])[.\u3002\uff0e\uff61](?=(?:\p{L}{2,24}|xn--[a-z0-9-]{1,59})(?![\p{L}\p{N}-]))/giu;
/** A share (`\\host\share`): whoever follows it shows its host who they are. */
const SHARE = /(?<![\w:\\])\\\\(?=[^\\\s])/g;

/** One visible line; what a mail program or a chat would make a link of does not look like one. */
function text(value: string, max: number): string {
  return printable(value.toWellFormed(), max)
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`)
    .replaceAll('://', '[:]//')
    .replace(SHARE, '[\\\\]')
    .replace(DOT, '[.]');
}

/** `2026-11-21 09:30:00 UTC`. */
function time(epochMs: number): string {
  const date = new Date(epochMs);
  return Number.isNaN(date.getTime()) ? '?' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
