/** vsftpd's own log: `Sat Nov 21 09:30:00 2026 [pid 2] [NAME] FAIL LOGIN: Client "ADDRESS"`. What it says is read as in syslog. */
import { Refusal, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { related } from '../../text/document.ts';
import { shareOf } from '../../text/share.ts';
import { digits } from '@netsentinel/kernel/iso-time';
import { isoTime, monthAt, utcOf } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { vsftpd as read } from '../syslog/readers/vsftpd.ts';
import { eventOfReading, readBounded } from '../syslog/reading.ts';

const RECORD = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} \[pid \d+\] /;

export const vsftpd: ParserDefinition = {
  id: 'vsftpd',
  title: 'vsftpd log',
  module: 'vsftpd',
  dataset: 'vsftpd.log',
  examples: [
    'Sat Nov 21 09:30:00 2026 [pid 2] CONNECT: Client "198.51.100.7"',
    'Sat Nov 21 09:30:01 2026 [pid 1] [bob] FAIL LOGIN: Client "198.51.100.7"',
    'Sat Nov 21 09:30:02 2026 [pid 3] [alice] OK UPLOAD: Client "::ffff:192.0.2.30", "/home/alice/report.txt", 1200 bytes, 35.10Kbyte/sec',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => RECORD.test(line)) * 0.95,
  create: stateless({ line: readLine }),
};

function readLine(line: string, clock: LocalClock): Parsed {
  const head = RECORD.exec(line);
  if (head === null) return new Refusal('no time and process at the begin of the line');
  const ms = utcOf(
    digits(line, 20, 4),
    monthAt(line, 4),
    line.charCodeAt(8) === 0x20 ? digits(line, 9, 1) : digits(line, 8, 2),
    digits(line, 11, 2),
    digits(line, 14, 2),
    digits(line, 17, 2),
    0,
    clock.zone,
  );
  if (ms === undefined) return new Refusal('there is no such time');
  const message = line.slice(head[0].length);
  const reading = readBounded(read, message);
  return {
    '@timestamp': isoTime(ms),
    message,
    event: eventOfReading(reading, { category: ['file'], type: ['info'] }, line),
    process: { name: 'vsftpd', pid: Number(head[0].slice(30, -2)) },
    source: reading?.source,
    user: reading?.user,
    related: { ip: related(reading?.source?.ip), user: related(reading?.user?.name) },
  };
}
