/**
 * The error log of MySQL and MariaDB, of all versions: `161209 14:18:50 [Note] …`, `2026-11-21 9:30:00 5907 [Warning] …`, `2026-11-21T09:30:00.000000Z 6 [Note]
 * [MY-010926] [Server] …`. Fields are those of Elastic's `mysql` integration.
 */
import {
  Refusal,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
} from '@netsentinel/contracts/parser';
import { numberIn, related } from '../../text/document.ts';
import { isoTime, utcOf } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { mysql } from '../syslog/readers/mysql.ts';
import { MAX_MESSAGE } from '../syslog/reading.ts';

const UTC = zoneOf('UTC')!;
const TIME =
  /^(?:(\d\d)(\d\d)(\d\d)|(\d{4})-(\d\d)-(\d\d))(?: {1,2}|T)(\d{1,2}):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)? /;
const REST = /^(?:(?:(\d+)|0x[0-9a-f]+|[0-9a-f]{8,16}) )?(?:\[(System|Error|ERROR|Warning|Note|Entry)\] )?(.*)$/s;
const CODE = /^\[(MY-\d+)\] \[(\w+)\] /;
/** What tells this log from others with such times. */
const OURS =
  /^ *(?:(?:\d+|0x[0-9a-f]+|[0-9a-f]{8,16}) )?(?:\[(?:System|ERROR|Error|Warning|Note|Entry)\] |InnoDB: |mysqld_safe )/;

export const mysqlError: ParserDefinition = {
  id: 'mysql-error',
  title: 'MySQL and MariaDB error log',
  module: 'mysql',
  dataset: 'mysql.error',
  examples: [
    "2026-11-21T09:30:00.123456Z 6 [Note] [MY-010926] [Server] Access denied for user 'root'@'198.51.100.7' (using password: YES)",
    "2026-11-21  9:30:01 4644 [Warning] Access denied for user 'bob'@'198.51.100.7' (using password: NO)",
    '261121 09:30:02 [Note] /usr/sbin/mysqld: ready for connections.',
    '261121 09:30:03 mysqld_safe Starting mysqld daemon with databases from /var/lib/mysql',
  ],
  recognise: ({ lines }) => {
    const records = lines.filter((line) => TIME.test(line));
    return (
      (records.filter((line) => OURS.test(line.slice(TIME.exec(line)![0].length, 120))).length /
        Math.max(1, records.length)) *
      Math.min(0.95, (2 * records.length) / Math.max(1, lines.length))
    );
  },
  create: (options) => new MysqlErrorParser(options),
};

class MysqlErrorParser implements Parser {
  readonly #zone: Zone;
  /** Lines without a time go on with what the one before says. */
  #ms: number | undefined;

  constructor({ zone }: ParseOptions) {
    this.#zone = zoneOf(zone) ?? UTC;
  }

  line(line: string): Parsed {
    const head = TIME.exec(line);
    const ms = head === null ? undefined : timeOf(head, this.#zone);
    if (head !== null && ms === undefined) return new Refusal('there is no such time');
    if (head === null && line.charCodeAt(0) === 0) return new Refusal('no text');
    this.#ms = ms ?? this.#ms;
    const rest = REST.exec(head === null ? line : line.slice(head[0].length));
    const thread = head === null ? undefined : numberIn(rest?.[1]);
    const message = (rest?.[3] ?? line).trimStart();
    const code = CODE.exec(message);
    const reading = message.length > MAX_MESSAGE ? undefined : mysql(message);
    const isDenied = reading?.outcome === 'failure';
    return {
      '@timestamp': isoTime(this.#ms),
      message,
      event: {
        kind: 'event',
        category: isDenied ? ['database', 'authentication'] : ['database'],
        type: isDenied ? ['start'] : ['info'],
        outcome: reading?.outcome,
        action: reading?.action,
        code: code?.[1],
        provider: code?.[2],
        original: line,
      },
      log: rest?.[2] === undefined ? undefined : { level: rest[2] },
      source: reading?.source,
      user: reading?.user,
      related: { ip: related(reading?.source?.ip), user: related(reading?.user?.name) },
      mysql: thread === undefined ? undefined : { thread_id: thread },
    };
  }
}

function timeOf(head: RegExpExecArray, zone: Zone): number | undefined {
  const number = (index: number): number => Number(head[index]);
  const year = head[1] === undefined ? number(4) : 2000 + number(1);
  const month = head[1] === undefined ? number(5) : number(2);
  const day = head[1] === undefined ? number(6) : number(3);
  const ms = head[10] === undefined ? 0 : Number(head[10].padEnd(3, '0').slice(0, 3));
  const named = head[11] === undefined ? zone : head[11] === 'Z' ? UTC : (zoneOf(head[11]) ?? zone);
  return utcOf(year, month, day, number(7), number(8), number(9), ms, named);
}
