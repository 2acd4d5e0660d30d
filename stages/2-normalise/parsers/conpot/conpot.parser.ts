/** Conpot, which plays industrial controllers: its text log, and its JSON events. */
import {
  Refusal,
  type JsonObject,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
} from '@netsentinel/contracts/parser';
import { decoyDocument, endpointIn, type DecoySighting } from '../../honeypot/decoy-document.ts';
import { scalarOf, textOf } from '../../text/document.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';

export const conpot: ParserDefinition = {
  id: 'conpot',
  title: 'Conpot industrial honeypot, text and JSON',
  module: 'conpot',
  dataset: 'conpot.event',
  examples: [
    '2026-11-21 09:30:00,839 New modbus session from 198.51.100.7 (f7591c34-0000-4000-8000-000000000001)',
    "2026-11-21 09:30:01,841 Modbus traffic from 198.51.100.7: {'function_code': 43, 'slave_id': 0, 'request': '0000', 'response': ''} (f7591c34-0000-4000-8000-000000000001)",
    '2026-11-21 09:30:02,842 Modbus connection terminated with client 198.51.100.7.',
    '{"timestamp":"2026-11-21T09:30:03.100000","sensorid":"default","id":"f7591c34-0000-4000-8000-000000000002","src_ip":"198.51.100.7","src_port":40112,"dst_ip":"192.0.2.10","dst_port":502,"public_ip":"192.0.2.10","data_type":"modbus","request":"0000","response":"","event_type":null}',
  ],
  recognise: ({ lines, objects }) => {
    if (objects.length > 0) return objects.every(isEvent) ? 0.95 : 0;
    return lines.some((line) => SURE.test(line)) ? 0.92 : 0;
  },
  continues: (line) => !STAMP.test(line),
  create: (options) => new ConpotParser(options),
};

const STAMP = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} /;
const SURE =
  /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} (?:Starting Conpot|New \w+ session from |Modbus (?:traffic|connection)|Conpot S7Comm|New (?:Modbus|S7) connection)/;
const STAMP_LENGTH = 24;
const OPENED = /^New (\w+) (session|connection) from ([0-9a-fA-F.]+|[0-9a-fA-F:]+?)(?::(\d+))?\.? \(([0-9a-f-]{36})\)/;
const TRAFFIC = /^(\w+) traffic from ([0-9a-fA-F.:]+): (.*) \(([0-9a-f-]{36})\)$/s;
const CLOSED = /^(\w+) connection terminated with client ([0-9a-fA-F.:]+?)\.?$/;
const HTTP =
  /^HTTP\/[\d.]+ (?:(\w+) request from|response to) \('([0-9a-fA-F.:]+)', (\d+)\): ?(?:\(u?'((?:[^'\\]|\\.)*)')?/;
const CLIENT = /^(EtherNet\/IP)\b.*?\(Client \('([0-9a-fA-F.:]+)', (\d+)\)\)/;
const BY_SESSION = /^Received (?:known )?(\w+) (?:packet|TPDU): .*?([0-9a-f]{8}-[0-9a-f-]{27})\)?$/s;
/** Sessions whose client is known, for lines that name the session only. */
const MAX_SESSIONS = 4096;

class ConpotParser implements Parser {
  readonly #zone: Zone;
  readonly #clients = new Map<string, string>();

  constructor({ zone }: ParseOptions) {
    this.#zone = zoneOf(zone)!;
  }

  object(object: JsonObject, original: string): Parsed {
    if (!isEvent(object)) return new Refusal('no event of Conpot');
    const type = textOf(object['event_type']);
    return decoyDocument({
      product: 'conpot',
      protocol: textOf(object['data_type']) ?? 'unknown',
      move: type === 'NEW_CONNECTION' ? 'connect' : type === 'CONNECTION_LOST' ? 'disconnect' : 'request',
      timeMs: parseIsoTime(textOf(object['timestamp']) ?? '', this.#zone),
      original,
      source: endpointIn(object['src_ip'], object['src_port']),
      destination: endpointIn(object['dst_ip'], object['dst_port']),
      session: textOf(object['id']),
      sensor: textOf(object['sensorid']),
      vendor: { event_type: type, request: scalarOf(object['request']), response: scalarOf(object['response']) },
    });
  }

  line(line: string): Parsed {
    if (!STAMP.test(line)) return new Refusal('no time at the begin');
    const timeMs = parseIsoTime(line, this.#zone);
    const words = line.slice(STAMP_LENGTH);
    const seen = this.#seen(words);
    if (seen !== undefined)
      return decoyDocument({ ...seen, product: 'conpot', timeMs, original: line, message: words.slice(0, 1024) });
    return {
      '@timestamp': isoTime(timeMs),
      message: words,
      event: { kind: 'event', category: ['process'], type: ['info'], original: line },
    };
  }

  #seen(words: string): Pick<DecoySighting, 'protocol' | 'move' | 'source' | 'session' | 'url'> | undefined {
    const opened = OPENED.exec(words);
    if (opened !== null) {
      const [, protocol = '', what, ip = '', port, session = ''] = opened;
      this.#remember(session, ip);
      // A session is told first, then the connection that it came over: one of the two is enough.
      return { protocol, move: what === 'session' ? 'connect' : 'request', source: endpointIn(ip, port), session };
    }
    const traffic = TRAFFIC.exec(words);
    if (traffic !== null)
      return { protocol: traffic[1]!, move: 'request', source: endpointIn(traffic[2], undefined), session: traffic[4] };
    const closed = CLOSED.exec(words);
    if (closed !== null) return { protocol: closed[1]!, move: 'disconnect', source: endpointIn(closed[2], undefined) };
    const http = HTTP.exec(words);
    // An answer says nothing of the attacker that the request has not said.
    if (http?.[1] !== undefined)
      return { protocol: 'http', move: 'request', source: endpointIn(http[2], http[3]), url: http[4] };
    const client = CLIENT.exec(words);
    if (client !== null) return { protocol: 'enip', move: 'request', source: endpointIn(client[2], client[3]) };
    const received = BY_SESSION.exec(words);
    const known = received === null ? undefined : this.#clients.get(received[2]!);
    if (received === null || known === undefined) return undefined;
    return { protocol: received[1]!, move: 'request', source: endpointIn(known, undefined), session: received[2] };
  }

  #remember(session: string, ip: string): void {
    this.#clients.set(session, ip);
    if (this.#clients.size > MAX_SESSIONS) this.#clients.delete(this.#clients.keys().next().value!);
  }
}

function isEvent(object: JsonObject): boolean {
  return 'sensorid' in object && 'data_type' in object && 'src_ip' in object;
}
