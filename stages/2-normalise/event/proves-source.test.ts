import { expect, it } from 'vitest';
import type { EcsDocument, ParserDefinition } from '@netsentinel/contracts/parser';
import { parserNamed } from '../parsers/find-parser.ts';
import { RecordReader } from '../records/record-reader.ts';
import { provesSource } from './proves-source.ts';

async function read(format: string, text: string): Promise<EcsDocument> {
  const definition: ParserDefinition = await parserNamed(format);
  const found: EcsDocument[] = [];
  const reader = new RecordReader({
    definition,
    parse: { zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] },
    onDocument: (document) => found.push(document),
    onRefused: () => undefined,
  });
  reader.push(Buffer.from(`${text}\n`));
  reader.end();
  return found[0]!;
}

it.each([
  [
    'a login that failed',
    'syslog',
    'Nov 21 09:30:00 www sshd[1]: Failed password for root from 198.51.100.7 port 4 ssh2',
    true,
  ],
  [
    'a client that gave up',
    'syslog',
    'Nov 21 09:30:00 www sshd[1]: Connection closed by 198.51.100.7 port 4 [preauth]',
    true,
  ],
  [
    'a page that was asked for',
    'nginx-access',
    '198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "GET / HTTP/1.1" 200 5 "-" "curl/8"',
    true,
  ],
  [
    'what a firewall dropped',
    'iptables',
    'Nov 21 09:30:00 fw kernel: [UFW BLOCK] IN=eth0 OUT= MAC= SRC=198.51.100.7 DST=192.0.2.1 LEN=40 TOS=0x00 PREC=0x00 TTL=52 ID=1 PROTO=TCP SPT=4 DPT=22 WINDOW=1024 RES=0x00 SYN URGP=0',
    false,
  ],
  [
    'a question to a name server',
    'syslog',
    "Nov 21 09:30:00 ns named[1]: client @0x7f 198.51.100.7#53 (example.org): query (cache) 'example.org/A/IN' denied",
    false,
  ],
  [
    'a login over SIP',
    'syslog',
    "Nov 21 09:30:00 pbx asterisk[1]: NOTICE[2]: Registration from '<sip:1@192.0.2.1>' failed for '198.51.100.7:5060' - Wrong password",
    false,
  ],
])('%s', async (_what, format, line, proves) => {
  expect(provesSource(await read(format, line))).toBe(proves);
});

it.each([
  ['SF', true],
  ['S1', true],
  ['S0', false],
  ['REJ', false],
])('a connection in Zeek’s state %s', async (state, proves) => {
  const row = JSON.stringify({
    ts: 1763717400.5,
    uid: 'C1',
    'id.orig_h': '198.51.100.7',
    'id.orig_p': 4,
    'id.resp_h': '192.0.2.1',
    'id.resp_p': 22,
    proto: 'tcp',
    conn_state: state,
    missed_bytes: 0,
    history: 'S',
  });
  expect(provesSource(await read('zeek', row))).toBe(proves);
});

it('a document of hostile types proves nothing, and harms nothing', () => {
  for (const category of [undefined, 'authentication', [{ toString: null }]])
    expect(provesSource({ event: { category }, network: 'tcp', process: [] } as unknown as EcsDocument)).toBe(false);
});
