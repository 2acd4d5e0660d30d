import { Refusal, type EcsDocument, type ParseOptions } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { traefik } from './traefik.parser.ts';

function read(line: string, options: Partial<ParseOptions> = {}): EcsDocument {
  const parsed = traefik.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [], ...options }).line!(line);
  if (parsed === undefined || parsed instanceof Refusal) throw new Error(parsed?.reason ?? 'nothing');
  return parsed;
}

it('reads the common form with its route', () => {
  expect(read(traefik.examples[0]!)).toMatchObject({
    event: { outcome: 'failure', duration: 2_000_000 },
    source: { ip: '198.51.100.7' },
    user: { name: 'alice' },
    http: { response: { status_code: 404 }, version: '2.0' },
    traefik: { access: { request_count: 262, frontend_name: 'web@docker', backend_url: 'http://192.0.2.3:5601' } },
  });
});

it('reads JSON, with headers that are kept', () => {
  expect(read(traefik.examples[1]!)).toMatchObject({
    '@timestamp': '2026-11-21T09:30:01.587Z',
    event: { outcome: 'success', duration: 357_313 },
    source: { ip: '198.51.100.7' },
    destination: { domain: 'www.example.org' },
    url: { path: '/a.save', domain: 'www.example.org' },
    user_agent: { original: 'curl/8.5.0' },
    traefik: { access: { entry_point: 'http', request_count: 190 } },
  });
});

it('takes the nearest hop for the client, or who is behind trusted ones', () => {
  const line = JSON.stringify({
    ClientHost: '203.0.113.5, 192.0.2.1',
    StartUTC: '2026-11-21T09:30:00Z',
    RequestPath: '/',
    ServiceURL: { Scheme: 'https', Host: 'a:1', Path: '/x' },
  });
  expect(read(line)).toMatchObject({
    source: { ip: '192.0.2.1' },
    traefik: { access: { backend_url: 'https://a:1/x' } },
  });
  expect(read(line, { trustedProxies: ['192.0.2.0/24'] }).source?.ip).toBe('203.0.113.5');
});

it('reads connections out of its own log', () => {
  expect(read(traefik.examples[2]!)).toMatchObject({
    event: { dataset: 'traefik.log', category: ['network'] },
    source: { ip: '198.51.100.7', port: 35501 },
    destination: { ip: '192.0.2.3', port: 21116 },
    network: { transport: 'tcp' },
  });
  expect(read('time="2026-11-21T09:30:02Z" level=info msg="Configuration loaded"')).toMatchObject({
    message: 'Configuration loaded',
  });
});

it.each(['hello', '{"a":1}', '{', '[]', 'time="x" level=info'])('refuses %s', (line) => {
  expect(() => read(line)).toThrow(/broken JSON|no JSON object|not a line|without|no time/);
});
