/** Messages by syslog reach the parser of what is inside them, whoever sent them and in whatever envelope. */
import type { EcsDocument, ParserDefinition } from '@netsentinel/contracts/parser';
import { Refusal } from '@netsentinel/contracts/parser';
import { beforeAll, describe, expect, it } from 'vitest';
import { allParsers, parserNamed } from '../parsers/find-parser.ts';
import { parseLine, parseObject } from './run-parser.ts';
import { parsedObject } from './sample.ts';
import { SyslogMessages } from './syslog-messages.ts';

const ANY_DATASET = expect.any(String) as string;

const parse = { zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21, 10), trustedProxies: [] };
const SENDER = '192.0.2.200';
let definitions: ParserDefinition[];
beforeAll(async () => {
  definitions = await allParsers();
});

function reader(only?: ParserDefinition) {
  const messages = new SyslogMessages({ definitions, only, parse });
  return (line: string, sender = SENDER): EcsDocument => {
    const { parsed } = messages.read(line, sender, false);
    if (parsed instanceof Refusal) throw new Error(`${parsed.reason}: ${line}`);
    return parsed;
  };
}

/** Under whose name they come, where that matters. */
const PROGRAMS: Readonly<Record<string, string>> = {
  'apache-access': 'httpd',
  'apache-error': 'httpd',
  traefik: 'traefik',
};
const envelopes = (program: string, text: string): string[] => [
  `<134>Nov 21 09:30:00 web1 ${program}[12]: ${text}`,
  `<134>Nov 21 09:30:00 ${program}: ${text}`,
  `<134>1 2026-11-21T09:30:00Z web1 ${program} 12 - - ${text}`,
];
const HAS_HEAD = /^(<\d+>)?([A-Z][a-z]{2} +\d+ |\d{4}-\d\d-\d\dT\S+ \S+ [\w-]+(\[\d+\])?: )/;

