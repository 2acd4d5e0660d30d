/**
 * What stands before a syslog message: RFC 5424 (section 6), RFC 3164 (section 4.1), and the forms in which daemons write both to files: without a priority,
 * with an ISO time as Debian 12 has it, with BSD's `<auth.info>` behind the time, without a host. Hostile text follows all of it and is not looked at here.
 */
import { digits } from '@netsentinel/kernel/iso-time';
import { BSD_TIME_LENGTH, monthAt, parseBsdTime, parseIsoTime, withoutYear } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';

export interface Envelope {
  ms: number | undefined;
  priority: number | undefined;
  version: number | undefined;
  host: string | undefined;
  program: string | undefined;
  pid: number | undefined;
  /** RFC 5424's MSGID. */
  messageId: string | undefined;
  structuredData: string | undefined;
  /** Where the message begins. */
  at: number;
}

const UTC = zoneOf('UTC')!;
const SPACE = 0x20;

/** Undefined where no time stands. Answers the same object each time: read it before the next call. */
export function readEnvelope(text: string, zone: Zone, referenceMs: number): Envelope | undefined {
  envelope.priority = undefined;
  envelope.version = undefined;
  envelope.host = undefined;
  envelope.program = undefined;
  envelope.pid = undefined;
  envelope.messageId = undefined;
  envelope.structuredData = undefined;
  let at = 0;
  if (text.charCodeAt(0) === 0x3c) at = priority(text);
  if (text.charCodeAt(at + 1) === SPACE && text.charCodeAt(at) === 0x31 && at > 0) return rfc5424(text, at + 2);
  while (text.charCodeAt(at) === SPACE) at++;
  const bracket = text.charCodeAt(at) === 0x5b;
  const afterPriority = at;
  at = time(text, bracket ? at + 1 : at, zone, referenceMs);
  if (at < 0) {
    // RFC 3164, section 4.3.3: behind a priority, what has no header is a message.
    if (envelope.priority === undefined) return undefined;
    envelope.ms = undefined;
    tag(text, afterPriority);
    return envelope;
  }
  if (bracket && text.charCodeAt(at) === 0x5d) at++;
  while (text.charCodeAt(at) === SPACE) at++;
  at = bsdPriority(text, at);
  tag(text, host(text, at));
  return envelope;
}

const envelope: Envelope = {
  ms: undefined,
  priority: undefined,
  version: undefined,
  host: undefined,
  program: undefined,
  pid: undefined,
  messageId: undefined,
  structuredData: undefined,
  at: 0,
};

/** `<34>`: at most 191. */
function priority(text: string): number {
  const end = text.indexOf('>');
  if (end < 2 || end > 4) return 0;
  const value = digits(text, 1, end - 1);
  if (value < 0 || value > 191) return 0;
  envelope.priority = value;
  return end + 1;
}

/** Reads the time at `at`; answers where it ends, or -1. */
function time(text: string, at: number, zone: Zone, referenceMs: number): number {
  const first = text.charCodeAt(at);
  if (first === 0x40) return tai64n(text, at);
  if (first >= 0x30 && first <= 0x39) return isoTime(text, at, zone);
  // The day of one digit may lack its blank.
  const short = text.charCodeAt(at + 5) === SPACE && text.charCodeAt(at + 4) !== SPACE;
  if (short) {
    envelope.ms = withoutYear(
      monthAt(text, at),
      digits(text, at + 4, 1),
      digits(text, at + 6, 2),
      digits(text, at + 9, 2),
      digits(text, at + 12, 2),
      zone,
      referenceMs,
    );
    return envelope.ms === undefined ? -1 : at + BSD_TIME_LENGTH - 1;
  }
  envelope.ms = parseBsdTime(text, zone, referenceMs, at);
  if (envelope.ms !== undefined) return at + BSD_TIME_LENGTH;
  return withYear(text, at, zone);
}

