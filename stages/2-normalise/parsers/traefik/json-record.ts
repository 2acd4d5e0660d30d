/** Traefik's JSON: one object a request, with headers as `request_<name>` where they are kept. */
import type { EcsGroup, JsonObject } from '@netsentinel/contracts/parser';
import { isObject, numberOf, scalarOf, textOf } from '../../text/document.ts';
import { parseIsoTime } from '../../text/time.ts';
import type { Zone } from '../../text/zone.ts';
import type { AccessRecord } from '../../web/access-record.ts';
import { given } from '../../web/logged-text.ts';
import { versionOf } from '../../web/request-line.ts';

export interface JsonRecord {
  readonly record: AccessRecord;
  /** Under `traefik.access`. */
  readonly fields: EcsGroup;
}

export function jsonRecord(object: JsonObject, zone: Zone): JsonRecord | undefined {
  const client = textOf(object['ClientHost']);
  const timeMs = parseIsoTime(textOf(object['StartUTC']) ?? textOf(object['time']) ?? '', zone);
  if (client === undefined || timeMs === undefined) return undefined;
  // Behind proxies that Traefik trusts, this is `X-Forwarded-For`: who the nearest of them saw stands last.
  const hops = client.split(',').map((hop) => hop.trim());
  const header = (name: string): string | undefined => scalarOf(object[`request_${name}`]);
  return {
    record: {
      host: given(textOf(object['RequestHost']) ?? textOf(object['RequestAddr'])),
      remote: hops.at(-1)!,
      ident: undefined,
      user: scalarOf(object['ClientUsername']),
      timeMs,
      request: {
        method: textOf(object['RequestMethod']),
        target: textOf(object['RequestPath']),
        version: versionOf(textOf(object['RequestProtocol'])),
      },
      status: scalarOf(object['DownstreamStatus'] ?? object['OriginStatus']),
      bytes: scalarOf(object['DownstreamContentSize']),
      referrer: header('Referer'),
      userAgent: header('User-Agent'),
      forwardedFor: header('X-Forwarded-For') ?? (hops.length > 1 ? hops.slice(0, -1).join(',') : undefined),
      durationNs: numberOf(object['Duration']),
      end: 0,
      others: undefined,
    },
    fields: {
      request_count: numberOf(object['RequestCount']),
      frontend_name: given(textOf(object['RouterName'])),
      backend_url: urlIn(object['ServiceURL']),
      service_name: given(textOf(object['ServiceName'])),
      entry_point: textOf(object['entryPointName']),
    },
  };
}

/** A text, or an object with the parts of a URL in Traefik 2. */
function urlIn(value: unknown): string | undefined {
  if (!isObject(value)) return given(textOf(value));
  const host = textOf(value['Host']);
  return host === undefined
    ? undefined
    : `${textOf(value['Scheme']) ?? 'http'}://${host}${textOf(value['Path']) ?? ''}`;
}
