/** Heralding, which collects credentials: its session log (JSON, with all attempts of a session) and its lists of attempts and sessions (CSV). */
import {
  Refusal,
  type JsonObject,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
} from '@netsentinel/contracts/parser';
import { decoyDocument, endpointIn } from '../../honeypot/decoy-document.ts';
import { isObject, numberIn, numberOf, scalarOf, textOf } from '../../text/document.ts';
import { parseIsoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';

const AUTH =
  'timestamp,auth_id,session_id,source_ip,source_port,destination_ip,destination_port,protocol,username,password';
const SESSION =
  'timestamp,duration,session_id,source_ip,source_port,destination_ip,destination_port,protocol,num_auth_attempts';
/** Attempts of a session that are kept with it. */
const MAX_ATTEMPTS = 50;

export const heralding: ParserDefinition = {
  id: 'heralding',
  title: 'Heralding credentials honeypot, JSON and CSV',
  module: 'heralding',
  dataset: 'heralding.session',
  examples: [
    '{"timestamp":"2026-11-21 09:30:00.100000","duration":2,"session_id":"8c1e5a52-0000-4000-8000-000000000001","source_ip":"198.51.100.7","source_port":40112,"destination_ip":"192.0.2.10","destination_port":5900,"protocol":"vnc","num_auth_attempts":1,"auth_attempts":[{"timestamp":"2026-11-21 09:30:01.000000","username":null,"password":"secret"}],"session_ended":true,"auxiliary_data":{}}',
    '{"timestamp":"2026-11-21 09:31:00.100000","duration":0,"session_id":"8c1e5a52-0000-4000-8000-000000000002","source_ip":"198.51.100.7","source_port":40113,"destination_ip":"192.0.2.10","destination_port":110,"protocol":"pop3","num_auth_attempts":0,"auth_attempts":[],"session_ended":true,"auxiliary_data":{}}',
    `${AUTH},password_hash\n2026-11-21 09:30:01.000000,8c1e5a52-0000-4000-8000-000000000003,8c1e5a52-0000-4000-8000-000000000004,198.51.100.7,40114,192.0.2.10,22,ssh,root,123456,`,
    `${SESSION}\n2026-11-21 09:30:01.000000,0,8c1e5a52-0000-4000-8000-000000000004,198.51.100.7,40114,192.0.2.10,22,ssh,1`,
  ],
  recognise: ({ lines, objects }) => {
    if (objects.length > 0) return objects.every(isSession) ? 0.97 : 0;
    return lines.some(isHeader) ? 0.97 : 0;
  },
  isHeader,
  create: (options) => new HeraldingParser(options),
};

class HeraldingParser implements Parser {
  readonly #zone: Zone;
  #names: readonly string[] = [];

  constructor({ zone }: ParseOptions) {
    this.#zone = zoneOf(zone)!;
  }

  object(object: JsonObject, original: string): Parsed {
    if (!isSession(object)) return new Refusal('no session of Heralding');
    const list = Array.isArray(object['auth_attempts']) ? (object['auth_attempts'] as unknown[]).filter(isObject) : [];
    const count = Math.max(list.length, numberOf(object['num_auth_attempts']) ?? 0);
    const last = list.at(-1);
    return this.#documentOf(object, original, {
      attempts: count,
      user: textOf(last?.['username']),
      password: scalarOf(last?.['password']),
      vendor: {
        session: {
          duration: numberOf(object['duration']),
          auth_attempts: list
            .slice(0, MAX_ATTEMPTS)
            .map((one) => ({ username: scalarOf(one['username']), password: scalarOf(one['password']) })),
          auxiliary_data: isObject(object['auxiliary_data']) ? object['auxiliary_data'] : undefined,
        },
      },
    });
  }

  line(line: string): Parsed {
    if (isHeader(line)) {
      this.#names = line.split(',');
      return undefined;
    }
    if (this.#names.length === 0) return new Refusal('no header says what the columns are');
    const cells = line.split(',');
    // Only the password may hold commas, and it is not the last column.
    const extra = cells.length - this.#names.length;
    const at = this.#names.indexOf('password');
    if (extra > 0 && at > 0) cells.splice(at, extra + 1, cells.slice(at, at + extra + 1).join(','));
    if (cells.length !== this.#names.length) return new Refusal('another number of columns than the header says');
    const row: Record<string, string> = Object.create(null) as Record<string, string>;
    this.#names.forEach((name, index) => (row[name] = cells[index]!));
    const attempts = at > 0 ? 1 : (numberIn(row['num_auth_attempts']) ?? 0);
    return this.#documentOf(row, line, {
      // The attempts of a list of sessions stand one by one in the list of attempts.
      attempts: at > 0 ? attempts : 0,
      user: row['username'],
      password: row['password'],
      vendor: { session: { attempts } },
    });
  }

  #documentOf(
    object: JsonObject,
    original: string,
    {
      attempts,
      user,
      password,
      vendor,
    }: { attempts: number; user: string | undefined; password: string | undefined; vendor: Record<string, unknown> },
  ): Parsed {
    const timeMs = parseIsoTime(textOf(object['timestamp']) ?? '', this.#zone);
    if (timeMs === undefined) return new Refusal('no time');
    return decoyDocument({
      product: 'heralding',
      protocol: textOf(object['protocol']) ?? 'unknown',
      move: attempts > 0 ? 'login' : 'connect',
      timeMs,
      original,
      source: endpointIn(object['source_ip'], object['source_port']),
      destination: endpointIn(object['destination_ip'], object['destination_port']),
      transport: 'tcp',
      session: textOf(object['session_id']),
      user: attempts > 0 ? (user ?? '') : undefined,
      password,
      accepted: false,
      count: attempts,
      vendor,
    });
  }
}

function isSession(object: JsonObject): boolean {
  return 'session_id' in object && 'source_ip' in object && 'num_auth_attempts' in object && 'protocol' in object;
}

function isHeader(line: string): boolean {
  return line.startsWith(AUTH) || line.startsWith(SESSION);
}