/** `Nov 21 2026 09:30:00`. */
function withYear(text: string, at: number, zone: Zone): number {
  const year = digits(text, at + 7, 4);
  if (year < 1970 || text.charCodeAt(at + 11) !== SPACE) return -1;
  const ms = parseBsdTime(`${text.slice(at, at + 7)}${text.slice(at + 12, at + 20)}`, zone, Date.UTC(year, 11, 31));
  envelope.ms = ms;
  return ms === undefined || new Date(ms).getUTCFullYear() < year - 1 ? -1 : at + 20;
}

function isoTime(text: string, at: number, zone: Zone): number {
  if (text.charCodeAt(at + 4) !== 0x2d || text.charCodeAt(at + 13) !== 0x3a) return -1;
  const end = endOfIso(text, at + 19);
  const named = text.startsWith(' UTC ', end) || text.startsWith(' GMT ', end);
  envelope.ms = parseIsoTime(text, named ? UTC : zone, at);
  if (envelope.ms === undefined) {
    // A time that cannot be is still a time: the record stands, without one.
    if (digits(text, at, 4) < 0 || digits(text, at + 17, 2) < 0) return -1;
  }
  return named ? end + 4 : end;
}

/** Behind fraction and zone. */
function endOfIso(text: string, from: number): number {
  let at = from;
  const mark = text.charCodeAt(at);
  if (mark === 0x2e || mark === 0x2c)
    do at++;
    while (text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39);
  const zone = text.charCodeAt(at);
  if (zone === 0x5a) return at + 1;
  if (zone === 0x2b || zone === 0x2d) return at + (text.charCodeAt(at + 3) === 0x3a ? 6 : 5);
  return at;
}

const TAI_EPOCH = 0x40_00_00_00n * 0x1_00_00_00_00n;
/** Of TAI over UTC at its begin; the leap seconds since are no more than 27. */
const TAI_AHEAD_S = 10n;

/** `@400000004c91b044077a9e94`, as multilog writes it: 16 hexadecimal digits of seconds, 8 of nanoseconds. */
function tai64n(text: string, at: number): number {
  const hex = text.slice(at + 1, at + 25);
  if (!/^[0-9a-f]{24}$/.test(hex)) return -1;
  const seconds = BigInt(`0x${hex.slice(0, 16)}`) - TAI_EPOCH - TAI_AHEAD_S;
  envelope.ms = Number(seconds) * 1000 + Math.floor(Number(`0x${hex.slice(16)}`) / 1e6);
  return at + 25;
}

/** `<auth.info> ` or `<4.6> ` of BSD's `syslogd -v`. */
function bsdPriority(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x3c) return at;
  const end = text.indexOf('> ', at);
  if (end === -1 || end - at > 24) return at;
  let after = end + 2;
  while (text.charCodeAt(after) === SPACE) after++;
  return after;
}

const MAX_TAG = 128;

/** The word before the tag; none where the word is the tag itself. */
function host(text: string, at: number): number {
  const end = text.indexOf(' ', at);
  if (end === -1) return at;
  const last = text.charCodeAt(end - 1);
  if (last === 0x3a) return at;
  const open = text.indexOf('[', at);
  if (open !== -1 && open < end) return at;
  // `sogod [26818]: …`: a program, not a host.
  if (text.charCodeAt(end + 1) === 0x5b && pidAt(text, end + 1) !== -1) return at;
  envelope.host = text.slice(at, end);
  let after = end + 1;
  while (text.charCodeAt(after) === SPACE) after++;
  return after;
}

/** The end of `[digits]` at `open`, or -1. */
function pidAt(text: string, open: number): number {
  let at = open + 1;
  let pid = 0;
  for (let digit = text.charCodeAt(at) - 48; digit >= 0 && digit <= 9; digit = text.charCodeAt(++at) - 48)
    pid = pid * 10 + digit;
  if (at === open + 1 || at - open > 11 || text.charCodeAt(at) !== 0x5d) return -1;
  foundPid = pid;
  return at + 1;
}

let foundPid = 0;

