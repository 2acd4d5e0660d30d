/**
 * Syslog, as daemons send it and as files keep it: RFC 5424, RFC 3164, with and without a priority. The envelope tells time, host and program; the program's own
 * reader (`readers/`) tells what happened. Fields are those of Elastic's `system` integration.
 */
import {
  Refusal,
  type EcsGroup,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
} from '@netsentinel/contracts/parser';
import { related } from '../../text/document.ts';
import { isoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { readEnvelope, type Envelope } from './envelope.ts';
import { examples } from './examples.ts';
import { FACILITIES, SEVERITIES } from './priorities.ts';
import { pam } from './readers/pam.ts';
import { readerOf } from './readers/index.ts';
import { MAX_MESSAGE, type MessageContext, type Reading } from './reading.ts';
import { Sessions } from './sessions.ts';

const UTC = zoneOf('UTC')!;

export const syslog: ParserDefinition = {
  id: 'syslog',
  title: 'Syslog: RFC 3164, RFC 5424 and files in /var/log, with what well-known daemons write in it',
  module: 'system',
  dataset: 'system.syslog',
  examples,
  recognise: ({ lines }) => {
    let records = 0;
    let found = 0;
    for (const line of lines) {
      if (isContinuation(line)) continue;
      records++;
      const envelope = readEnvelope(line, UTC, Date.UTC(2026, 0, 1));
      if (envelope?.program !== undefined) found++;
      // "last message repeated" and "-- MARK --" have no program.
      else if (envelope?.host !== undefined && !isDigit(line.charCodeAt(0))) found += 0.5;
    }
    return records === 0 ? 0 : (found / records) * 0.55;
  },
  continues: isContinuation,
  create: (options) => new SyslogParser(options),
};

function isContinuation(line: string): boolean {
  const first = line.charCodeAt(0);
  return first === 0x20 || first === 0x09;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function saidByPam(message: string): boolean {
  return message.startsWith('pam_') || message.startsWith('PAM ') || message.startsWith('(pam_');
}

class SyslogParser implements Parser {
  readonly #zone: Zone;
  readonly #referenceMs: number;
  readonly #context: { -readonly [K in keyof MessageContext]: MessageContext[K] };

  constructor({ zone, referenceMs }: ParseOptions) {
    this.#zone = zoneOf(zone) ?? UTC;
    this.#referenceMs = referenceMs;
    this.#context = { program: '', host: undefined, pid: undefined, ms: undefined, sessions: new Sessions() };
  }

  line(line: string): Parsed {
    const envelope = readEnvelope(line, this.#zone, this.#referenceMs);
    if (envelope === undefined) return new Refusal('no syslog time at the begin of the line');
    const { program, pid, host } = envelope;
    const message = envelope.at === 0 ? line : line.slice(envelope.at);
    let reading: Reading | undefined;
    let dataset = 'system.syslog';
    if (program !== undefined && message.length <= MAX_MESSAGE) {
      const context = this.#context;
      context.program = program;
      context.host = host;
      context.pid = pid;
      context.ms = envelope.ms;
      const reader = readerOf(program);
      const isPam = saidByPam(message);
      reading = isPam ? pam(message, context) : reader.read(message, context);
      dataset = isPam ? 'system.auth' : reader.dataset;
    }
    const source = reading?.source;
    const user = reading?.user;
    return {
      '@timestamp': isoTime(envelope.ms),
      message,
      event: {
        kind: 'event',
        dataset,
        category: reading?.category,
        type: reading?.type,
        outcome: reading?.outcome,
        action: reading?.action,
        reason: reading?.reason,
        original: line,
      },
      host: host === undefined ? undefined : { hostname: host, name: host },
      process: program === undefined ? undefined : { name: program, pid },
      source,
      destination: reading?.destination,
      user,
      group: reading?.group,
      log: logOf(envelope),
      related: {
        ip: source?.ip === undefined ? undefined : [source.ip],
        user: user === undefined ? undefined : related(user.name, user.effective?.name),
        hosts: host === undefined ? undefined : [host],
      },
      system: dataset === 'system.auth' ? { auth: reading?.auth } : undefined,
    };
  }
}

/** `log.syslog.*`, where the line says any of it. */
function logOf({ priority, version, messageId, structuredData }: Envelope): EcsGroup | undefined {
  if (priority === undefined && version === undefined) return undefined;
  const facility = priority === undefined ? undefined : priority >> 3;
  const severity = priority === undefined ? undefined : priority & 7;
  return {
    syslog: {
      priority,
      version: version === undefined ? undefined : String(version),
      facility: facility === undefined ? undefined : { code: facility, name: FACILITIES[facility] },
      severity: severity === undefined ? undefined : { code: severity, name: SEVERITIES[severity] },
      msgid: messageId,
      structured_data: structuredData === undefined ? undefined : structured(structuredData),
    },
  };
}

const MAX_ELEMENTS = 32;

/** `[id name="value" …][…]` as objects below the element's id. */
function structured(text: string): EcsGroup {
  const elements: EcsGroup = {};
  let count = 0;
  for (const [, id, parameters] of text.matchAll(/\[([^\s="\]]+)((?: [^\s="\]]+="(?:[^"\\]|\\.)*")*)\]/g)) {
    if (++count > MAX_ELEMENTS) break;
    const values: [string, string][] = [];
    for (const [, name, value] of parameters!.matchAll(/ ([^\s="\]]+)="((?:[^"\\]|\\.)*)"/g))
      values.push([name!, value!.replace(/\\(["\\\]])/g, '$1')]);
    if (id !== '__proto__') elements[id!] = Object.fromEntries(values);
  }
  return elements;
}
