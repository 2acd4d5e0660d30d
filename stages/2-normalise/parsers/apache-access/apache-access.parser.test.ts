import { Refusal, type EcsDocument, type ParseOptions } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { apacheAccess } from './apache-access.parser.ts';

function read(line: string, options: Partial<ParseOptions> = {}): EcsDocument {
  const parser = apacheAccess.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [], ...options });
  const parsed = parser.line!(line);
  if (parsed === undefined || parsed instanceof Refusal) throw new Error(parsed?.reason ?? 'nothing');
  return parsed;
}

it('reads common and vhost_combined', () => {
  expect(read(apacheAccess.examples[1]!)).toMatchObject({
    event: { outcome: 'failure' },
    source: { ip: '198.51.100.7' },
    user: { name: 'alice' },
    http: { response: { status_code: 401, body: { bytes: 381 } } },
    related: { user: ['alice'] },
    apache: { access: { remote_addresses: ['198.51.100.7'] } },
  });
  expect(read(apacheAccess.examples[3]!)).toMatchObject({
    destination: { domain: 'www.example.org', port: 443 },
    url: { domain: 'www.example.org', path: '/a', query: 'b=1' },
  });
});

it('reads a timeout that sent nothing', () => {
  const document = read(apacheAccess.examples[2]!);
  expect(document['url']).toBeUndefined();
  expect(document).toMatchObject({
    source: { ip: '2001:db8::7' },
    http: { response: { status_code: 408, body: undefined } },
  });
});

it.each([
  [
    'LogFormat "%v:%p %h %l %u %t \\"%r\\" %>s %O \\"%{Referer}i\\" \\"%{User-Agent}i\\" %D" vhost',
    'www.example.org:443 198.51.100.7 - bob [21/Nov/2026:09:30:00 +0000] "GET /a HTTP/1.1" 500 12 "-" "x \\"y\\"" 1500',
  ],
  [
    '%{%Y-%m-%dT%H:%M:%S}t %{c}a %u "%m %U%q %H" %s %b "%{User-agent}i" %{us}T%% %{Host}i',
    '2026-11-21T09:30:00 198.51.100.7 bob "GET /a HTTP/1.1" 500 12 "x \\"y\\"" 1500% www.example.org',
  ],
])('reads what %s says', (pattern, line) => {
  const document = read(line, { pattern });
  expect(document).toMatchObject({
    '@timestamp': '2026-11-21T09:30:00.000Z',
    event: { duration: 1_500_000, outcome: 'failure' },
    destination: { domain: 'www.example.org' },
    user: { name: 'bob' },
    http: { request: { method: 'GET' }, version: '1.1' },
    url: { path: '/a' },
    user_agent: { original: 'x "y"' },
  });
  expect(() => read('no such line', { pattern })).toThrow('not a line');
});

it('believes trusted proxies only', () => {
  const pattern = '%h %l %u %t "%r" %>s %b %{X-Forwarded-For}i';
  const line = '192.0.2.1 - - [21/Nov/2026:09:30:00 +0000] "GET / HTTP/1.1" 200 1 203.0.113.1, 198.51.100.7';
  expect(read(line, { pattern }).source?.ip).toBe('192.0.2.1');
  expect(read(line, { pattern, trustedProxies: ['192.0.2.1'] }).source?.ip).toBe('198.51.100.7');
});

it('reads lines of the error log in between', () => {
  const document = read('[Sat Nov 21 09:30:00 2026] [error] [client 198.51.100.7] user alice not found: /admin');
  expect(document).toMatchObject({
    event: { dataset: 'apache.error', outcome: 'failure' },
    source: { ip: '198.51.100.7' },
    user: { name: 'alice' },
  });
});
