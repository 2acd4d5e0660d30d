/** `tls`: versions, names, fingerprints and the certificate of the server. */
import type { EcsDocument, EcsGroup, JsonObject } from '@netsentinel/contracts/parser';
import { ifAny, isObject, textOf } from '../../text/document.ts';
import { isoTime, parseIsoTime } from '../../text/time.ts';
import { zoneOf } from '../../text/zone.ts';

const UTC = zoneOf('UTC')!;

export interface TlsNames {
  readonly serverName: string | undefined;
  readonly hashes: readonly (string | undefined)[];
}

export function tls(given: JsonObject, document: EcsDocument, own: EcsGroup): TlsNames {
  const sni = textOf(given['sni'])?.replace(/\.$/, '');
  if (sni !== undefined) own['tls'] = { ...given, sni };
  const sha1 = textOf(given['fingerprint'])?.replaceAll(':', '').toUpperCase();
  const subject = textOf(given['subject']);
  const issuer = textOf(given['issuerdn']);
  const notBefore = timeOf(given['notbefore']);
  const notAfter = timeOf(given['notafter']);
  const ja3 = hashOf(given['ja3']);
  const ja3s = hashOf(given['ja3s']);
  const version = /^(TLS|SSL) ?v?(\d(?:\.\d)?)$/i.exec(textOf(given['version']) ?? '');
  document['tls'] = ifAny({
    version: version?.[2],
    version_protocol: version?.[1]?.toLowerCase(),
    resumed: given['session_resumed'] === true ? true : undefined,
    client: ifAny({ server_name: sni, ja3 }),
    server: ifAny({
      subject,
      issuer,
      not_before: notBefore,
      not_after: notAfter,
      ja3s,
      hash: sha1 === undefined ? undefined : { sha1 },
      x509: ifAny({
        subject: distinguishedName(subject),
        issuer: distinguishedName(issuer),
        serial_number: textOf(given['serial'])?.replaceAll(':', ''),
        not_before: notBefore,
        not_after: notAfter,
      }),
    }),
  });
  return { serverName: sni, hashes: [sha1, ja3s, ja3] };
}

function hashOf(value: unknown): string | undefined {
  return isObject(value) ? textOf(value['hash']) : undefined;
}

function timeOf(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined ? undefined : isoTime(parseIsoTime(text, UTC));
}

const NAMES: ReadonlyMap<string, string> = new Map([
  ['C', 'country'],
  ['CN', 'common_name'],
  ['L', 'locality'],
  ['O', 'organization'],
  ['OU', 'organizational_unit'],
  ['ST', 'state_or_province'],
]);
const MAX_NAME = 4096;

/** `C=US, O=Example, Inc., CN=www.example.org`: commas inside of values are not escaped, so a value reaches to the next attribute. */
function distinguishedName(text: string | undefined): EcsGroup | undefined {
  if (text === undefined) return undefined;
  const found: EcsGroup = {};
  for (const part of text.slice(0, MAX_NAME).split(/, (?=[A-Za-z]+=)/)) {
    const equals = part.indexOf('=');
    const name = NAMES.get(part.slice(0, equals));
    if (name !== undefined) found[name] = part.slice(equals + 1);
  }
  return ifAny(found);
}
