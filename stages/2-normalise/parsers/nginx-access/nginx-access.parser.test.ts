import { Refusal, type EcsDocument, type ParseOptions } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { nginxAccess } from './nginx-access.parser.ts';

function read(line: string, options: Partial<ParseOptions> = {}): EcsDocument {
  const parser = nginxAccess.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [], ...options });
  const parsed = parser.line!(line);
  if (parsed === undefined || parsed instanceof Refusal) throw new Error(parsed?.reason ?? 'nothing');
  return parsed;
}

const tail = '[21/Nov/2026:09:30:00 +0100] "GET /a.php?x=1 HTTP/1.1" 200 612 "-" "curl/8.5.0"';

it('reads the combined form', () => {
  expect(read(`198.51.100.7 - alice ${tail}`)).toMatchObject({
    '@timestamp': '2026-11-21T08:30:00.000Z',
    event: { outcome: 'success' },
    source: { ip: '198.51.100.7' },
    user: { name: 'alice' },
    http: { request: { method: 'GET' }, response: { status_code: 200, body: { bytes: 612 } }, version: '1.1' },
    url: { original: '/a.php?x=1', path: '/a.php', query: 'x=1', extension: 'php' },
    user_agent: { original: 'curl/8.5.0' },
    related: { ip: ['198.51.100.7'], user: ['alice'] },
  });
});

it('keeps what is no request as the url', () => {
  const document = read('198.51.100.7 - - [21/Nov/2026:09:30:00 +0000] "\\x16\\x03 a\\x22b" 400 157 "-" "-"');
  expect(document['url']).toMatchObject({ original: '\\x16\\x03 a"b' });
  expect(document.event.outcome).toBe('failure');
  expect(document['user_agent']).toBeUndefined();
});

it.each([
  ['198.51.100.7', [], '203.0.113.1', '198.51.100.7'],
  ['192.0.2.1', ['192.0.2.0/24'], '203.0.113.1', '203.0.113.1'],
  ['192.0.2.1', ['192.0.2.0/24'], '203.0.113.1, 203.0.113.2, 192.0.2.9', '203.0.113.2'],
])('%s with %j trusted, which forwards for %s, is %s', (peer, trustedProxies, forwarded, client) => {
  expect(read(`${peer} - - ${tail} "${forwarded}"`, { trustedProxies })).toMatchObject({
    source: { ip: client },
    network: { forwarded_ip: '203.0.113.1' },
  });
});

it.each([
  ['www.example.org 198.51.100.7 - -', '198.51.100.7', 'www.example.org'],
  ['www.example.org:8080 198.51.100.7, 10.0.0.1 - -', '198.51.100.7', 'www.example.org'],
  ['www.example.org "203.0.113.5, 198.51.100.7" 10.0.0.1 - -', '198.51.100.7', 'www.example.org'],
  ['203.0.113.5, 198.51.100.7 - -', '198.51.100.7', undefined],
  ['198.51.100.7 - a name with blanks', '198.51.100.7', undefined],
])('finds the client in %s', (head, ip, domain) => {
  const document = read(`${head} ${tail}`);
  expect(document.source?.ip).toBe(ip);
  expect(document.destination?.domain).toBe(domain);
});

it('is not fooled by a name that looks like the rest of a line', () => {
  const document = read(`198.51.100.7 - x [01/Jan/2020:00:00:00 +0000] \\x22GET / HTTP/1.1\\x22 200 1 ${tail}`);
  expect(document['@timestamp']).toBe('2026-11-21T08:30:00.000Z');
  expect(document['url']).toMatchObject({ path: '/a.php' });
});

it('reads what log_format says', () => {
  const pattern =
    'log_format x \'$time_iso8601 $remote_addr $host "$request_method $uri" $args \'\n\'$status ${body_bytes_sent} $request_time "$http_user_agent" up=$upstream_addr\';';
  const line =
    '2026-11-21T09:30:00+00:00 198.51.100.7 www.example.org "GET /a b" x=1 503 12 0.250 "a \\" b" up=192.0.2.8:80';
  expect(read(line, { pattern })).toMatchObject({
    event: { duration: 250_000_000, outcome: 'failure' },
    source: { ip: '198.51.100.7' },
    destination: { domain: 'www.example.org' },
    url: { path: '/a b', query: 'x=1', domain: 'www.example.org' },
    user_agent: { original: 'a " b' },
    nginx: { access: { upstream_addr: '192.0.2.8:80' } },
  });
  expect(() => read('something else', { pattern })).toThrow('not a line');
});

it.each([
  ['- 404 404 -', 404],
  ['444 -', 444],
])("reads Nginx Proxy Manager's form with %s", (statuses, status) => {
  const line = `[21/Nov/2026:09:30:00 +0000] ${statuses} GET https www.example.org "/.env" [Client 198.51.100.7] [Length 0] [Gzip -] [Sent-to a] "curl/8.5.0" "-"`;
  expect(read(line)).toMatchObject({
    '@timestamp': '2026-11-21T09:30:00.000Z',
    source: { ip: '198.51.100.7' },
    destination: { domain: 'www.example.org' },
    http: { request: { method: 'GET' }, response: { status_code: status } },
    url: { path: '/.env' },
    user_agent: { original: 'curl/8.5.0' },
  });
  expect(() => read(line.replace('Client', 'client'))).toThrow('not a line');
});

it('reads lines of the error log in between', () => {
  const document = read(
    '2026/11/21 09:30:00 [error] 1#1: *1 user "alice": password mismatch, client: 198.51.100.7, server: _',
  );
  expect(document).toMatchObject({
    event: { dataset: 'nginx.error', outcome: 'failure' },
    source: { ip: '198.51.100.7' },
    user: { name: 'alice' },
  });
});
