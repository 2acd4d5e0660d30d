/** HTTP.sys' error log (`HTTPERR`): requests that never reached IIS. */
import {
  Refusal,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
  type Sample,
} from '@netsentinel/contracts/parser';
import { numberIn, related } from '../../text/document.ts';
import { shareOf } from '../../text/share.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { outcomeOf, requestUrl } from '../../web/access-record.ts';
import { versionOf } from '../../web/request-line.ts';
import { fieldsIn, HTTPERR_FIELDS } from '../iis/fields.ts';
import { sideOf } from '../iis/side.ts';

export const iisError: ParserDefinition = {
  id: 'iis-error',
  title: 'IIS error log (HTTP.sys)',
  module: 'iis',
  dataset: 'iis.error',
  examples: [
    '2026-11-21 09:30:00 198.51.100.7 2780 203.0.113.9 80 HTTP/1.1 GET /../../win.ini 400 - URL -',
    '#Software: Microsoft HTTP API 2.0\n#Version: 1.0\n#Date: 2026-11-21 09:30:00\n#Fields: date time c-ip c-port s-ip s-port cs-version cs-method cs-uri streamid sc-status s-siteid s-reason s-queuename\n2026-11-21 09:30:01 198.51.100.7 64388 203.0.113.9 443 - - - - - - Timer_ConnectionIdle -',
  ],
  recognise,
  isHeader: (line) => line.startsWith('#'),
  create: (options) => new IisErrorParser(options),
};

class IisErrorParser implements Parser {
  readonly #zone: Zone;
  #fields: readonly string[] = HTTPERR_FIELDS;

  constructor({ zone }: ParseOptions) {
    this.#zone = zoneOf(zone)!;
  }

  line(line: string): Parsed {
    if (line.charCodeAt(0) === 0x23) {
      this.#fields = fieldsIn(line) ?? this.#fields;
      return undefined;
    }
    const words = line.trimEnd().split(' ', 128);
    const row = new Map<string, string>();
    for (let i = 0; i < this.#fields.length && i < words.length; i++)
      if (words[i] !== '-') row.set(this.#fields[i]!, words[i]!);
    const ms = parseIsoTime(`${row.get('date')} ${row.get('time')}`, this.#zone);
    const source = sideOf(row.get('c-ip'), row.get('c-port'));
    if (ms === undefined || source === undefined) return new Refusal('no time and address of an HTTP.sys error log');
    const destination = sideOf(row.get('s-ip'), row.get('s-port'));
    const status = numberIn(row.get('sc-status'));
    const method = row.get('cs-method');
    const version = versionOf(row.get('cs-version'));
    const target = row.get('cs-uri');
    return {
      '@timestamp': isoTime(ms),
      event: {
        kind: 'event',
        category: ['web', 'network'],
        type: ['connection'],
        outcome: status === undefined ? undefined : outcomeOf(status),
        original: line,
      },
      source,
      destination,
      http: {
        request: method === undefined ? undefined : { method },
        response: status === undefined ? undefined : { status_code: status },
        version,
      },
      url: requestUrl({ method, target, version }, undefined),
      related: { ip: related(source.ip, destination?.ip) },
      iis: { error: { reason_phrase: row.get('s-reason'), queue_name: row.get('s-queuename') } },
    };
  }
}

const ROW = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d [\da-fA-F.:%]{2,45} \d{1,5} [\da-fA-F.:%]{2,45} \d{1,5} (?:HTTP\/|- )/;

function recognise({ lines }: Sample): number {
  if (lines.some((line) => line.startsWith('#Software: Microsoft HTTP API'))) return 1;
  return shareOf(lines, (line) => ROW.test(line)) * 0.95;
}
