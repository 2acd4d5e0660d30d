/** sshesame, an SSH honeypot that lets everybody in and does nothing: its text log, `2026/11/21 09:30:00 [198.51.100.7:40112] …`. */
import { Refusal, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { decoyDocument, type DecoySighting } from '../../honeypot/decoy-document.ts';
import { endpointOf, splitHostPort } from '../../text/endpoint.ts';
import { shareOf } from '../../text/share.ts';
import { parseIsoTime } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';

export const sshesame: ParserDefinition = {
  id: 'sshesame',
  title: 'sshesame SSH honeypot, text',
  module: 'sshesame',
  dataset: 'sshesame.event',
  examples: [
    '2026/11/21 09:30:00 [198.51.100.7:40112] authentication for user "root" without credentials rejected',
    '2026/11/21 09:30:01 [198.51.100.7:40112] authentication for user "root" with password "123456" accepted',
    '2026/11/21 09:30:02 [198.51.100.7:40112] connection with client version "SSH-2.0-libssh_0.9.6" established',
    '2026/11/21 09:30:03 [198.51.100.7:40112] [channel 0] command "uname -a" requested',
    '2026/11/21 09:30:04 [198.51.100.7:40112] [channel 1] direct TCP/IP forwarding from 127.0.0.1:22 to 192.0.2.80:80 requested',
    '2026/11/21 09:30:05 [198.51.100.7:40112] [channel 1] input: "id"',
    '2026/11/21 09:30:06 [198.51.100.7:40112] connection closed',
  ],
  recognise: ({ lines }) => shareOf(lines, (line) => SURE.test(line)) * 0.95,
  create: stateless({ line: readLine }),
};

const RECORD = /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[([^\]]{3,64})\] (?:\[channel (\d{1,6})\] )?(.*)$/s;
const SURE =
  /^\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[[^\]]{3,64}:\d{1,5}\] (?:\[channel \d{1,6}\] (?:input: |closed|session requested|command |shell |direct TCP|environment variable|PTY|pty|subsystem|stdin)|authentication for user |connection |rejection of further |TCP\/IP forwarding )/;
const LOGIN =
  /^authentication for user "(.*?)" (?:without credentials|with (?:password "(.*)"|(?:public key|keyboard interactive) .*)) (accepted|rejected)$/s;
const FORWARD = /^direct TCP\/IP forwarding from \S+ to (?:\[([^\]]+)\]|([^:\s]+)):(\d{1,5}) requested$/;

function readLine(line: string, { zone }: LocalClock): Parsed {
  const record = RECORD.exec(line);
  const timeMs = parseIsoTime(line, zone);
  if (record === null || timeMs === undefined) return new Refusal('no time and client at the begin of the line');
  const { host, port } = splitHostPort(record[1]!);
  return decoyDocument({
    product: 'sshesame',
    protocol: 'ssh',
    timeMs,
    original: line,
    source: endpointOf(host, port),
    session: record[1]!,
    message: record[3]!.slice(0, 1024),
    ...moveOf(record[3]!),
  });
}

type Told = Pick<DecoySighting, 'move' | 'user' | 'password' | 'accepted' | 'commandLine' | 'ssh' | 'forward'>;

function moveOf(words: string): Told {
  const login = LOGIN.exec(words);
  if (login !== null) return { move: 'login', user: login[1], password: login[2], accepted: login[3] === 'accepted' };
  const command = /^command "(.*)" requested$/s.exec(words);
  if (command !== null) return { move: 'command', commandLine: command[1] };
  const forward = FORWARD.exec(words);
  if (forward !== null)
    return {
      move: 'forward',
      forward: { kind: 'direct-tcpip', host: forward[1] ?? forward[2], port: Number(forward[3]) },
    };
  const version = /^connection with client version "(.*)" established$/.exec(words);
  if (version !== null) return { move: 'client', ssh: { client_version: version[1] } };
  if (words === 'connection closed') return { move: 'disconnect' };
  return { move: /^(?:session|shell|subsystem|PTY|pty)/.test(words) ? 'session' : 'request' };
}
