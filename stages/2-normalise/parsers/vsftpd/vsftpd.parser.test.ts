/** vsftpd's own log. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { vsftpd } from './vsftpd.parser.ts';

function read(line: string): EcsDocument {
  return vsftpd.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] }).line!(line) as EcsDocument;
}

it.each([
  ['[pid 2] [bob] FAIL LOGIN: Client "::ffff:198.51.100.7", "User is not in the allow user list."', 'failure', 'bob'],
  ['[pid 2] [alice] OK LOGIN: Client "198.51.100.7"', 'success', 'alice'],
  ['[pid 2] CONNECT: Client "198.51.100.7"', undefined, undefined],
  ['[pid 2] [alice] OK DELETE: Client "198.51.100.7", "/x"', 'success', 'alice'],
  ['[pid 2] [alice] FAIL DOWNLOAD: Client "198.51.100.7", "/x", 0.00Kbyte/sec', 'unknown', 'alice'],
])('%s', (text, outcome, name) => {
  const document = read(`Sat Nov 21 09:30:00 2026 ${text}`);
  expect([
    document.event.outcome,
    document.source?.ip,
    (document['user'] as { name?: string } | undefined)?.name,
  ]).toEqual([outcome, '198.51.100.7', name]);
  expect(document['process']).toEqual({ name: 'vsftpd', pid: 2 });
});

it('refuses what is no record', () => {
  expect(read('hello')).toBeInstanceOf(Refusal);
  expect(read('Sat Nov 41 09:30:00 2026 [pid 2] x')).toBeInstanceOf(Refusal);
});