describe('what is inside a message', () => {
  const formats = async () => (await allParsers()).filter(({ id }) => id !== 'syslog');

  it('is read as its own format, in the envelopes of RFC 3164 and RFC 5424, and without one', async () => {
    for (const definition of await formats())
      for (const example of definition.examples) {
        if (example.includes('\n') || definition.isHeader?.(example) === true) continue;
        const own = definition.create(parse);
        const object = parsedObject(example);
        const direct = object === undefined ? parseLine(own, example) : parseObject(own, object, example);
        if (direct === undefined || direct instanceof Refusal) continue;
        const program = PROGRAMS[definition.id] ?? 'app';
        // What looks like nothing in particular is a line of syslog where it came by syslog.
        const isGuess = definition.id === 'application';
        const messages = HAS_HEAD.test(example)
          ? [example.startsWith('<') ? example : `<134>${example}`, example]
          : [example, ...(isGuess ? [] : envelopes(program, example))];
        for (const message of messages) {
          if (message.startsWith('<134><') || /^<134>\d{4}-.* \[Cowrie/.test(message)) continue;
          const document = reader()(message);
          expect({
            message,
            dataset: document.event['dataset'],
            ip: document.source?.ip,
            original: document.event.original,
          }).toEqual({
            message,
            dataset: isGuess ? ANY_DATASET : (direct.event['dataset'] ?? definition.dataset),
            ip: direct.source?.ip,
            original: message,
          });
        }
      }
  });

  it('keeps what the envelope knew beside it', () => {
    const eve =
      '{"timestamp":"2026-11-21T09:30:00.000000+0000","event_type":"alert","src_ip":"198.51.100.7","dest_ip":"203.0.113.5","alert":{"signature_id":1,"signature":"x","severity":1}}';
    expect(reader()(`<134>1 2026-11-21T09:30:01Z ids1 suricata 12 - - ${eve}`)).toMatchObject({
      event: { module: 'suricata', kind: 'alert' },
      host: { name: 'ids1' },
      process: { name: 'suricata', pid: 12 },
      log: { source: { address: SENDER }, syslog: { priority: 134, facility: { name: 'local0' } } },
    });
    const nginx = '198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"';
    expect(reader()(`<190>Nov 21 09:30:01 web1 nginx: ${nginx}`)).toMatchObject({
      '@timestamp': '2026-11-21T09:30:00.000Z',
      event: { dataset: 'nginx.access' },
      host: { name: 'web1' },
      source: { ip: '198.51.100.7' },
    });
  });

  it('may be an envelope itself, as of Docker and Filebeat', () => {
    const inner = JSON.stringify({
      log: '198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"\n',
      stream: 'stdout',
      time: '2026-11-21T09:30:00Z',
    });
    expect(reader()(`<134>Nov 21 09:30:01 web1 docker[1]: ${inner}`).source?.ip).toBe('198.51.100.7');
  });
});

describe('one sender', () => {
  const packet = 'IN=eth0 OUT= SRC=198.51.100.7 DST=203.0.113.5 LEN=44 TTL=243 ID=1 PROTO=TCP SPT=40000 DPT=23 SYN';
  const kernel = (text: string): string => `<4>Nov 21 09:30:00 gate kernel: ${text}`;

  it('has programs that write different formats, and programs that write several', () => {
    const read = reader();
    const datasets = [
      kernel('eth0: link up'),
      kernel(`[UFW BLOCK] ${packet}`),
      '<38>Nov 21 09:30:00 gate sshd[8]: Failed password for root from 198.51.100.7 port 40000 ssh2',
      '<134>Nov 21 09:30:00 gate suricata: <Notice> all packet threads running',
      '<134>Nov 21 09:30:00 gate suricata: {"timestamp":"2026-11-21T09:30:00.000000+0000","event_type":"dns","src_ip":"198.51.100.7"}',
      kernel('eth0: link down'),
      kernel(`[UFW BLOCK] ${packet}`),
    ].map((line) => read(line).event['dataset']);
    expect(datasets).toEqual([
      'system.syslog',
      'iptables.log',
      'system.auth',
      'system.syslog',
      'suricata.eve',
      'system.syslog',
      'iptables.log',
    ]);
  });

  it('is read anew when what it writes changes', () => {
    const read = reader();
    const access = '198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"';
    expect(read(`<134>Nov 21 09:30:00 a web: ${access}`).event['dataset']).toBe('nginx.access');
    expect(read('<134>Nov 21 09:30:01 a web: said "nothing" of use').event['dataset']).toBe('system.syslog');
    expect(read(`<134>Nov 21 09:30:02 a web: ${access}`).event['dataset']).toBe('nginx.access');
    for (let i = 0; i < 40; i++) read(`<134>Nov 21 09:30:03 a app: plain ${i}`);
    const leef = 'x LEEF:1.0|Example|Gate|1.0|Login|src=198.51.100.7';
    const datasets = Array.from({ length: 40 }, () => read(`<134>Nov 21 09:30:04 a app: ${leef}`).event['module']);
    expect(datasets).toContain('leef');
  });

  it('cannot be made to speak for others through a daemon that we know, or one that writes text', () => {
    const read = reader();
    const cef = 'CEF:0|Example|Gate|1.0|100|Login failed|7|src=203.0.113.99';
    expect(read(`<38>Nov 21 09:30:00 gate sshd[8]: ${cef}`)).toMatchObject({
      event: { dataset: 'system.auth' },
      source: undefined,
    });
    expect(
      read(`<38>Nov 21 09:30:00 gate sshd[8]: Invalid user ${packet} from 198.51.100.7 port 1`).event['dataset'],
    ).toBe('system.auth');
    for (let i = 0; i < 1001; i++) read(`<134>Nov 21 09:30:03 a chat: ${i} said hello`);
    expect(read(`<134>Nov 21 09:30:04 a chat: ${packet}`).event['dataset']).toBe('system.syslog');
    expect(read(`<134>Nov 21 09:30:04 a other: ${packet}`).event['dataset']).toBe('iptables.log');
    for (let i = 0; i < 1001; i++) read(kernel(`eth${i}: link up`));
    expect(read(kernel(packet)).event['dataset']).toBe('iptables.log');
  });

  it('has its own year, which moves on', () => {
    let referenceMs = Date.UTC(2026, 11, 31, 23, 59);
    const messages = new SyslogMessages({
      definitions,
      parse: {
        ...parse,
        get referenceMs() {
          return referenceMs;
        },
      },
    });
    const at = (line: string) => (messages.read(line, SENDER, false).parsed as EcsDocument)['@timestamp'];
    expect(at('<13>Dec 31 23:59:00 a app: x')).toBe('2026-12-31T23:59:00.000Z');
    referenceMs = Date.UTC(2027, 5, 1);
    expect(at('<13>Jun  1 00:00:00 a app: x')).toBe('2027-06-01T00:00:00.000Z');
  });
});

describe('a message', () => {
  it('without any header is its text, with who sent it', () => {
    expect(reader()('link down on port 7')).toMatchObject({
      event: { dataset: 'system.syslog', original: 'link down on port 7' },
      log: { source: { address: SENDER } },
    });
  });

  it('that was cut says so', () => {
    const messages = new SyslogMessages({ definitions, parse });
    expect(messages.read('<13>Nov 21 09:30:00 a app: x', SENDER, true).parsed).toMatchObject({
      netsentinel: { truncated: ['event.original'] },
    });
  });

  it('is of the one format that is configured, in any envelope, or a line of syslog', async () => {
    const read = reader(await parserNamed('apache-access'));
    const access = '198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET / HTTP/1.1" 200 612 "-" "curl/8.5.0"';
    expect(read(`<134>Nov 21 09:30:00 a web: ${access}`).event['dataset']).toBe('apache.access');
    expect(read('<134>Nov 21 09:30:00 a web: hello').event['dataset']).toBe('system.syslog');
  });

  it('from ever new senders keeps memory bounded', () => {
    const read = reader();
    for (let i = 0; i < 3000; i++)
      expect(read(`<13>Nov 21 09:30:00 h app${i}: x`, `192.0.2.${i}`).event['dataset']).toBe('system.syslog');
  });
});
