/** PostgreSQL's log in both forms: who fails to log in, and what statements say of themselves. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { get } from '../../text/document.ts';
import { postgresql } from './postgresql.parser.ts';

function read(...lines: readonly string[]): EcsDocument {
  const parser = postgresql.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] });
  return lines.map((line) => parser.line!(line)).at(-1) as EcsDocument;
}

it('names who fails to log in, by prefix, by an earlier line of the process, by pg_hba and by CSV', () => {
  for (const lines of [
    [
      '2026-11-21 09:30:00.416 CET [7] bob@shop 198.51.100.7(50112) FATAL:  password authentication failed for user "bob"',
    ],
    [
      '2026-11-21 09:30:00 UTC [7] LOG:  connection received: host=198.51.100.7 port=50112',
      '2026-11-21 09:30:00 UTC [7] bob@shop FATAL:  password authentication failed for user "bob"',
    ],
    [
      '2026-11-21 09:30:00 UTC [7] FATAL:  no pg_hba.conf entry for host "198.51.100.7", user "bob", database "shop", no encryption',
    ],
    [
      '2026-11-21 09:30:02 UTC,"bob","shop",36,"198.51.100.7:42326",5ff2.2,2,"authentication",2026-11-21 09:30:02 UTC,3/9,0,FATAL,28P01,"password authentication failed for user ""bob""","a, ""b""",,,,,,,,""',
    ],
  ]) {
    const { event, source, user } = read(...lines);
    expect([event.outcome, source?.ip, user]).toEqual(['failure', '198.51.100.7', { name: 'bob' }]);
  }
});

it('names nobody else than the client where the user is named after an address', () => {
  const line =
    '2026-11-21 09:30:00 UTC [7] FATAL:  password authentication failed for user "x 203.0.113.66(1) FATAL:  y"';
  expect(read(line).source).toBeUndefined();
});

it('reads times of summer and winter by the zone’s abbreviation', () => {
  expect(read('2026-07-01 12:00:00.5 CEST [7] LOG:  x')['@timestamp']).toBe('2026-07-01T10:00:00.500Z');
  expect(read('2026-12-01 12:00:00 CET [7] LOG:  x')['@timestamp']).toBe('2026-12-01T11:00:00.000Z');
  expect(read('2026-12-01 12:00:00 +05:30 [7] LOG:  x')['@timestamp']).toBe('2026-12-01T06:30:00.000Z');
});

it('takes statements apart', () => {
  const text = read('2026-11-21 09:30:01 UTC [7] LOG:  duration: 0.327 ms  execute q:1: select 1\n\t from x');
  expect(text['postgresql']).toMatchObject({
    log: { query: 'select 1\n\t from x', query_step: 'execute', query_name: 'q:1' },
  });
  expect(get(text, 'event.duration')).toBe(327_000);
  expect(get(read('2026-11-21 09:30:01 UTC [7] LOG:  duration: 2 ms'), 'event.duration')).toBe(2_000_000);
  const csv = read(
    '2026-11-21 09:30:01 UTC,,,7,"[local]",a,1,"idle",2026-11-21 09:30:01 UTC,,0,ERROR,42601,"statement: select 1",,,,,,,,,"psql","client backend"',
  );
  expect(csv).toMatchObject({
    message: 'select 1',
    event: { type: ['error'] },
    postgresql: { log: { application_name: 'psql' } },
  });
});

it('joins what belongs together, and refuses what is no record', () => {
  expect(postgresql.continues!('\tmore')).toBe(true);
  expect(postgresql.continues!('2026-11-21 09:30:01 UTC [7] LOG:  x')).toBe(false);
  for (const line of [
    'x',
    '2026-13-21 09:30:01 UTC [7] LOG:  x',
    '2026-11-21 09:30:01 UTC nothing',
    '2026-11-21 09:30:01 UTC,,"unclosed',
  ])
    expect(read(line)).toBeInstanceOf(Refusal);
});
