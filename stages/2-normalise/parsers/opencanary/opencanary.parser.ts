/** OpenCanary: a JSON object for each touch of one of its services, of which a number says which and what. */
import { Refusal, type JsonObject, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { decoyDocument, endpointIn, type Move } from '../../honeypot/decoy-document.ts';
import { isObject, numberIn, scalarOf, textOf } from '../../text/document.ts';
import { parseIsoTime } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';

/** `logtype` → the service and the move; 1000 to 1999 are the program's own. */
const TYPES: ReadonlyMap<number, readonly [protocol: string, move: Move]> = new Map([
  [2000, ['ftp', 'login']],
  [2001, ['ftp', 'command']],
  [3000, ['http', 'request']],
  [3001, ['http', 'login']],
  [3002, ['http', 'request']],
  [3003, ['http', 'request']],
  [4000, ['ssh', 'connect']],
  [4001, ['ssh', 'client']],
  [4002, ['ssh', 'login']],
  [5000, ['smb', 'request']],
  [5001, ['portscan', 'request']],
  [5002, ['portscan', 'request']],
  [5003, ['portscan', 'request']],
  [5004, ['portscan', 'request']],
  [5005, ['portscan', 'request']],
  [6001, ['telnet', 'login']],
  [6002, ['telnet', 'connect']],
  [7001, ['http_proxy', 'login']],
  [8001, ['mysql', 'login']],
  [9001, ['mssql', 'login']],
  [9002, ['mssql', 'login']],
  [9003, ['mssql', 'request']],
  [10_001, ['tftp', 'request']],
  [11_001, ['ntp', 'request']],
  [12_001, ['vnc', 'login']],
  [13_001, ['snmp', 'request']],
  [14_001, ['rdp', 'login']],
  [15_001, ['sip', 'request']],
  [16_001, ['git', 'request']],
  [17_001, ['redis', 'command']],
  [18_001, ['tcp', 'connect']],
  [18_002, ['tcp', 'request']],
  [18_003, ['tcp', 'request']],
  [18_004, ['tcp', 'request']],
  [18_005, ['tcp', 'request']],
  [19_001, ['llmnr', 'request']],
]);

export const opencanary: ParserDefinition = {
  id: 'opencanary',
  title: 'OpenCanary honeypot, JSON',
  module: 'opencanary',
  dataset: 'opencanary.events',
  examples: [
    '{"dst_host": "192.0.2.10", "dst_port": 22, "local_time": "2026-11-21 09:30:00.100000", "local_time_adjusted": "2026-11-21 10:30:00.100000", "logdata": {"LOCALVERSION": "SSH-2.0-OpenSSH_9.6", "PASSWORD": "123456", "REMOTEVERSION": "SSH-2.0-Go", "USERNAME": "root"}, "logtype": 4002, "node_id": "canary-1", "src_host": "198.51.100.7", "src_port": 40112, "utc_time": "2026-11-21 09:30:00.100000"}',
    '{"dst_host": "192.0.2.10", "dst_port": 80, "local_time": "2026-11-21 09:30:01.100000", "logdata": {"HOSTNAME": "192.0.2.10", "PATH": "/index.html", "SKIN": "nasLogin", "USERAGENT": "curl/8.5.0"}, "logtype": 3000, "node_id": "canary-1", "src_host": "198.51.100.7", "src_port": 40113}',
    '{"dst_host": "192.0.2.10", "dst_port": 6379, "local_time": "2026-11-21 09:30:02.100000", "logdata": {"ARGS": "*", "CMD": "KEYS"}, "logtype": 17001, "node_id": "canary-1", "src_host": "198.51.100.7", "src_port": 40114}',
    '{"dst_host": "", "dst_port": -1, "local_time": "2026-11-21 09:29:00.100000", "logdata": {"msg": "Canary running!!!"}, "logtype": 1001, "node_id": "canary-1", "src_host": "", "src_port": -1}',
  ],
  recognise: ({ objects }) => (objects.length > 0 && objects.every(isCanary) ? 0.97 : 0),
  create: stateless({ object: readObject }),
};

function readObject(object: JsonObject, original: string, clock: LocalClock): Parsed {
  if (!isCanary(object)) return new Refusal('no event of OpenCanary');
  // What it calls its local time is that of the coordinated zone; the zone of the machine is in the adjusted one.
  const timeMs = parseIsoTime(textOf(object['utc_time']) ?? textOf(object['local_time']) ?? '', clock.zone);
  const type = numberIn(scalarOf(object['logtype'])) ?? 0;
  const data = isObject(object['logdata']) ? object['logdata'] : {};
  const vendor = { logtype: type, node_id: scalarOf(object['node_id']), logdata: data };
  const [protocol, known] = TYPES.get(type) ?? ['unknown', 'request'];
  const source = endpointIn(object['src_host'], object['src_port']);
  if (source === undefined) return ownMessage(timeMs, original, data, vendor);
  const user = scalarOf(data['USERNAME']);
  const password = scalarOf(data['PASSWORD']);
  const move = user === undefined && password === undefined && known === 'login' ? 'request' : known;
  const version = textOf(data['REMOTEVERSION']);
  return decoyDocument({
    product: 'opencanary',
    protocol,
    move,
    timeMs,
    original,
    source,
    destination: endpointIn(object['dst_host'], object['dst_port']),
    session: scalarOf(data['SESSION']),
    sensor: textOf(object['node_id']),
    user: move === 'login' ? (user ?? '') : user,
    password,
    accepted: false,
    commandLine:
      move === 'command' ? `${scalarOf(data['CMD']) ?? ''} ${scalarOf(data['ARGS']) ?? ''}`.trim() : undefined,
    url: scalarOf(data['PATH']) ?? scalarOf(data['REPO']),
    userAgent: scalarOf(data['USERAGENT']),
    file: data['FILENAME'] === undefined ? undefined : { name: scalarOf(data['FILENAME']) },
    ssh: version === undefined ? undefined : { client_version: version },
    vendor,
  });
}

/** The program speaks of itself: it started, a service is on. */
function ownMessage(timeMs: number | undefined, original: string, data: JsonObject, vendor: object): Parsed {
  return {
    '@timestamp': timeMs === undefined ? undefined : new Date(timeMs).toISOString(),
    message: scalarOf(data['msg']),
    event: { kind: 'event', category: ['process'], type: ['info'], action: 'opencanary_message', original },
    opencanary: vendor,
  };
}

function isCanary(object: JsonObject): boolean {
  return 'logtype' in object && 'node_id' in object && 'src_host' in object && 'local_time' in object;
}
