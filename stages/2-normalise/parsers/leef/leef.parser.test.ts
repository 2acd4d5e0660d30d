/** Versions, separators, and what attributes become. */
import { Refusal } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { leef } from './leef.parser.ts';
import { readLeef } from './read-leef.ts';

const parser = leef.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });

it.each([
  ['LEEF:1.0|v|p|1|id|a=1\tb=x y=z'],
  ['LEEF:2.0|v|p|1|id|a=1\tb=x y=z'],
  ['LEEF:2.0|v|p|1|id||a=1\tb=x y=z'],
  ['LEEF:2.0|v|p|1|id|^|a=1^b=x y=z^a=2'],
  ['LEEF:2.0|v|p|1|id|0x5E|a=1^b=x y=z'],
  ['LEEF:2.0|v|p|1|id|\\t|a=1\tb=x y=z'],
])('%j has its attributes', (line) => {
  expect(Object.fromEntries(readLeef(line)!.attributes)).toEqual({ a: '1', b: 'x y=z' });
});

it('becomes a document with sides, user, time', () => {
  const line =
    '<134>Nov 20 09:30:00 sensor LEEF:1.0|Example|Gate|1.0|LoginFailed|sev=7\tsrc=198.51.100.7\tsrcPort=5\tdst=203.0.113.5\tdstPort=22\tproto=TCP\tusrName=root\tsrcBytes=9';
  expect(parser.line!(line)).toMatchObject({
    '@timestamp': '2026-11-20T09:30:00.000Z',
    event: { category: ['authentication'], outcome: 'failure', severity: 7, code: 'LoginFailed' },
    source: { ip: '198.51.100.7', port: 5, bytes: 9 },
    destination: { ip: '203.0.113.5', port: 22 },
    network: { transport: 'tcp', community_id: expect.stringMatching(/^1:/) },
    user: { name: 'root' },
    observer: { hostname: 'sensor', vendor: 'Example' },
    leef: { attributes: { usrName: 'root' } },
  });
});

it.each([
  ['1795167000000', '2026-11-20T09:30:00.000Z'],
  ['Nov 20 2026 09:30:00', '2026-11-20T09:30:00.000Z'],
  ['2026-11-20T09:30:00.5Z', '2026-11-20T09:30:00.500Z'],
])('takes its time from devTime=%s', (text, time) => {
  expect(parser.line!(`LEEF:1.0|v|p|1|Block|devTime=${text}`)).toMatchObject({
    '@timestamp': time,
    event: { type: ['denied'] },
  });
});

it.each(['LEEF:1.0|v|p|1', 'hello', ''])('%j is refused', (line) => {
  expect(parser.line!(line)).toBeInstanceOf(Refusal);
});
