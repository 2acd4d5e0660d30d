/**
 * PostgreSQL's log, as text (`2026-11-21 09:30:00.000 CET [PID] USER@DATABASE FATAL:  …`) and as CSV. Fields are those of Elastic's `postgresql` integration; who
 * fails to log in is read as in syslog.
 */
import {
  Refusal,
  type EcsGroup,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
} from '@netsentinel/contracts/parser';
import { numberIn, related, textOf } from '../../text/document.ts';
import { endpointOf } from '../../text/endpoint.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { splitClient } from './client.ts';
import { postgresql as readLogin } from '../syslog/readers/postgresql.ts';
import { MAX_MESSAGE, type Reading } from '../syslog/reading.ts';
import { Sessions } from '../syslog/sessions.ts';
import { csvRow } from './csv-row.ts';
import { logZone } from './log-zones.ts';

const TIME = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{1,6})?) ([A-Za-z_/]{1,32}|[+-]\d{2}(?::?\d\d)?)/;
const TEXT =
  /^(.{0,200}?)(DEBUG[1-5]?|LOG|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC|DETAIL|HINT|QUERY|CONTEXT|LOCATION|STATEMENT): {1,2}(?:([0-9A-Z]{5}): )?([^]*)$/;
const DURATION = /^duration: ([\d.]+) ms(?: {1,2}(statement|parse|bind|execute)(?: (\S+))?: ([^]*))?$/;
const STATEMENT = /^(statement|execute)(?: (\S+))?: ([^]*)$/;

