import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { haproxy } from './haproxy.parser.ts';

function read(line: string): EcsDocument {
  const parsed = haproxy.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21, 12), trustedProxies: [] }).line!(
    line,
  );
  if (parsed === undefined || parsed instanceof Refusal) throw new Error(parsed?.reason ?? 'nothing');
  return parsed;
}

it('reads requests', () => {
  expect(read(haproxy.examples[0]!)).toMatchObject({
    '@timestamp': '2026-11-21T09:29:59.870Z',
    event: { category: ['web'], outcome: 'success', duration: 129_000_000 },
    source: { ip: '198.51.100.7', port: 40112 },
    http: { request: { method: 'GET' }, response: { status_code: 200, bytes: 1541 }, version: '1.1' },
    url: { path: '/a', query: 'b=1' },
    host: { name: 'lb1' },
    process: { pid: 350 },
    haproxy: {
      frontend_name: 'www~',
      backend_name: 'app',
      server_name: 'app1',
      connections: { active: 10, frontend: 8, backend: 2, server: 1, retries: 0 },
      http: { request: { captured_headers: ['www.example.org', 'curl/8.5.0'] }, response: { captured_headers: [] } },
    },
  });
});

it('reads what was no request, without a syslog header', () => {
  const document = read(haproxy.examples[1]!);
  expect(document).toMatchObject({
    event: { outcome: 'failure' },
    url: { original: '<BADREQ>' },
    source: { port: 40113 },
  });
  expect(document['process']).toBeUndefined();
});

it('reads connections, errors, the default form and messages', () => {
  expect(read(haproxy.examples[2]!)).toMatchObject({
    event: { duration: 5_000_000_000 },
    haproxy: { frontend_name: 'ssh', bytes_read: 212, termination_state: '--', connection_wait_time_ms: 0 },
  });
  expect(read(haproxy.examples[3]!)).toMatchObject({
    message: 'SSL handshake failure',
    haproxy: { frontend_name: 'www', bind_name: 'https' },
  });
  expect(read(haproxy.examples[4]!)).toMatchObject({
    '@timestamp': '2026-11-21T09:30:04.000Z',
    source: { ip: '198.51.100.7', port: 40116 },
    destination: { ip: '203.0.113.9', port: 5000 },
    haproxy: { frontend_name: 'main', mode: 'HTTP' },
  });
  expect(read(haproxy.examples[5]!).message).toBe('Server app/app1 is DOWN, reason: Layer4 timeout.');
});

it('finds the port behind an IPv6 address', () => {
  expect(read('2001:db8::7:40113 [21/Nov/2026:09:30:01.000] www/https: Timeout').source).toMatchObject({
    ip: '2001:db8::7',
    port: 40113,
  });
});

it.each(['hello world', '198.51.100.7:1 [21/Nov/2026:09:30:01.000] www app/app1 0/x/-1/-1/0 503'])(
  'refuses %s',
  (line) => {
    expect(() => read(line)).toThrow('no line');
  },
);
