/** Honeytrap, both programs of this name: the older one that answers on any port (JSON of attacks), and the newer one with services (JSON of events). */
import { Refusal, type JsonObject, type Parsed, type ParserDefinition } from '@netsentinel/contracts/parser';
import { decoyDocument, endpointIn, type Move } from '../../honeypot/decoy-document.ts';
import { ifAny, isObject, numberOf, scalarOf, textOf } from '../../text/document.ts';
import { parseIsoTime } from '../../text/time.ts';
import { stateless, type LocalClock } from '../stateless.ts';

export const honeytrap: ParserDefinition = {
  id: 'honeytrap',
  title: 'Honeytrap honeypots, JSON',
  module: 'honeytrap',
  dataset: 'honeytrap.attack',
  examples: [
    '{"is_virtual":false,"@timestamp":"2026-11-21T09:30:00Z","start_time":"2026-11-21T09:30:00Z","end_time":"2026-11-21T09:30:02Z","attack_connection":{"protocol":"tcp","remote_ip":"198.51.100.7","remote_port":40112,"local_ip":"192.0.2.10","local_port":2323,"payload":{"md5_hash":"","sha512_hash":"","length":4,"data_hex":"61626364"}},"operation_mode":1,"download_count":0,"download_tries":0,"downloads":{}}',
    '{"category":"ssh","date":"2026-11-21T09:30:01.5Z","destination-ip":"192.0.2.10","destination-port":22,"sensor":"services","source-ip":"198.51.100.7","source-port":40113,"ssh.password":"123456","ssh.sessionid":"b1","ssh.username":"root","token":"t1","type":"password-authentication"}',
  ],
  recognise: ({ objects }) => {
    if (objects.length === 0) return 0;
    return objects.every((object) => isAttack(object) || isEvent(object)) ? 0.96 : 0;
  },
  create: stateless({ object: readObject }),
};

/** What of a payload is shown; all of it stands in the original. */
const MAX_PAYLOAD = 2048;

function readObject(object: JsonObject, original: string, clock: LocalClock): Parsed {
  if (isAttack(object)) return readAttack(object, object['attack_connection'] as JsonObject, original, clock);
  return isEvent(object) ? readEvent(object, original, clock) : new Refusal('nothing that a Honeytrap writes');
}

function readAttack(object: JsonObject, connection: JsonObject, original: string, clock: LocalClock): Parsed {
  const payload = isObject(connection['payload']) ? connection['payload'] : {};
  const length = numberOf(payload['length']) ?? 0;
  const protocol = textOf(connection['protocol']) ?? 'tcp';
  return decoyDocument({
    product: 'honeytrap',
    protocol,
    move: length > 0 ? 'request' : 'connect',
    timeMs: parseIsoTime(textOf(object['start_time']) ?? textOf(object['@timestamp']) ?? '', clock.zone),
    original,
    source: endpointIn(connection['remote_ip'], connection['remote_port']),
    destination: endpointIn(connection['local_ip'], connection['local_port']),
    transport: protocol === 'tcp' || protocol === 'udp' ? protocol : undefined,
    message: length > 0 ? payloadIn(payload['data_hex']) : undefined,
    vendor: {
      attack: {
        operation_mode: numberOf(object['operation_mode']),
        download_count: numberOf(object['download_count']),
        payload: ifAny({ length, md5: textOf(payload['md5_hash']), sha512: textOf(payload['sha512_hash']) }),
      },
    },
  });
}

function readEvent(object: JsonObject, original: string, clock: LocalClock): Parsed {
  const category = textOf(object['category'])!;
  const type = textOf(object['type']) ?? '';
  const field = (name: string): string | undefined => scalarOf(object[`${category}.${name}`]);
  const user = field('username');
  const command = field('command') ?? field('exec') ?? field('payload');
  return decoyDocument({
    product: 'honeytrap',
    protocol: category,
    move: moveOf(type, user !== undefined && field('password') !== undefined, command),
    timeMs: parseIsoTime(textOf(object['date']) ?? '', clock.zone),
    original,
    source: endpointIn(object['source-ip'], object['source-port']),
    destination: endpointIn(object['destination-ip'], object['destination-port']),
    session: field('sessionid'),
    sensor: textOf(object['sensor']),
    user,
    password: field('password'),
    accepted: false,
    commandLine: command,
    url: field('url'),
    userAgent: field('user-agent'),
    vendor: { event: { type, token: scalarOf(object['token']) } },
  });
}

function isAttack(object: JsonObject): boolean {
  return isObject(object['attack_connection']) && 'operation_mode' in object;
}

function isEvent(object: JsonObject): boolean {
  return textOf(object['category']) !== undefined && 'source-ip' in object && 'sensor' in object;
}

function moveOf(type: string, hasCredential: boolean, command: string | undefined): Move {
  if (hasCredential || type.includes('authentication')) return 'login';
  if (command !== undefined) return 'command';
  if (type === 'open' || type === 'connect' || type === 'connection') return 'connect';
  return type === 'close' || type === 'disconnect' ? 'disconnect' : 'request';
}

function payloadIn(hex: unknown): string | undefined {
  const text = textOf(hex);
  return text === undefined ? undefined : Buffer.from(text.slice(0, 2 * MAX_PAYLOAD), 'hex').toString('latin1');
}
