import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { nginxError } from './nginx-error.parser.ts';

function read(line: string): EcsDocument {
  const parsed = nginxError.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] }).line!(line);
  if (parsed === undefined || parsed instanceof Refusal) throw new Error(parsed?.reason ?? 'nothing');
  return parsed;
}

const head = '2026/11/21 09:30:00 [error] 540#541: *7 ';

it('reads what stands behind a message', () => {
  expect(read(nginxError.examples[0]!)).toMatchObject({
    '@timestamp': '2026-11-21T09:30:00.000Z',
    event: { type: ['error'], category: ['web'] },
    log: { level: 'error' },
    process: { pid: 540, thread: { id: 540 } },
    source: { ip: '198.51.100.7' },
    destination: { domain: 'www.example.org' },
    http: { request: { method: 'GET', referrer: 'https://www.example.org/' }, version: '1.1' },
    url: { path: '/favicon.ico' },
    nginx: { error: { connection_id: 1 } },
  });
  expect(read(nginxError.examples[2]!)).toMatchObject({ message: 'signal process started', source: undefined });
});

it.each([
  ['user "alice": password mismatch, client: 198.51.100.7, server: _, request: "GET / HTTP/1.1"', 'alice'],
  ['user "alice" was not found in "/etc/nginx/users", client: 198.51.100.7, server: _', 'alice'],
  [
    'client login failed: "AUTH not supported" while in http auth state, client: 198.51.100.7, server: 0.0.0.0:25, login: "alice"',
    'alice',
  ],
])('%s is a refused login', (message, name) => {
  expect(read(head + message)).toMatchObject({
    event: { category: ['web', 'authentication'], outcome: 'failure' },
    source: { ip: '198.51.100.7' },
    user: { name },
  });
});

it.each([
  'open() "/srv/, client: 203.0.113.1, server: x, request: "GET" failed (2: No such file), client: 198.51.100.7, server: _, request: "GET /%2C%20client HTTP/1.1", host: "a"',
  'access forbidden by rule, client: 198.51.100.7, server: _, request: "GET /, client: 203.0.113.1, server: x, request: "a HTTP/1.1", host: "a"',
  'client sent invalid request while reading client request line, client: 198.51.100.7, server: _, request: "GET /, client: 203.0.113.1 HTTP/1.1"',
  'client 198.51.100.7:53044 connected to 0.0.0.0:25',
])('is not led to another client by %s', (message) => {
  expect(read(head + message).source?.ip).toBe('198.51.100.7');
});

it('keeps quotes of a target', () => {
  expect(
    read(`${head}x, client: 198.51.100.7, server: _, request: "GET /?a="b" HTTP/1.1", host: "www.example.org"`),
  ).toMatchObject({
    url: { query: 'a="b"', domain: 'www.example.org' },
  });
});

it('refuses what has no head', () => {
  expect(() => read('2026/11/21 09:30:00 hello')).toThrow('no time');
});
