import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { apacheError } from './apache-error.parser.ts';

function read(line: string): EcsDocument {
  const parsed = apacheError.create({ zone: '+01:00', referenceMs: 0, trustedProxies: [] }).line!(line);
  if (parsed === undefined || parsed instanceof Refusal) throw new Error(parsed?.reason ?? 'nothing');
  return parsed;
}

it('reads 2.2 and 2.4', () => {
  expect(read(apacheError.examples[0]!)).toMatchObject({
    '@timestamp': '2026-11-21T08:30:00.000Z',
    log: { level: 'error' },
    source: { ip: '198.51.100.7' },
    file: { path: '/srv/www/favicon.ico' },
  });
  expect(read(apacheError.examples[1]!)).toMatchObject({
    '@timestamp': '2026-11-21T08:30:01.902Z',
    process: { pid: 357, thread: { id: 140_123_104_306_944 } },
    source: { ip: '198.51.100.7', port: 40112 },
    message: 'AH00126: Invalid URI in request GET /../../etc/passwd HTTP/1.1',
    apache: { error: { module: 'core' } },
  });
  expect(read(apacheError.examples[3]!)).toMatchObject({ event: { type: ['info'] }, source: undefined });
});

const head = '[Sat Nov  1 09:30:00 2025] [error] [client 2001:db8::7] ';

it.each([
  ['user alice not found: /admin', 'alice'],
  ['user  not found: /admin', undefined],
  ['AH01617: user alice: authentication failure for "/admin": Password Mismatch', 'alice'],
  ["Digest: user `alice' in realm `private area' not found: /admin", 'alice'],
  ['AH01792: user alice: password mismatch: /admin', 'alice'],
  ['AH01637: Authorization of user alice to access /admin failed, reason: file owner', 'alice'],
  ['AH01614: client used wrong authentication scheme: /admin', undefined],
])('%s is a refused login of %s', (message, name) => {
  expect(read(head + message)).toMatchObject({
    event: { category: ['web', 'authentication'], outcome: 'failure' },
    source: { ip: '2001:db8::7' },
    user: name === undefined ? undefined : { name },
  });
});

it('takes no words out of a path for its own', () => {
  const document = read(`${head}File does not exist: /srv/[client 203.0.113.1] user root not found`);
  expect(document).toMatchObject({ source: { ip: '2001:db8::7' }, user: undefined, event: { category: ['web'] } });
});

it('goes on with the record above', () => {
  expect(apacheError.continues?.('  at line 3')).toBe(true);
  expect(apacheError.continues?.(apacheError.examples[0]!)).toBe(false);
});

it('refuses what has no time', () => {
  expect(() => read('[Sat Nov 31 09:30:00 2026] [error] x')).toThrow('no time');
  expect(() => read('hello')).toThrow('no time');
});
