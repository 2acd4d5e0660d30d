/** The small readers of text that parsers are built from. */
import { isIPv4 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDottedQuad } from './canonical-address.ts';
import { communityId } from './community-id.ts';
import { Cursor } from './cursor.ts';
import { get, ifAny, numberIn, numberOf, put, related, scalarOf, textOf } from './document.ts';
import { endpointOf, portOf, Proxies, splitHostPort } from './endpoint.ts';
import { keyValues } from './key-values.ts';
import { domainParts } from './registered-domain.ts';
import { urlOf } from './url.ts';

describe('a cursor', () => {
  it('reads words, fields, numbers and quotes from left to right', () => {
    const cursor = new Cursor('198.51.100.7 [21/Nov] "GET /\\"x HTTP" 200  rest of it');
    expect(cursor.word()).toBe('198.51.100.7');
    expect(cursor.take('[')).toBe(true);
    expect(cursor.until('] ')).toBe('21/Nov');
    expect(cursor.quoted()).toBe('GET /\\"x HTTP');
    cursor.skipBlanks();
    expect(cursor.integer()).toBe(200);
    cursor.skipBlanks();
    expect(cursor.rest()).toBe('rest of it');
    expect(cursor.ended).toBe(true);
    expect(cursor.word()).toBe('');
  });

  it('stays where it is when what is asked for is not there', () => {
    const cursor = new Cursor('"open');
    expect([cursor.quoted(), cursor.until(']'), cursor.integer(), cursor.take('x'), cursor.at]).toEqual([
      undefined,
      undefined,
      undefined,
      false,
      0,
    ]);
  });
});

describe('endpoints', () => {
  it.each([
    ['192.0.2.1:80', { host: '192.0.2.1', port: 80 }],
    ['[2001:db8::1]:443', { host: '2001:db8::1', port: 443 }],
    ['[2001:db8::1]', { host: '2001:db8::1', port: undefined }],
    ['2001:db8::1', { host: '2001:db8::1', port: undefined }],
    ['example.org:8080', { host: 'example.org', port: 8080 }],
    ['example.org:http', { host: 'example.org:http', port: undefined }],
    ['a:99999', { host: 'a:99999', port: undefined }],
  ])('splits %s', (text, parts) => {
    expect(splitHostPort(text)).toEqual(parts);
  });

  it('tells addresses from names', () => {
    expect(endpointOf('2001:DB8::1', 22)).toEqual({
      address: '2001:DB8::1',
      ip: '2001:db8::1',
      domain: undefined,
      port: 22,
    });
    expect(endpointOf('router').domain).toBe('router');
    expect(['80', '', '-1', '70000', '8o', undefined].map(portOf)).toEqual([80, ...Array.from({ length: 5 })]);
  });

  it('believes only trusted proxies, and those only as far as the first stranger', () => {
    const proxies = new Proxies(['192.0.2.0/24', '2001:db8::1', 'nonsense']);
    expect(proxies.clientOf('192.0.2.1', '203.0.113.66, 198.51.100.7, 192.0.2.9')).toBe('198.51.100.7');
    expect(proxies.clientOf('2001:db8::1', '198.51.100.7:4711')).toBe('198.51.100.7');
    expect(proxies.clientOf('198.51.100.1', '203.0.113.66')).toBe('198.51.100.1');
    expect(proxies.clientOf('192.0.2.1', '203.0.113.66, forged')).toBe('192.0.2.1');
    expect(proxies.clientOf('192.0.2.1', undefined)).toBe('192.0.2.1');
    expect(new Proxies([]).trusts('192.0.2.1')).toBe(false);
  });
});

describe('an IPv4 address', () => {
  it('is what Node takes for one', () => {
    const part = fc.oneof(
      fc.integer({ min: 0, max: 300 }).map(String),
      fc.constantFrom('', '00', '01', '1a', ' 1', '-1', '٣'),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(part, { minLength: 3, maxLength: 5 }).map((parts) => parts.join('.')),
          fc.ipV4(),
          fc.string(),
        ),
        (text) => {
          expect(isDottedQuad(text)).toBe(isIPv4(text));
        },
      ),
    );
  });
});

describe('the Community ID', () => {
  // The specification's own examples.
  it.each([
    ['tcp', '128.232.110.120', 34855, '66.35.250.204', 80, '1:LQU9qZlK+B5F3KDmev6m5PMibrg='],
    ['udp', '192.168.1.52', 54585, '8.8.8.8', 53, '1:d/FP5EW3wiY1vCndhwleRRKHowQ='],
    ['icmp', '192.168.0.89', 8, '192.168.0.1', 0, '1:X0snYXpgwiv9TZtqg64sgzUn6Dk='],
    ['ipv6-icmp', 'fe80::200:86ff:fe05:80da', 135, 'fe80::260:97ff:fe07:69ea', 0, '1:dGHyGvjMfljg6Bppwm3bg0LO8TY='],
  ])('of %s', (transport, from, fromPort, to, toPort, id) => {
    expect(communityId(transport, from, fromPort, to, toPort)).toBe(id);
  });

  it('is the same in both directions', () => {
    const port = fc.integer({ min: 0, max: 65_535 });
    fc.assert(
      fc.property(
        fc.oneof(fc.ipV4(), fc.constant('2001:db8::1')),
        port,
        fc.oneof(fc.ipV4(), fc.ipV6()),
        port,
        (a, p, b, q) => {
          expect(communityId('tcp', a, p, b, q)).toBe(communityId('tcp', b, q, a, p));
        },
      ),
    );
  });

  it('is none for what is no flow', () => {
    expect(communityId('gre', '192.0.2.1', 1, '192.0.2.2', 2)).toBeUndefined();
    expect(communityId('tcp', '192.0.2.1', undefined, '192.0.2.2', 2)).toBeUndefined();
    expect(communityId('tcp', '192.0.2', 1, '192.0.2.2', 2)).toBeUndefined();
    expect(communityId('tcp', '192.0.2.1', 1, '2001:db8::1', 2)).toBeUndefined();
    expect(communityId(undefined, '192.0.2.1', 1, '192.0.2.2', 2)).toBeUndefined();
  });
});

