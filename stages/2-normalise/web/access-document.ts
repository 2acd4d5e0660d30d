/** One request of an access log as a document, as far as all web servers tell it alike. */
import type { EcsDocument } from '@netsentinel/contracts/parser';
import { related } from '../text/document.ts';
import { isoTime } from '../text/time.ts';
import { httpOf, outcomeOf, requestUrl, userAgentOf, type AccessRecord } from './access-record.ts';
import { serverOf, type Client } from './client.ts';
import { given } from './logged-text.ts';

const WEB = ['web'];
const ACCESS = ['access'];

/** @returns a new object; the caller adds who was logged in, and what stands below the server's own name */
export function accessDocument(record: AccessRecord, { source, forwarded }: Client, original: string): EcsDocument {
  const destination = serverOf(record.host);
  const status = given(record.status);
  return {
    '@timestamp': isoTime(record.timeMs),
    event: {
      kind: 'event',
      category: WEB,
      type: ACCESS,
      outcome: status === undefined ? undefined : outcomeOf(Number(status)),
      duration: record.durationNs,
      original,
    },
    source,
    destination,
    http: httpOf(record),
    url: requestUrl(record.request, destination?.domain),
    user: undefined,
    user_agent: userAgentOf(record.userAgent),
    network: forwarded === undefined ? undefined : { forwarded_ip: forwarded },
    related: { ip: related(source.ip, destination?.ip), user: related(given(record.user)) },
  };
}
