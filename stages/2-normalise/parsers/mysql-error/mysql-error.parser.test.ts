/** MySQL's and MariaDB's error log: all its times, and who is denied. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { get } from '../../text/document.ts';
import { mysqlError } from './mysql-error.parser.ts';

function read(...lines: readonly string[]): EcsDocument {
  const parser = mysqlError.create({ zone: '+01:00', referenceMs: 0, trustedProxies: [] });
  return lines.map((line) => parser.line!(line)).at(-1) as EcsDocument;
}

it.each([
  ['261121  9:30:00 [Note] x', '2026-11-21T08:30:00.000Z', undefined, 'Note'],
  ['2026-11-21  9:30:00 44 [Warning] x', '2026-11-21T08:30:00.000Z', 44, 'Warning'],
  ['2026-11-21T09:30:00.123456Z 6 [Note] x', '2026-11-21T09:30:00.123Z', 6, 'Note'],
  ['2026-11-21T09:30:00.5+02:00 6 [ERROR] x', '2026-11-21T07:30:00.500Z', 6, 'ERROR'],
  ['2026-11-21 09:30:00 7f00aa11bb22 [Note] x', '2026-11-21T08:30:00.000Z', undefined, 'Note'],
])('%s', (line, time, thread, level) => {
  const document = read(line);
  expect([
    document['@timestamp'],
    get(document, 'mysql.thread_id'),
    get(document, 'log.level'),
    document.message,
  ]).toEqual([time, thread, level, 'x']);
});

it('names who is denied, with code and provider', () => {
  const denied =
    "2026-11-21T09:30:00Z 6 [Note] [MY-010926] [Server] Access denied for user 'bob'@'198.51.100.7' (using password: YES)";
  expect(read(denied)).toMatchObject({
    event: { outcome: 'failure', code: 'MY-010926', provider: 'Server', category: ['database', 'authentication'] },
    source: { ip: '198.51.100.7' },
    user: { name: 'bob' },
  });
  const aborted =
    "261121 9:30:00 [Warning] Aborted connection 4 to db: 'x' user: 'bob' host: '198.51.100.7' (Got timeout)";
  expect(read(aborted)).toMatchObject({ source: { ip: '198.51.100.7' }, event: { category: ['database'] } });
});

it('is not led to a host that the client made up', () => {
  const invented =
    "2026-11-21 9:30:00 44 [Note] Access denied for user 'bob'@'198.51.100.7' to database 'x'@'203.0.113.66'";
  expect(read(invented).source).toBeUndefined();
  const behind =
    "2026-11-21 9:30:00 44 [Note] Access denied for user 'bob'@'198.51.100.7' (using password: YES) and more";
  expect(read(behind).event.outcome).toBeUndefined();
});

it('gives lines without a time the time before, and refuses times that cannot be', () => {
  expect(read('261121 09:30:00 InnoDB: a', 'InnoDB: b')['@timestamp']).toBe('2026-11-21T08:30:00.000Z');
  expect(read('261341 09:30:00 [Note] x')).toBeInstanceOf(Refusal);
});
