import { Refusal, type EcsDocument, type ParseOptions } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { caddy } from './caddy.parser.ts';

function read(record: object | string, options: Partial<ParseOptions> = {}): EcsDocument {
  const parser = caddy.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [], ...options });
  const parsed = parser.line!(typeof record === 'string' ? record : JSON.stringify(record));
  if (parsed === undefined || parsed instanceof Refusal) throw new Error(parsed?.reason ?? 'nothing');
  return parsed;
}

it('reads requests', () => {
  expect(read(caddy.examples[0]!)).toMatchObject({
    '@timestamp': '2026-11-21T09:30:00.756Z',
    event: { outcome: 'failure', duration: 335_000 },
    source: { ip: '198.51.100.7', port: 44790 },
    destination: { domain: 'www.example.org', port: 8443 },
    user: { name: 'alice' },
    http: { request: { method: 'GET' }, response: { status_code: 401, body: { bytes: 12 } }, version: '2.0' },
    url: { path: '/a', query: 'b=1' },
    user_agent: { original: 'curl/8.5.0' },
    caddy: { access: { tls: { server_name: 'www.example.org' } } },
  });
  expect(read(caddy.examples[1]!).event).toMatchObject({ type: ['error'], outcome: 'failure' });
  expect(read(caddy.examples[2]!)).toMatchObject({ message: 'cleaning storage unit', log: { logger: 'tls' } });
});

it('finds the client behind proxies that Caddy or we trust', () => {
  const request = {
    remote_ip: '192.0.2.1',
    remote_port: '1',
    uri: '/',
    headers: { 'X-Forwarded-For': ['203.0.113.5'] },
  };
  const record = {
    level: 'info',
    ts: '2026/11/21 09:30:00.250',
    msg: 'handled request',
    request,
    status: 0,
    duration: '1.5ms',
  };
  expect(read(record)).toMatchObject({
    '@timestamp': '2026-11-21T09:30:00.250Z',
    event: { outcome: undefined, duration: 1_500_000 },
    source: { ip: '192.0.2.1' },
    network: { forwarded_ip: '203.0.113.5' },
  });
  expect(read(record, { trustedProxies: ['192.0.2.1'] }).source?.ip).toBe('203.0.113.5');
  expect(read({ ...record, request: { ...request, client_ip: '203.0.113.6' } }).source?.ip).toBe('203.0.113.6');
});

it.each(['{"ts":1,"level":{}}', '{"level":"info"}', '{', '[]'])('refuses %s', (line) => {
  expect(() => read(line)).toThrow(/broken JSON|no JSON object|not a line|without|no time/);
});
