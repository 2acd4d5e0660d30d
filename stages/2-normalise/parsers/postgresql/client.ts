/** The client of a CSV row: `ADDRESS:PORT`, where an IPv6 address stands without brackets; `[local]` for a Unix socket. */
import { portOf, type HostPort } from '../../text/endpoint.ts';

export function splitClient(text: string | undefined): HostPort | undefined {
  if (text === undefined || text === '' || text.startsWith('[local]')) return undefined;
  const colon = text.lastIndexOf(':');
  return colon === -1
    ? { host: text, port: undefined }
    : { host: text.slice(0, colon), port: portOf(text.slice(colon + 1)) };
}
