/**
 * Syslog, as daemons send it and as files keep it: RFC 5424, RFC 3164, with and without a priority. The envelope tells time, host and program; the program's own
 * reader (`readers/`) tells what happened. Fields are those of Elastic's `system` integration.
 */
import {
  Refusal,
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
import { logOf } from './log-fields.ts';
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
      if (envelope?.program !== undefined) found += isLikely(envelope, line) ? 1 : 0;
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

/** The logs of many applications look like syslog at first: a level in the place of the host, an address in that of the program. */
function isLikely({ host, program, pid }: Envelope, line: string): boolean {
  if (pid !== undefined) return true;
  return !LABEL.test(line) && !LEVELS.has(host?.toUpperCase() ?? '') && !/^\[?[\d.]+:\d+\]?$|::/.test(program!);
}

/** `TIME [AUTH] WARN: …`: no daemon is called so. */
const LABEL = /^\S+(?: [\d:.,]{8,12})? \[[A-Z][A-Z _-]{1,31}\] /;
const LEVELS = new Set('TRACE DEBUG INFO NOTICE WARN WARNING ERROR ERR CRIT CRITICAL FATAL'.split(' '));

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function saidByPam(message: string): boolean {
  return message.startsWith('pam_') || message.startsWith('PAM ') || message.startsWith('(pam_');
}

class SyslogParser implements Parser {
  readonly #zone: Zone;
  readonly #options: ParseOptions;
  readonly #context: { -readonly [K in keyof MessageContext]: MessageContext[K] };

  constructor(options: ParseOptions) {
    this.#zone = zoneOf(options.zone) ?? UTC;
    this.#options = options;
    this.#context = { program: '', host: undefined, pid: undefined, ms: undefined, sessions: new Sessions() };
  }

  line(line: string): Parsed {
    const envelope = readEnvelope(line, this.#zone, this.#options.referenceMs);
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
        kind: reading?.kind ?? 'event',
        severity: reading?.severity,
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
      rule: reading?.rule === undefined ? undefined : { name: reading.rule },
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
