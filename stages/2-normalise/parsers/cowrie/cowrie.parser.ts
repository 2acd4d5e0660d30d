/** Cowrie, the SSH and Telnet honeypot: its JSON log, of every version since 2017, and its text log. */
import { Refusal, type JsonObject, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { decoyDocument, endpointIn, type DecoySighting } from '../../honeypot/decoy-document.ts';
import { ifAny, isObject, numberIn, numberOf, scalarOf, textOf } from '../../text/document.ts';
import { parseIsoTime } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';
import { sightingIn, TEXT_LINE } from './text-log.ts';

export const cowrie: ParserDefinition = {
  id: 'cowrie',
  title: 'Cowrie SSH and Telnet honeypot, JSON and text',
  module: 'cowrie',
  dataset: 'cowrie.event',
  examples: [
    '{"eventid":"cowrie.session.connect","src_ip":"198.51.100.7","src_port":40112,"dst_ip":"192.0.2.10","dst_port":2222,"session":"0a1b2c3d4e5f","protocol":"ssh","message":"New connection: 198.51.100.7:40112 (192.0.2.10:2222) [session: 0a1b2c3d4e5f]","sensor":"pot1","timestamp":"2026-11-21T09:30:00.000001Z"}',
    '{"eventid":"cowrie.client.version","version":"SSH-2.0-Go","message":"Remote SSH version: SSH-2.0-Go","sensor":"pot1","timestamp":"2026-11-21T09:30:00.100000Z","src_ip":"198.51.100.7","session":"0a1b2c3d4e5f"}',
    '{"eventid":"cowrie.login.failed","username":"root","password":"123456","message":"login attempt [root/123456] failed","sensor":"pot1","timestamp":"2026-11-21T09:30:01.000000Z","src_ip":"198.51.100.7","session":"0a1b2c3d4e5f"}',
    '{"eventid":"cowrie.command.input","input":"uname -a","message":"CMD: uname -a","sensor":"pot1","timestamp":"2026-11-21T09:30:03.000000Z","src_ip":"198.51.100.7","session":"0a1b2c3d4e5f"}',
    '{"eventid":"cowrie.session.file_download","url":"http://203.0.113.9/x.sh","outfile":"dl/0000","shasum":"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08","message":"Downloaded URL","sensor":"pot1","timestamp":"2026-11-21T09:30:04.000000Z","src_ip":"198.51.100.7","session":"0a1b2c3d4e5f"}',
    '{"eventid":"cowrie.direct-tcpip.request","dst_ip":"example.org","dst_port":443,"src_ip":"198.51.100.7","src_port":22,"message":"direct-tcp connection request","sensor":"pot1","timestamp":"2026-11-21T09:30:05.000000Z","session":"0a1b2c3d4e5f"}',
    "2026-11-21T09:30:00.000001Z [HoneyPotSSHTransport,17,198.51.100.7] login attempt [b'root'/b'123456'] failed",
    '2026-11-21T09:30:02+0000 [CowrieTelnetTransport,18,198.51.100.7] CMD: cat /proc/mounts',
  ],
  recognise: ({ lines, objects }) => {
    if (objects.length > 0) return objects.every(isCowrie) ? 0.98 : 0;
    return lines.some((line) => TEXT_LINE.test(line)) ? 0.93 : 0;
  },
  create: stateless({ line: readLine, object: readObject }),
};

function readObject(object: JsonObject, original: string, clock: LocalClock): Parsed {
  const id = textOf(object['eventid']);
  if (id?.startsWith('cowrie.') !== true) return new Refusal('no event of Cowrie');
  const forwarded = id.startsWith('cowrie.direct-tcpip.');
  return decoyDocument({
    ...movesOf(id, object),
    product: 'cowrie',
    protocol: protocolOf(object),
    timeMs: parseIsoTime(textOf(object['timestamp']) ?? '', clock.zone),
    original,
    source: endpointIn(object['src_ip'], forwarded ? undefined : object['src_port']),
    destination: forwarded ? undefined : endpointIn(object['dst_ip'], object['dst_port']),
    transport: 'tcp',
    session: scalarOf(object['session']),
    sensor: textOf(object['sensor']),
    message: textOf(object['message']),
    vendor: vendorOf(object),
  });
}

function readLine(line: string, clock: LocalClock): Parsed {
  if (line.startsWith('{')) return new Refusal('this is no JSON object');
  const seen = sightingIn(line, clock.zone);
  return seen === undefined
    ? undefined
    : decoyDocument({ ...seen, product: 'cowrie', transport: 'tcp', original: line });
}

function isCowrie(object: JsonObject): boolean {
  return textOf(object['eventid'])?.startsWith('cowrie.') === true;
}

/** Named only at the begin of a session, or not at all in old versions, whose `system` names the class that spoke. */
function protocolOf(object: JsonObject): string {
  const named = textOf(object['protocol']);
  if (named !== undefined) return named;
  return textOf(object['system'])?.includes('Telnet') === true ? 'telnet' : 'ssh';
}

function movesOf(id: string, object: JsonObject): Pick<DecoySighting, 'move'> & Partial<DecoySighting> {
  switch (id.slice('cowrie.'.length)) {
    case 'session.connect':
      return { move: 'connect' };
    case 'session.closed':
      return { move: 'disconnect' };
    case 'client.version':
      return { move: 'client', ssh: { client_version: bare(object['version']) } };
    case 'client.kex':
      return {
        move: 'client',
        ssh: ifAny({ hassh: textOf(object['hassh']), hassh_algorithms: textOf(object['hasshAlgorithms']) }),
      };
    case 'client.fingerprint':
      return { move: 'login', user: bare(object['username']), publicKey: keyOf(object) };
    case 'login.success':
    case 'login.failed':
      return {
        move: 'login',
        accepted: id.endsWith('success'),
        user: bare(object['username']),
        password: bare(object['password']),
        publicKey: keyOf(object),
      };
    case 'session.params':
      return { move: 'session' };
    case 'command.input':
      return { move: 'command', commandLine: scalarOf(object['input']) ?? '' };
    case 'command.success':
    case 'command.failed':
      return { move: 'program', commandLine: scalarOf(object['input']) };
    case 'session.file_download':
    case 'session.file_download.failed':
      return { move: 'download', url: textOf(object['url']), file: fileOf(object) };
    case 'session.file_upload':
      return { move: 'upload', file: fileOf(object) };
    case 'direct-tcpip.request':
      return { move: 'forward', forward: forwardOf(object) };
    case 'direct-tcpip.data':
      return { move: 'forward', forward: forwardOf(object), message: scalarOf(object['data']) };
    default:
      return { move: 'request' };
  }
}

/** Python 3 wrote some texts as `b'…'`. */
function bare(value: unknown): string | undefined {
  const text = scalarOf(value);
  return text !== undefined && /^b'.*'$/s.test(text) ? text.slice(2, -1) : text;
}

function keyOf(object: JsonObject): DecoySighting['publicKey'] {
  const fingerprint = textOf(object['fingerprint']);
  return fingerprint === undefined ? undefined : { type: textOf(object['type']) ?? 'unknown', fingerprint };
}

function fileOf(object: JsonObject): DecoySighting['file'] {
  const sha256 = textOf(object['shasum']);
  return ifAny({
    name: textOf(object['filename']),
    path: textOf(object['destfile']) ?? textOf(object['filename']),
    hash: sha256 === undefined ? undefined : { sha256 },
  });
}

function forwardOf(object: JsonObject) {
  return {
    kind: 'direct-tcpip',
    host: textOf(object['dst_ip']) ?? '',
    port: numberIn(scalarOf(object['dst_port'])) ?? 0,
  };
}

const TOLD = [
  'eventid',
  'uuid',
  'ttylog',
  'outfile',
  'duplicate',
  'arch',
  'name',
  'value',
  'width',
  'height',
  'ja4',
] as const;

function vendorOf(object: JsonObject): DecoySighting['vendor'] {
  const vendor: Record<string, unknown> = {};
  for (const name of TOLD) {
    const value = scalarOf(object[name]);
    if (value !== undefined) vendor[name] = isObject(object[name]) ? undefined : value;
  }
  const duration = numberOf(object['duration']) ?? numberIn(textOf(object['duration']));
  if (duration !== undefined) vendor['duration'] = duration;
  return vendor;
}
