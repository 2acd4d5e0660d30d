/** IIS' access log in W3C form, in the order of its `#Fields:`, or in a usual one where that header is lost. */
import {
  Refusal,
  type EcsEndpoint,
  type Parsed,
  type Parser,
  type ParserDefinition,
  type ParseOptions,
  type Sample,
} from '@netsentinel/contracts/parser';
import { ifAny, numberIn, related } from '../../text/document.ts';
import { Proxies } from '../../text/endpoint.ts';
import { shareOf } from '../../text/share.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf, type Zone } from '../../text/zone.ts';
import { outcomeOf, requestUrl } from '../../web/access-record.ts';
import { firstAddress } from '../../web/client.ts';
import { given } from '../../web/logged-text.ts';
import { versionOf } from '../../web/request-line.ts';
import { fieldsIn, guessedFields } from './fields.ts';
import { sideOf } from './side.ts';

const header =
  '#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Date: 2026-11-21 09:30:00\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken';

export const iis: ParserDefinition = {
  id: 'iis',
  title: 'IIS access log (W3C)',
  module: 'iis',
  dataset: 'iis.access',
  examples: [
    `${header}\n2026-11-21 09:30:00 203.0.113.9 GET /a.aspx b=1 443 - 198.51.100.7 Mozilla/5.0+(X11;+Linux+x86_64) - 200 0 0 15\n2026-11-21 09:30:01 203.0.113.9 POST /login - 443 alice 198.51.100.7 curl/8.5.0 https://www.example.org/ 401 1 1326 3`,
    '2026-11-21 09:30:02 203.0.113.9 GET /b.aspx - 80 - 2001:db8::7%3 - - 404 0 2 46 198.51.100.8,192.0.2.3',
  ],
  recognise,
  isHeader: (line) => line.startsWith('#'),
  create: (options) => new IisParser(options),
};

class IisParser implements Parser {
  readonly #zone: Zone;
  readonly #proxies: Proxies;
  #fields: readonly string[] | undefined;

  constructor({ zone, trustedProxies }: ParseOptions) {
    this.#zone = zoneOf(zone)!;
    this.#proxies = new Proxies(trustedProxies);
  }

  line(line: string): Parsed {
    if (line.charCodeAt(0) === 0x23) {
      this.#fields = fieldsIn(line) ?? this.#fields;
      return undefined;
    }
    const words = line.trimEnd().split(' ', 128);
    const fields = this.#fields ?? guessedFields(words);
    if (fields === undefined) return new Refusal('a row whose fields no #Fields line has named, in no usual order');
    const row = new Map<string, string>();
    for (let i = 0; i < fields.length && i < words.length; i++) if (words[i] !== '-') row.set(fields[i]!, words[i]!);
    const ms = parseIsoTime(`${row.get('date')} ${row.get('time')}`, this.#zone);
    return ms === undefined ? new Refusal('no date and time') : this.#document(row, ms, line);
  }

  #document(row: ReadonlyMap<string, string>, ms: number, line: string): Parsed {
    const forwarded = row.get('X-Forwarded-For') ?? row.get('cs(X-Forwarded-For)');
    const source = this.#client(row.get('c-ip'), forwarded);
    const domain = row.get('cs-host');
    const destination = sideOf(row.get('s-ip'), row.get('s-port'));
    const status = numberIn(row.get('sc-status'));
    const durationMs = numberIn(row.get('time-taken'));
    const query = row.get('cs-uri-query');
    const stem = row.get('cs-uri-stem');
    const user = row.get('cs-username');
    const agent = row.get('cs(User-Agent)');
    const url =
      stem === undefined ? undefined : requestUrl({ method: undefined, target: stem, version: undefined }, domain);
    const [requestBytes, responseBytes] = [numberIn(row.get('cs-bytes')), numberIn(row.get('sc-bytes'))];
    return {
      '@timestamp': isoTime(ms),
      event: {
        kind: 'event',
        category: ['web', 'network'],
        type: ['connection'],
        outcome: status === undefined ? undefined : outcomeOf(status),
        duration: durationMs === undefined ? undefined : durationMs * 1_000_000,
        original: line,
      },
      source,
      destination: destination === undefined ? undefined : { ...destination, domain: domain ?? destination.domain },
      http: {
        request: ifAny({
          method: row.get('cs-method'),
          referrer: row.get('cs(Referer)'),
          body: requestBytes === undefined ? undefined : { bytes: requestBytes },
        }),
        response: ifAny({
          status_code: status,
          body: responseBytes === undefined ? undefined : { bytes: responseBytes },
        }),
        version: versionOf(row.get('cs-version')),
      },
      url: url === undefined || query === undefined ? url : { ...url, query },
      user: user === undefined ? undefined : { name: user },
      // IIS writes a plus for each blank.
      user_agent: agent === undefined ? undefined : { original: agent.replaceAll('+', ' ') },
      network: ifAny({ forwarded_ip: firstAddress(given(forwarded)) }),
      related: { ip: related(source?.ip, destination?.ip), user: related(user) },
      iis: {
        access: {
          site_name: row.get('s-sitename'),
          server_name: row.get('s-computername'),
          sub_status: numberIn(row.get('sc-substatus')),
          win32_status: numberIn(row.get('sc-win32-status')),
          cookie: row.get('cs(Cookie)'),
        },
      },
    };
  }

  #client(peer: string | undefined, forwarded: string | undefined): EcsEndpoint | undefined {
    const side = sideOf(peer, undefined);
    if (side?.ip === undefined) return side;
    const client = this.#proxies.clientOf(side.ip, forwarded?.replaceAll('+', ' '));
    return client === side.ip ? side : sideOf(client, undefined);
  }
}

const ROW = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (?:\S+ \S+ )?[\da-fA-F.:]{2,40}(?:%\d+)? [A-Z]{2,20} [/*]/;

function recognise({ lines }: Sample): number {
  if (lines.some((line) => line.startsWith('#Software: Microsoft Internet Information Services'))) return 1;
  return (
    shareOf(lines, (line) => line.startsWith('#') || ROW.test(line)) * (lines.some((line) => ROW.test(line)) ? 0.9 : 0)
  );
}
