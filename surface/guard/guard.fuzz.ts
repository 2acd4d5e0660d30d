/** Any request, behind a proxy that says anything: guard decides, never throws, and names nobody whom the header does not. */
import { createGuard, type Decision, type GuardRequest } from './guard.ts';
import { originalOf, styles } from './forward-auth/original-request.ts';
import { reportLine } from './report/report-event.ts';

const encoder = new TextEncoder();
export const seeds: readonly Uint8Array[] = [
  'GET /a/../b;c=d?e=%27%20or%201=1\nx-forwarded-for: 198.51.100.7, 10.0.0.2\n\n',
  'POST /login\nforwarded: for="[2001:db8::17]:4711";proto=https, for=unknown\ncontent-type: application/x-www-form-urlencoded\n\nname=a&website=b',
  'POST /%2e%2e/decoy\ncontent-type: multipart/form-data; boundary=b\n\n--b\r\nContent-Disposition: form-data; name="website"\r\n\r\nx\r\n--b--',
  'POST http://h/decoy\ncontent-type: application/json\nx-original-uri: /x\nx-original-method: GET\n\n{"a":{"website":[1,"${jndi:x}"]}}',
].map((text) => encoder.encode(text));

const guard = createGuard({
  inspection: 'block',
  proxies: { trusted: ['10.0.0.0/8'] },
  limits: [{ name: 'a', requests: 1_000_000_000, windowS: 60, paths: ['/login'] }],
  honeytokens: { paths: ['/decoy'], fields: ['website'], blockS: 0 },
  maxCounted: 100,
  log: () => undefined,
});
const MAX_LINE = 64 * 1024;

export function fuzz(data: Uint8Array): void {
  const text = new TextDecoder('latin1').decode(data);
  const [head = '', ...rest] = text.split('\n\n');
  const [line = '', ...fields] = head.split('\n');
  const space = line.indexOf(' ');
  const headers: Record<string, string> = {};
  for (const field of fields) {
    const colon = field.indexOf(':');
    if (colon > 0) headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim();
  }
  const request: GuardRequest = {
    method: line.slice(0, Math.max(0, space)),
    target: line.slice(space + 1),
    headers,
    peer: '10.0.0.1',
  };
  let decision = guard.inspect(request) as Decision;
  const body = Buffer.from(rest.join('\n\n'), 'latin1');
  if (decision.action === 'allow') decision = guard.inspectBody(request, decision, body);
  const { address } = decision.client;
  if (!address.includes(':') && address !== '10.0.0.1' && !head.includes(address))
    throw new Error('nobody named this client');
  if (reportLine({ request, decision, body: body.toString(), atMs: 0 }).length > MAX_LINE)
    throw new Error('a report is too long');
  for (const style of styles) originalOf({ method: request.method, url: request.target, headers }, style);
}