/** `program[pid]: `, `program: `, `program[pid] `, `[program] `, `[program]: `; names of Apple's programs have blanks. */
function tag(text: string, from: number): void {
  let at = from;
  if (text.charCodeAt(at) === 0x5b) {
    const close = text.indexOf(']', at);
    const after = text.charCodeAt(close + 1);
    const blank = text.indexOf(' ', at);
    // A name has no blanks: `[Sat Nov 21 09:30:00 2026]` is none.
    if (
      (blank === -1 || blank > close) &&
      close > at + 1 &&
      close - at < 40 &&
      (after === 0x3a || after === SPACE || after === 0x5b)
    ) {
      envelope.program = text.slice(at + 1, close);
      const end = after === 0x5b ? pidAt(text, close + 1) : close + 1;
      if (end !== -1 && after === 0x5b) envelope.pid = foundPid;
      return message(text, end === -1 ? close + 1 : end);
    }
  }
  const limit = Math.min(text.length, from + MAX_TAG);
  // `com.apple.xpc.launchd[1] (com.apple.quicklook[21498]): …`: all of it is the name.
  const apple = text.startsWith('com.apple.', from);
  let blank = -1;
  for (; at < limit; at++) {
    const char = text.charCodeAt(at);
    if (char === 0x3a) {
      if (blank !== -1 && !apple) break;
      if (at === from) break;
      envelope.program = text.slice(from, at);
      return message(text, at);
    }
    if (char === SPACE) {
      if (blank === -1) blank = at;
      // Where a bracket of digits follows soon, the words so far are one name.
    } else if (char === 0x5b) {
      const end = pidAt(text, at);
      if (end === -1) break;
      const pid = foundPid;
      const after = text.charCodeAt(end);
      if (apple && after !== 0x3a) continue;
      if (blank !== -1 && after !== 0x3a) break;
      envelope.program = text.slice(from, at).trimEnd();
      envelope.pid = pid;
      return message(text, end);
    } else if (char === 0x22 || char === 0x3d) break;
  }
  // `program(module) message`.
  if (blank > from && text.charCodeAt(blank - 1) === 0x29) {
    envelope.program = text.slice(from, blank);
    return message(text, blank);
  }
  envelope.at = from;
}

function message(text: string, from: number): void {
  let at = from;
  if (text.charCodeAt(at) === 0x3a) at++;
  while (text.charCodeAt(at) === SPACE) at++;
  // Solaris: `[ID 800047 auth.info] `.
  if (text.startsWith('[ID ', at)) {
    const end = text.indexOf('] ', at);
    if (end !== -1 && end - at < 40) at = end + 2;
  }
  envelope.at = at;
}

function rfc5424(text: string, from: number): Envelope | undefined {
  let at = text.indexOf(' ', from);
  if (at === -1) return undefined;
  const nil = text.charCodeAt(from) === 0x2d && at === from + 1;
  envelope.ms = nil ? undefined : parseIsoTime(text, UTC, from);
  if (!nil && envelope.ms === undefined) return undefined;
  envelope.version = 1;
  const fields: (string | undefined)[] = [];
  for (let i = 0; i < 4; i++) {
    const end = text.indexOf(' ', at + 1);
    if (end === -1) return undefined;
    const field = text.slice(at + 1, end);
    fields.push(field === '-' ? undefined : field);
    at = end;
  }
  envelope.host = fields[0];
  envelope.program = fields[1];
  const pid = fields[2] === undefined ? -1 : digits(fields[2], 0, Math.min(10, fields[2].length));
  envelope.pid = pid === -1 ? undefined : pid;
  envelope.messageId = fields[3];
  at++;
  if (text.charCodeAt(at) === 0x5b) {
    const begin = at;
    at = endOfStructuredData(text, at);
    if (at === -1) return undefined;
    envelope.structuredData = text.slice(begin, at);
  } else if (text.charCodeAt(at) === 0x2d) at++;
  else return undefined;
  if (text.charCodeAt(at) === SPACE) at++;
  if (text.charCodeAt(at) === 0xfe_ff) at++;
  envelope.at = at;
  return envelope;
}

/** Values are quoted, and a bracket in quotes ends nothing. */
function endOfStructuredData(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (quoted && char === 0x5c) at++;
    else if (char === 0x22) quoted = !quoted;
    else if (!quoted && char === 0x5d && text.charCodeAt(at + 1) !== 0x5b) return at + 1;
  }
  return -1;
}
