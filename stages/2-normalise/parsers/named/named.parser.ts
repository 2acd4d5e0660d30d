/** BIND's own log channels: `21-Nov-2026 09:30:00.125 CATEGORY: LEVEL: client ADDRESS#PORT (NAME): …`. What it says of clients is read as in syslog. */
import { Refusal, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { numberIn, related } from '../../text/document.ts';
import { domainParts } from '../../text/registered-domain.ts';
import { shareOf } from '../../text/share.ts';
import { digits } from '@netsentinel/kernel/iso-time';
import { isoTime, monthAt, utcOf } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { named as read } from '../syslog/readers/named.ts';
import { eventOfReading, readBounded } from '../syslog/reading.ts';

const RECORD =
  /^\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.(\d{3}))? (?:([\w-]+): )?(?:(critical|error|warning|notice|info|debug \d+): )?(.*)$/;
const CLIENT =
  /^\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d(?:\.\d{3})? (?:\S+: ){0,2}(?:client |zone |managed-keys|resolver |received |loading |running|listening |network )/;
const QUERY = /: query: (\S+) (\S+) (\S+) (\S+)/;

export const named: ParserDefinition = {
  id: 'named',
  title: 'BIND name server log, queries too',
  module: 'bind',
  dataset: 'bind.named',
  examples: [
    "21-Nov-2026 09:30:00.125 security: info: client @0x7f2f20001230 198.51.100.7#4795 (example.org): query (cache) 'example.org/ANY/IN' denied",
    '21-Nov-2026 09:30:01.250 queries: info: client @0x7f2f20001230 192.0.2.30#53211 (www.example.org): query: www.example.org IN A +E(0)K (192.0.2.53)',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => CLIENT.test(line)) * 0.92,
  create: stateless({ line: readLine }),
};

const OTHERWISE = { category: ['network'], type: ['info'] };

function readLine(line: string, clock: LocalClock): Parsed {
  const match = RECORD.exec(line);
  if (match === null) return new Refusal('no time of a BIND log at the begin of the line');
  const ms = utcOf(
    digits(line, 7, 4),
    monthAt(line, 3),
    digits(line, 0, 2),
    digits(line, 12, 2),
    digits(line, 15, 2),
    digits(line, 18, 2),
    numberIn(match[1]) ?? 0,
    clock.zone,
  );
  if (ms === undefined) return new Refusal('there is no such time');
  const message = match[4]!;
  const reading = readBounded(read, message);
  const query = QUERY.exec(message);
  return {
    '@timestamp': isoTime(ms),
    message,
    event: {
      ...eventOfReading(reading, OTHERWISE, line),
      action: reading?.action ?? (query === null ? undefined : 'dns-query'),
    },
    log: { level: match[3], logger: match[2] },
    source: reading?.source,
    network: { protocol: 'dns' },
    dns:
      query === null
        ? undefined
        : {
            type: 'query',
            question: { ...domainParts(query[1]!), name: query[1]!, class: query[2], type: query[3] },
            header_flags: query[4]!.startsWith('+') ? ['RD'] : undefined,
          },
    related: { ip: related(reading?.source?.ip), hosts: query === null ? undefined : related(query[1]) },
  };
}
