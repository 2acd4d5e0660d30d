/** Exim's mainlog and rejectlog: `2026-11-21 09:30:00 [PID] [MESSAGE-ID] TEXT`. What the text says is read as in syslog. */
import { Refusal, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { related } from '../../text/document.ts';
import { shareOf } from '../../text/share.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { exim as read } from '../syslog/readers/exim.ts';
import { eventOfReading, readBounded } from '../syslog/reading.ts';

const RECORD =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d{3})?(?: [+-]\d{4})? (?:\[\d+\] )?(?:[0-9A-Za-z]{6}-[0-9A-Za-z]{6,11}-[0-9A-Za-z]{2,4} (?:<=|=>|->|\*\*|==|>>|Completed|SA: |H=|F=|SMTP |DKIM: |Message |rejected )|[\w-]+ authenticator failed for |H=|SMTP (?:call|connection|protocol|syntax|command) |no (?:MAIL in|host name|IP address)|(?:Start|End) queue run|exim \d)/;

export const exim: ParserDefinition = {
  id: 'exim',
  title: 'Exim mainlog',
  module: 'exim',
  dataset: 'exim.mainlog',
  examples: [
    '2026-11-21 09:30:00 login authenticator failed for host7.example.net (User) [198.51.100.7]:41556 I=[203.0.113.9]:25: 535 Incorrect authentication data (set_id=bob)',
    '2026-11-21 09:30:01 H=mail.example.net (mail) [198.51.100.7]:3755 I=[203.0.113.9]:25 F=<a@example.net> rejected RCPT <x@example.org>: relay not permitted',
    '2026-11-21 09:30:02 +0100 [1234] 1qAbCd-0001Ab-2C <= alice@example.org H=laptop.example.org [192.0.2.30] P=esmtpsa A=login:alice S=1234',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => RECORD.test(line)) * 0.95,
  create: stateless({ line: readLine }),
};

function readLine(line: string, clock: LocalClock): Parsed {
  const ms = parseIsoTime(line, clock.zone);
  if (ms === undefined || line.charCodeAt(10) !== 0x20) return new Refusal('no time at the begin of the line');
  const message = line.slice(19).replace(/^(?:\.\d{3})?(?: [+-]\d{4})? /, '');
  const pid = /^\[(\d{1,10})\] /.exec(message)?.[1];
  const reading = readBounded(read, message);
  return {
    '@timestamp': isoTime(ms),
    message,
    event: eventOfReading(reading, { category: ['email'], type: ['info'] }, line),
    process: { name: 'exim', pid: pid === undefined ? undefined : Number(pid) },
    source: reading?.source,
    user: reading?.user,
    related: { ip: related(reading?.source?.ip), user: related(reading?.user?.name) },
  };
}
