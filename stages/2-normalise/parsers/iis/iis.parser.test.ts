import { Refusal, type EcsDocument, type ParseOptions } from '@netsentinel/contracts/parser';
import { expect, it } from 'vitest';
import { iis } from './iis.parser.ts';

function read(lines: string, options: Partial<ParseOptions> = {}): EcsDocument[] {
  const parser = iis.create({ zone: 'UTC', referenceMs: 0, trustedProxies: [], ...options });
  return lines.split('\n').flatMap((line) => {
    const parsed = parser.line!(line);
    if (parsed instanceof Refusal) throw new Error(parsed.reason);
    return parsed ?? [];
  });
}

it('reads rows in the order of #Fields', () => {
  expect(read(iis.examples[0]!)).toMatchObject([
    {
      '@timestamp': '2026-11-21T09:30:00.000Z',
      event: { outcome: 'success', duration: 15_000_000 },
      source: { ip: '198.51.100.7' },
      destination: { ip: '203.0.113.9', port: 443 },
      url: { path: '/a.aspx', query: 'b=1', extension: 'aspx' },
      user_agent: { original: 'Mozilla/5.0 (X11; Linux x86_64)' },
    },
    {
      event: { outcome: 'failure' },
      user: { name: 'alice' },
      http: { request: { method: 'POST', referrer: 'https://www.example.org/' }, response: { status_code: 401 } },
      iis: { access: { sub_status: 1, win32_status: 1326 } },
    },
  ]);
});

it('takes a new order in the middle of a file', () => {
  const fields = '#Fields: date time c-ip cs-method cs-uri-stem sc-status\n2026-11-21 10:00:00 198.51.100.9 PUT /x 201';
  expect(read(`${iis.examples[0]!}\n${fields}`).at(-1)).toMatchObject({
    source: { ip: '198.51.100.9' },
    url: { path: '/x' },
  });
});

it('guesses usual orders, and who is behind a proxy that is trusted', () => {
  const line = iis.examples[1]!;
  expect(read(line)[0]).toMatchObject({
    source: { address: '2001:db8::7%3', ip: '2001:db8::7' },
    network: { forwarded_ip: '198.51.100.8' },
  });
  const trustedProxies = ['2001:db8::/64', '192.0.2.0/24'];
  expect(read(line, { trustedProxies })[0]?.source).toMatchObject({ ip: '198.51.100.8' });
  expect(() => read('2026-11-21 09:30:00 a b c')).toThrow('#Fields');
});