export const postgresql: ParserDefinition = {
  id: 'postgresql',
  title: 'PostgreSQL log, text and CSV',
  module: 'postgresql',
  dataset: 'postgresql.log',
  examples: [
    '2026-11-21 09:30:00.416 CET [24981] bob@shop 198.51.100.7(50112) FATAL:  password authentication failed for user "bob"',
    '2026-11-21 09:30:01.677 UTC [34492] LOG:  duration: 0.327 ms  statement: select 1;',
    '2026-11-21 09:30:02 UTC,"bob","shop",36,"198.51.100.7:42326",5ff25be6.24,2,"authentication",2026-11-21 09:30:02 UTC,3/9,0,FATAL,28P01,"password authentication failed for user ""bob""","Role ""bob"" does not exist.",,,,,,,,""',
  ],
  continues: (line) => !/^\d{4}-\d\d-\d\d /.test(line),
  recognise: ({ lines }) => {
    const records = lines.filter((line) => TIME.test(line));
    const ours = records.filter((line) =>
      /,(?:LOG|ERROR|FATAL|PANIC|WARNING|NOTICE),[0-9A-Z]{5},|^[^[]{19,40} .{0,160}?(?<![\w-])(?:LOG|ERROR|FATAL|PANIC|WARNING|DETAIL|HINT|STATEMENT|CONTEXT|LOCATION): {1,2}/.test(
        line,
      ),
    );
    return (ours.length / Math.max(1, records.length)) * 0.92;
  },
  create: (options) => new PostgresqlParser(options),
};

/** What both forms of a record come to. */
interface Record {
  readonly level: string;
  readonly pid: number | undefined;
  readonly user: string | undefined;
  readonly said: string;
  readonly fields: EcsGroup;
  readonly reading: Reading | undefined;
}

class PostgresqlParser implements Parser {
  readonly #zone: Zone;
  readonly #sessions = new Sessions();

  constructor({ zone }: ParseOptions) {
    this.#zone = zoneOf(zone) ?? zoneOf('UTC')!;
  }

  line(line: string): Parsed {
    const time = TIME.exec(line);
    if (time === null) return new Refusal('no time with a zone at the begin of the record');
    const zone = logZone(time[2]!);
    const ms = parseIsoTime(time[1]!, zone ?? this.#zone);
    if (ms === undefined) return new Refusal('there is no such time');
    const isCsv = line.charCodeAt(time[0].length) === 0x2c;
    const record = isCsv ? this.#csv(csvRow(line), ms) : this.#text(line.slice(time[0].length + 1), ms);
    if (record === undefined) return new Refusal('no level behind the time');
    const { level, pid, user, said, fields, reading } = record;
    const { message, duration } = query(said, fields, isCsv);
    const state = textOf(fields['sql_state_code']);
    const isLogin = reading?.category?.includes('authentication') === true;
    const name = user ?? reading?.user?.name;
    return {
      '@timestamp': isoTime(ms),
      message,
      event: {
        kind: 'event',
        category: isLogin ? ['database', 'authentication'] : ['database'],
        type: [state !== undefined && !/^0[0-3]/.test(state) ? 'error' : 'info'],
        outcome: reading?.outcome,
        action: reading?.action,
        duration,
        timezone: time[2],
        original: line,
      },
      log: { level },
      process: { pid },
      source: reading?.source,
      user: name === undefined ? undefined : { name },
      related: { ip: related(reading?.source?.ip), user: related(name) },
      postgresql: { log: { timestamp: time[0], ...fields } },
    };
  }

  #text(rest: string, ms: number): Record | undefined {
    const match = TEXT.exec(rest);
    if (match === null) return undefined;
    const before = match[1]!;
    const process = /^\[(\d{1,10})(?:-(\d+))?\] ?/.exec(before);
    const who = /(?:^|\s)([^\s@[\]]+)@([^\s@[\]]+)(?=\s|$)/.exec(
      process === null ? before : before.slice(process[0].length),
    );
    const pid = numberIn(process?.[1]);
    const [level, said] = [match[2]!, match[4]!];
    const context = { program: 'postgres', host: undefined, pid, ms, sessions: this.#sessions };
    return {
      level,
      pid,
      user: who?.[1],
      said,
      fields: { session_line_number: numberIn(process?.[2]), database: who?.[2], sql_state_code: match[3] },
      reading: said.length > MAX_MESSAGE ? undefined : readLogin(`${before}${level}:  ${said}`, context),
    };
  }

  #csv(row: readonly string[], ms: number): Record | undefined {
    const level = textOf(row[11]);
    if (level === undefined) return undefined;
    const pid = numberIn(row[3]);
    const said = row[13] ?? '';
    const client = splitClient(row[4]);
    const context = { program: 'postgres', host: undefined, pid, ms, sessions: this.#sessions };
    const reading = said.length > MAX_MESSAGE ? undefined : readLogin(`${level}:  ${said}`, context);
    if (reading !== undefined && client !== undefined) reading.source = endpointOf(client.host, client.port);
    return {
      level,
      pid,
      user: textOf(row[1]),
      said,
      reading,
      fields: {
        database: textOf(row[2]),
        client_addr: client?.host,
        client_port: client?.port,
        session_id: textOf(row[5]),
        command_tag: textOf(row[7]),
        session_start_time: startTime(row[8]),
        virtual_transaction_id: textOf(row[9]),
        transaction_id: numberIn(row[10]),
        sql_state_code: textOf(row[12]),
        detail: textOf(row[14]),
        hint: textOf(row[15]),
        internal_query: textOf(row[16]),
        internal_query_pos: numberIn(row[17]),
        context: textOf(row[18]),
        query: textOf(row[19]),
        query_pos: numberIn(row[20]),
        location: textOf(row[21]),
        application_name: textOf(row[22]),
        backend_type: textOf(row[23]),
      },
    };
  }
}

function startTime(text: string | undefined): string | undefined {
  const time = TIME.exec(text ?? '');
  const zone = time === null ? undefined : logZone(time[2]!);
  return zone === undefined ? undefined : isoTime(parseIsoTime(time![1]!, zone));
}

interface Said {
  readonly message: string | undefined;
  /** Nanoseconds, as `event.duration` is. */
  readonly duration: number | undefined;
}

/** What a statement says of itself: adds its step and name to the fields. In CSV the statement is the message, in text it is the query. */
function query(said: string, fields: EcsGroup, isCsv: boolean): Said {
  const timed = DURATION.exec(said);
  if (timed !== null && timed[2] === undefined) return { message: said, duration: nanoseconds(timed[1]!) };
  if (timed !== null) return statement(timed.slice(2), fields, isCsv, nanoseconds(timed[1]!));
  const untimed = isCsv ? STATEMENT.exec(said) : null;
  if (untimed === null) return { message: said, duration: undefined };
  return statement(untimed.slice(1), fields, isCsv, undefined);
}

function statement(
  [step, name, text]: readonly string[],
  fields: EcsGroup,
  isCsv: boolean,
  duration: number | undefined,
): Said {
  fields['query_step'] = step;
  fields['query_name'] = textOf(name);
  if (!isCsv) fields['query'] = text;
  return { message: isCsv ? text : undefined, duration };
}

function nanoseconds(milliseconds: string): number {
  return Math.round(Number(milliseconds) * 1e6);
}
