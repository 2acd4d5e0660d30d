/**
 * What stands before a message that came by syslog: `<priority>`, a time in any of the forms that are sent, the host. RFC 3164 with and without a year or a
 * priority, RFC 5424, and what Cisco, pfSense and journald make of it. The message after it is the business of who asks.
 */
import { digits } from '@netsentinel/kernel/iso-time';
import { isoTime, monthAt, parseIsoTime, utcOf, withoutYear } from './time.ts';
import type { Zone } from './zone.ts';

export interface SyslogHead {
  /** Facility × 8 + severity, where the line begins with it. */
  readonly priority: number | undefined;
  /** ISO 8601. */
  readonly time: string | undefined;
  readonly host: string | undefined;
  /** Of RFC 5424. */
  readonly program: string | undefined;
  readonly processId: string | undefined;
  /** Where the text after the time begins. */
  readonly afterTime: number;
  /** Where the message begins. */
  readonly at: number;
}

/** Never fails: what is not there is undefined, and the message then begins earlier. */
export function syslogHead(text: string, zone: Zone, referenceMs: number): SyslogHead {
  let at = 0;
  let priority: number | undefined;
  if (text.charCodeAt(0) === 0x3c) {
    const end = text.indexOf('>');
    if (end >= 2 && end <= 4) {
      const value = digits(text, 1, end - 1);
      if (value >= 0 && value <= 191) priority = value;
      at = end + 1;
    }
  }
  if (priority !== undefined && text.startsWith('1 ', at)) return newHead(text, at + 2, priority, zone);
  const begin = skipMarks(text, at);
  let time: string | undefined;
  let after = begin;
  if (monthAt(text, begin) > 0) {
    [time, after] = bsdTime(text, begin, zone, referenceMs);
  } else if (text.charCodeAt(begin + 4) === 0x2d) {
    time = isoTime(parseIsoTime(text, zone, begin));
    if (time !== undefined) after = endOfWord(text, text.charCodeAt(begin + 10) === 0x20 ? begin + 11 : begin);
  }
  const afterTime = skipBlanks(text, after);
  const end = endOfWord(text, afterTime);
  const last = text.charCodeAt(end - 1);
  const first = text.charCodeAt(afterTime);
  // A word that ends with a colon is the program's tag, one with a percent sign a message of Cisco's: then no host was sent.
  const named =
    time !== undefined && end > afterTime && last !== 0x3a && first !== 0x25 && first !== 0x3a && first !== 0x5b;
  return {
    priority,
    time,
    host: named ? text.slice(afterTime, end) : undefined,
    program: undefined,
    processId: undefined,
    afterTime,
    at: named ? skipBlanks(text, end) : afterTime,
  };
}

/** The parts of a priority as ECS names them; undefined without one. */
export function prioritySyslog(priority: number | undefined) {
  if (priority === undefined) return undefined;
  return { priority, facility: { code: priority >> 3 }, severity: { code: priority & 7 } };
}

/** RFC 5424, section 6: `TIME HOST APP PROCID MSGID SD MSG`, `-` for what is not there. */
function newHead(text: string, from: number, priority: number, zone: Zone): SyslogHead {
  let at = from;
  const word = (): string | undefined => {
    const end = endOfWord(text, at);
    const value = text.slice(at, end);
    at = Math.min(text.length, end + 1);
    return value === '-' || value === '' ? undefined : value;
  };
  const time = word();
  const afterTime = at;
  const host = word();
  const program = word();
  const processId = word();
  word();
  at = afterStructuredData(text, at);
  const iso = time === undefined ? undefined : isoTime(parseIsoTime(time, zone));
  return { priority, time: iso, host, program, processId, afterTime, at };
}

function afterStructuredData(text: string, from: number): number {
  let at = from;
  if (text.charCodeAt(at) === 0x2d) at++;
  let quoted = false;
  while (text.charCodeAt(at) === 0x5b) {
    for (at++; at < text.length; at++) {
      const code = text.charCodeAt(at);
      if (code === 0x5c) at++;
      else if (code === 0x22) quoted = !quoted;
      else if (code === 0x5d && !quoted) break;
    }
    at++;
  }
  return skipBlanks(text, Math.min(at, text.length));
}

/** `Nov 21 09:30:00`, the day with or without a blank or zero before it, with milliseconds, with a year before the time of day; and where it ends. */
function bsdTime(text: string, from: number, zone: Zone, referenceMs: number): [string | undefined, number] {
  const month = monthAt(text, from);
  const dayFrom = text.charCodeAt(from + 4) === 0x20 ? from + 5 : from + 4;
  const dayEnd = text.charCodeAt(dayFrom + 1) === 0x20 ? dayFrom + 1 : dayFrom + 2;
  const day = digits(text, dayFrom, dayEnd - dayFrom);
  const year = text.charCodeAt(dayEnd + 5) === 0x20 ? digits(text, dayEnd + 1, 4) : -1;
  const at = year > 0 ? dayEnd + 6 : dayEnd + 1;
  const hour = digits(text, at, 2);
  const minute = digits(text, at + 3, 2);
  const second = digits(text, at + 6, 2);
  if (hour < 0 || minute < 0 || second < 0) return [undefined, from];
  const ms =
    year > 0
      ? utcOf(year, month, day, hour, minute, second, 0, zone)
      : withoutYear(month, day, hour, minute, second, zone, referenceMs);
  return ms === undefined ? [undefined, from] : fraction(text, at + 8, ms);
}

function fraction(text: string, at: number, ms: number): [string | undefined, number] {
  if (text.charCodeAt(at) !== 0x2e) return [isoTime(ms), text.charCodeAt(at) === 0x3a ? at + 1 : at];
  let end = at + 1;
  while (isDigit(text.charCodeAt(end))) end++;
  const thousandths = Math.floor(Number(`0${text.slice(at, Math.min(end, at + 10))}`) * 1000 + 1e-6);
  return [isoTime(ms + thousandths), text.charCodeAt(end) === 0x3a ? end + 1 : end];
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Cisco marks a clock that is not set with `*` or `.`, and begins with a colon now and then. */
function skipMarks(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x2a || code === 0x3a; code = text.charCodeAt(at))
    at++;
  return at;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0x20) at++;
  return at;
}

function endOfWord(text: string, from: number): number {
  const blank = text.indexOf(' ', from);
  return blank === -1 ? text.length : blank;
}
