import { Refusal } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { iisError } from './iis-error.parser.ts';

function read(lines: string): unknown[] {
  const parser = iisError.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [] });
  return lines.split('\n').map((line) => parser.line!(line));
}

it('reads rows with and without a header', () => {
  expect(read(iisError.examples[0]!)).toMatchObject([
    {
      '@timestamp': '2026-11-21T09:30:00.000Z',
      event: { outcome: 'failure' },
      source: { ip: '198.51.100.7', port: 2780 },
      destination: { ip: '203.0.113.9', port: 80 },
      http: { request: { method: 'GET' }, response: { status_code: 400 }, version: '1.1' },
      url: { original: '/../../win.ini' },
      iis: { error: { reason_phrase: 'URL' } },
    },
  ]);
  expect(read(iisError.examples[1]!).at(-1)).toMatchObject({
    iis: { error: { reason_phrase: 'Timer_ConnectionIdle' } },
  });
});

it('refuses other rows', () => {
  expect(read('hello')[0]).toBeInstanceOf(Refusal);
});
