/** Escapes, values with spaces and signs in them, types, and what they become in ECS. */
import { Refusal, type EcsDocument } from '@netsentinel/contracts/parser';
import { describe, expect, it } from 'vitest';
import { cef } from './cef.parser.ts';
import { cefBegin, readCef } from './read-cef.ts';

const parser = cef.create({ zone: 'UTC', referenceMs: Date.UTC(2026, 10, 21), trustedProxies: [] });
const HEADER = 'CEF:0|Example|Gate|1.0|100|Login failed|';

function parsed(line: string): EcsDocument {
  const answer = parser.line!(line);
  if (answer === undefined || answer instanceof Refusal) throw new Error('expected a document');
  return answer;
}

function extension(text: string): Record<string, string> {
  const line = `${HEADER}5|${text}`;
  return Object.fromEntries(readCef(line, cefBegin(line))!.extension);
}

describe('the text', () => {
  it('has values with spaces, signs and escapes', () => {
    expect(extension('msg=two words request=http://h/?a\\=b&c=d cs1=x\\ny  act=')).toEqual({
      msg: 'two words',
      request: 'http://h/?a=b&c=d',
      cs1: 'x\ny',
      act: '',
    });
  });

  it('keeps the first of a key that comes twice: a forged one changes nothing', () => {
    expect(extension('src=198.51.100.7 msg=x src=192.0.2.1')).toEqual({ src: '198.51.100.7', msg: 'x' });
  });

  it('has pipes in its header, escaped', () => {
    const line = 'CEF:1|a\\|b|c\\\\|1|2|name|High';
    expect(readCef(line, cefBegin(line))).toMatchObject({
      version: '1',
      vendor: 'a|b',
      product: 'c\\',
      severity: 'High',
    });
  });

  it.each(['CEF:0|a|b', 'CEF is nice', '', 'CEF:x|a|b|c|d|e|f|'])('%j is none', (line) => {
    expect(parser.line!(line)).toBeInstanceOf(Refusal);
  });
});

describe('a document', () => {
  it('has sides, users, action and time', () => {
    const line = `<134>Nov 20 09:30:00 sensor ${HEADER}Very-High|src=198.51.100.7 spt=1 dst=203.0.113.5 dpt=22 proto=6 suser=root act=Blocked smac=02:00:00:00:00:0A deviceDirection=0 outcome=Failure in=5`;
    expect(parsed(line)).toMatchObject({
      '@timestamp': '2026-11-20T09:30:00.000Z',
      message: 'Login failed',
      event: { action: 'Blocked', type: ['denied'], severity: 9, outcome: 'failure', code: '100' },
      source: { ip: '198.51.100.7', port: 1, mac: '02-00-00-00-00-0A', user: { name: 'root' }, bytes: 5 },
      destination: { ip: '203.0.113.5', port: 22 },
      network: { transport: 'tcp', direction: 'inbound', community_id: expect.stringMatching(/^1:/) },
      observer: { hostname: 'sensor', vendor: 'Example' },
      related: { ip: ['198.51.100.7', '203.0.113.5'], user: ['root'] },
      cef: { extensions: { sourcePort: 1, sourceMacAddress: '02:00:00:00:00:0a' } },
    });
  });

  it.each([
    ['rt=1795167000000', '2026-11-20T09:30:00.000Z'],
    ['rt=Nov 20 2026 09:30:00.250', '2026-11-20T09:30:00.250Z'],
    ['end=Nov 20 09:30:00', '2026-11-20T09:30:00.000Z'],
    ['UNIFIutcTime=2026-11-20T09:30:00.500Z', '2026-11-20T09:30:00.500Z'],
    ['rt=yesterday', undefined],
  ])('takes its time from %s', (text, time) => {
    expect(parsed(`${HEADER}5|${text}`)['@timestamp']).toBe(time);
  });

  it('takes what labels say of custom fields', () => {
    const line = `${HEADER}5|c6a2=2001:db8::7 c6a2Label=Source IPv6 Address cn2=5 cn2Label=Duration in Seconds fileHash=${'a'.repeat(40)}`;
    expect(parsed(line)).toMatchObject({
      event: { duration: 5e9 },
      source: { ip: '2001:db8::7' },
      file: { hash: { sha1: 'a'.repeat(40) } },
    });
  });

  it('is found in what a shipper made of the record', () => {
    const original = `${HEADER}5|src=198.51.100.7`;
    expect(parser.object!({ event: { original }, cef: {} }, '')).toMatchObject({ source: { ip: '198.51.100.7' } });
    expect(parser.object!({ cef: {} }, '')).toBeInstanceOf(Refusal);
  });
});