describe('URLs', () => {
  it('takes a request target apart, broken or not', () => {
    expect(urlOf('/a/b.php?x=%zz&y=1#top', 'www.example.org')).toMatchObject({
      original: '/a/b.php?x=%zz&y=1#top',
      domain: 'www.example.org',
      path: '/a/b.php',
      query: 'x=%zz&y=1',
      fragment: 'top',
      extension: 'php',
    });
    expect(urlOf('https://bob:pa:ss@[2001:db8::1]:8443?q')).toMatchObject({
      scheme: 'https',
      username: 'bob',
      password: 'pa:ss',
      domain: '2001:db8::1',
      port: 8443,
      path: undefined,
      query: 'q',
    });
    expect(urlOf('/a.b/c')).toMatchObject({ path: '/a.b/c', extension: undefined });
    expect(urlOf('')).toMatchObject({ original: '', path: undefined });
    expect(urlOf('1tp://x')).toMatchObject({ scheme: undefined, path: '1tp://x' });
  });

  it('loses nothing of any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { original, path = '', query, fragment, scheme } = urlOf(`/${text}`);
        expect(original).toBe(`/${text}`);
        expect(scheme).toBeUndefined();
        expect(path + (query === undefined ? '' : `?${query}`) + (fragment === undefined ? '' : `#${fragment}`)).toBe(
          original,
        );
      }),
    );
  });
});

describe('pairs', () => {
  it('reads values with and without quotes, and flags', () => {
    const pairs = keyValues('pre SRC=192.0.2.1 SYN msg="two \\"words\\" here" open=\'a b\' end="never', 4);
    expect([...pairs]).toEqual([
      ['SRC', '192.0.2.1'],
      ['SYN', ''],
      ['msg', 'two \\"words\\" here'],
      ['open', 'a b'],
      ['end', 'never'],
    ]);
  });

  it('keeps the first of two, and no more than it should', () => {
    expect(keyValues('user=root user=forged').get('user')).toBe('root');
    expect(keyValues('k=v '.repeat(10).trim()).size).toBe(1);
    expect(keyValues(Array.from({ length: 1000 }, (_, i) => `k${i}=1`).join(' ')).size).toBe(256);
  });
});

describe('domains', () => {
  it.each([
    ['www.example.org', 'example.org', 'www', 'org'],
    ['a.b.example.co.uk.', 'example.co.uk', 'a.b', 'co.uk'],
    ['example.org', 'example.org', undefined, 'org'],
    ['co.uk', 'co.uk', undefined, 'uk'],
    ['localhost', undefined, undefined, undefined],
    ['192.0.2.1', undefined, undefined, undefined],
    ['', undefined, undefined, undefined],
  ])('%s', (name, registered, subdomain, top) => {
    expect(domainParts(name)).toEqual({ name, registered_domain: registered, subdomain, top_level_domain: top });
  });
});

describe('documents', () => {
  it('are built and read by path, and never reach the prototype of all objects', () => {
    const document: Record<string, unknown> = { a: 'text' };
    put(document, 'a.b.c', 1);
    put(document, 'x', undefined);
    put(document, '__proto__.polluted', true);
    expect(document).toEqual({ a: { b: { c: 1 } } });
    expect(get(document, 'a.b.c')).toBe(1);
    expect(get(document, 'a.b.c.d')).toBeUndefined();
    expect('polluted' in {}).toBe(false);
  });

  it('take only what is of the type', () => {
    const hostile = JSON.parse('{"toString":1,"valueOf":1}') as unknown;
    expect([hostile, null, '', 'x', 5].map(textOf)).toEqual([undefined, undefined, undefined, 'x', undefined]);
    expect([hostile, '5', Number.NaN, 5].map(numberOf)).toEqual([undefined, undefined, undefined, 5]);
    expect([hostile, '5', 5, true, null].map(scalarOf)).toEqual([undefined, '5', '5', 'true', undefined]);
    expect(['-', '', 'x', '1.5', undefined].map(numberIn)).toEqual([undefined, undefined, undefined, 1.5, undefined]);
    expect(related(undefined, 'a', '', 'b', 'a')).toEqual(['a', 'b']);
    expect([related(), ifAny({ a: undefined }), ifAny({ a: 0 })]).toEqual([undefined, undefined, { a: 0 }]);
  });
});
