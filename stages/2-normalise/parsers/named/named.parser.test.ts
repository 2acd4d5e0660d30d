/** BIND's own channels. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { named } from './named.parser.ts';

function read(line: string): EcsDocument {
  return named.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] }).line!(line) as EcsDocument;
}

it('blames whoever is denied, not the name that is asked for', () => {
  const line =
    "21-Nov-2026 09:30:00.125 security: error: client @0x7f 198.51.100.7#4795 (x): view external: query 'client 203.0.113.66#1/A/IN' denied";
  expect(read(line)).toMatchObject({
    '@timestamp': '2026-11-21T09:30:00.125Z',
    event: { outcome: 'failure' },
    source: { ip: '198.51.100.7', port: 4795 },
  });
  expect(
    read(
      "21-Nov-2026 09:30:00.125 client 2001:db8::7#53: bad zone transfer request: 'example.org/IN': non-authoritative zone (NOTAUTH)",
    ),
  ).toMatchObject({
    event: { outcome: 'failure' },
    source: { ip: '2001:db8::7' },
  });
});

it('reads queries', () => {
  const line =
    '21-Nov-2026 09:30:01.250 queries: info: client @0x7f 192.0.2.30#53211 (www.example.org): query: www.example.org IN AAAA +E(0)K (192.0.2.53)';
  expect(read(line)).toMatchObject({
    event: { action: 'dns-query' },
    dns: {
      question: { name: 'www.example.org', type: 'AAAA', class: 'IN', registered_domain: 'example.org' },
      header_flags: ['RD'],
    },
    log: { level: 'info', logger: 'queries' },
  });
});

it('refuses what is no record', () => {
  expect(read('hello')).toBeInstanceOf(Refusal);
  expect(read('41-Nov-2026 09:30:00.125 x')).toBeInstanceOf(Refusal);
});
