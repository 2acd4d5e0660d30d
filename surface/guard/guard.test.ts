/** What becomes of requests, by the options of an application. */
import { afterEach, describe, expect, it } from 'vitest';
import {
  createGuard,
  describeDecision,
  type Decision,
  type Guard,
  type GuardOptions,
  type GuardRequest,
} from './guard.ts';

const NOW = Date.UTC(2026, 10, 22, 10);
let nowMs = NOW;
let told: string[] = [];
let guard: Guard;
afterEach(async () => {
  await guard.close();
  nowMs = NOW;
  told = [];
});

function start(options: GuardOptions): Guard {
  guard = createGuard({ now: () => nowMs, log: (_, message) => void told.push(message), ...options });
  return guard;
}

const request = (given: Partial<GuardRequest> = {}): GuardRequest => ({
  method: 'GET',
  target: '/news',
  headers: {},
  peer: '198.51.100.7',
  ...given,
});
const decide = (given: Partial<GuardRequest> = {}): Decision => {
  const decision = guard.inspect(request(given));
  if (decision instanceof Promise) throw new Error('memory alone decides at once');
  return decision;
};
const actions = (...given: Partial<GuardRequest>[]): string[] => given.map((one) => decide(one).action);

describe('the blocklist', () => {
  it('turns away addresses and networks of both families, and nobody else', () => {
    start({ blocklist: { networks: ['198.51.100.0/24', '203.0.113.9', '2001:db8:1::/48'] } });
    expect(
      actions(
        { peer: '198.51.100.255' },
        { peer: '::ffff:198.51.100.7' },
        { peer: '203.0.113.9' },
        { peer: '203.0.113.8' },
        { peer: '2001:db8:1:ffff::1' },
        { peer: '2001:db8:2::1' },
        { peer: undefined },
      ),
    ).toEqual(['block', 'block', 'block', 'allow', 'block', 'allow', 'allow']);
    expect(decide()).toMatchObject({ reason: 'blocklist', answer: { status: 403 } });
  });

  it('never holds whom the application excepts', () => {
    start({ blocklist: { networks: ['198.51.100.0/24'] }, never: ['198.51.100.7'] });
    expect(actions({}, { peer: '198.51.100.8' })).toEqual(['allow', 'block']);
  });

  it('takes what the application blocks itself, for so long', () => {
    start({});
    expect(guard.block('198.51.100.7', 60)).toBe(true);
    expect(guard.block('no address', 60)).toBe(false);
    expect(actions({})).toEqual(['block']);
    nowMs += 60_000;
    expect(actions({})).toEqual(['allow']);
    guard.block('198.51.100.7', 60);
    expect(guard.unblock('198.51.100.7')).toBe(true);
    expect(actions({})).toEqual(['allow']);
  });
});

describe('rate limits', () => {
  const login = { name: 'login', requests: 2, windowS: 60, paths: ['/login'], methods: ['POST'] };
  const post = { method: 'POST', target: '/login' };

  it('refuse what is too much, and say what is left', () => {
    start({ limits: [login] });
    expect(decide(post)).toMatchObject({
      headers: { 'ratelimit-policy': '"login";q=2;w=60', ratelimit: '"login";r=1;t=60' },
    });
    expect(actions(post, post, { target: '/login' }, { ...post, peer: '198.51.100.8' })).toEqual([
      'allow',
      'limit',
      'allow',
      'allow',
    ]);
    expect(decide(post)).toMatchObject({
      limit: 'login',
      answer: { status: 429, headers: { 'retry-after': '60', ratelimit: '"login";r=0;t=60' } },
    });
  });

  it('slide: the window before weighs by what is left of it', () => {
    start({ limits: [{ name: 'a', requests: 10, windowS: 60 }] });
    for (let i = 0; i < 10; i++) decide();
    nowMs += 60_000 + 30_000;
    // Half of ten, and this one.
    expect(decide().action).toBe('allow');
    expect(actions({}, {}, {}, {}, {})).toEqual(['allow', 'allow', 'allow', 'allow', 'limit']);
    nowMs += 180_000;
    expect(decide()).toMatchObject({ headers: { ratelimit: '"a";r=9;t=30' } });
  });

  it('count an IPv6 client by its /64', () => {
    start({ limits: [{ name: 'a', requests: 1, windowS: 60 }] });
    expect(actions({ peer: '2001:db8::1' }, { peer: '2001:db8::ffff:2' }, { peer: '2001:db8:0:1::1' })).toEqual([
      'allow',
      'limit',
      'allow',
    ]);
  });

  it('count by route and by key too, each for itself', () => {
    start({
      limits: [
        { name: 'all', requests: 3, windowS: 60, by: 'route' },
        { name: 'key', requests: 1, windowS: 60, by: ({ headers }) => headers['x-api-key'] as string | undefined },
      ],
    });
    const keyed = (key: string): Partial<GuardRequest> => ({ headers: { 'x-api-key': key } });
    expect([decide(keyed('a')), decide(keyed('a')), decide(keyed('b'))].map(describeDecision)).toEqual([
      'allowed',
      'limited: key',
      'allowed',
    ]);
    expect(describeDecision(decide())).toBe('limited: all');
  });

  it('forget the longest unseen where addresses flood in', () => {
    start({ limits: [{ name: 'a', requests: 1, windowS: 60 }], maxCounted: 100 });
    for (let i = 0; i < 1000; i++) decide({ peer: `203.0.${i >> 8}.${i & 255}` });
    expect(guard.status().counted).toBe(100);
  });

  it.each([
    '/LOGIN',
    '/login/',
    '//login',
    '/%6cogin',
    '/x/../login',
    '/login;a=b',
    '/login?x',
    'http://h/login',
    '/./login',
  ])('know their route as %s', (target) => {
    start({ limits: [{ ...login, requests: 1 }] });
    expect(actions(post, { method: 'POST', target })).toEqual(['allow', 'limit']);
  });

  it.each([
    ['dots', `/${'./'.repeat(4000)}login`],
    ['ways up', `/${'a/../'.repeat(2000)}login`],
    ['a host', `http://${'a'.repeat(4000)}/login`],
    ['a scheme', `${'a'.repeat(40)}://h/login`],
  ])('know their route behind %s of any length', (_, target) => {
    start({ limits: [{ ...login, requests: 1 }] });
    expect(actions(post, { method: 'POST', target })).toEqual(['allow', 'limit']);
  });
});

describe('inspection', () => {
  const attack = { target: '/items?id=1%27%20UNION%20SELECT%20password%20FROM%20users--' };

  it('watches unless it is told to block', () => {
    start({});
    expect(decide(attack)).toMatchObject({ action: 'allow', findings: [{ kind: 'sql-injection' }] });
    expect(describeDecision(decide(attack))).toBe('allowed, but saw sql-injection in query id');
  });

  it('blocks an attack wherever it stands, and lets the rest in', () => {
    start({ inspection: 'block' });
    expect(
      actions(
        attack,
        { target: '/../../etc/passwd' },
        { headers: { cookie: 'id=${jndi:ldap://203.0.113.1/a}' } },
        { headers: { 'user-agent': 'sqlmap/1.7' } },
        { target: '/items?id=17' },
        { target: "/search?q=it's+a+select+few" },
      ),
    ).toEqual(['block', 'block', 'block', 'block', 'allow', 'allow']);
    expect(describeDecision(decide(attack))).toBe('blocked: sql-injection in query id');
  });

  it('is off where it is off, and takes exceptions', () => {
    start({ inspection: 'off' });
    expect(decide(attack)).toMatchObject({ action: 'allow', findings: [] });
    const except = [{ path: '/items', kinds: ['sql-injection' as const], names: ['id'] }];
    void guard.close();
    start({ inspection: { mode: 'block', except } });
    expect(actions(attack, { target: attack.target.replace('items', 'other') })).toEqual(['allow', 'block']);
  });

  const body = (text: string, type: string, extra: GuardOptions = {}): Decision => {
    start({ inspection: 'block', ...extra });
    const given = request({ method: 'POST', headers: { 'content-type': type } });
    const decision = guard.inspect(given) as Decision;
    if (decision.action !== 'allow') return decision;
    return guard.inspectBody(given, decision, Buffer.from(text));
  };

  it.each([
    ['application/json', '{"a":{"comment":"<script>alert(1)</script>"}}', 'xss in body comment'],
    ['application/x-www-form-urlencoded', 'a=1&q=1%27+or+1%3D1--+-', 'sql-injection in body q'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="f"\r\n\r\n;cat /etc/passwd|sh\r\n--b--',
      'in body f',
    ],
  ])('looks into %s', (type, text, found) => {
    expect(describeDecision(body(text, type))).toContain(found);
    expect(guard.status().requests).toEqual({ allow: 0, block: 1, limit: 0, honeytoken: 0 });
  });

  it('wants bodies that hold names and values, and no others', () => {
    start({});
    const wants = (method: string, headers: Record<string, string>): boolean =>
      guard.wantsBody(request({ method, headers }));
    expect(wants('POST', { 'content-type': 'application/json; charset=utf-8' })).toBe(true);
    expect(wants('POST', { 'content-type': 'application/vnd.api+json' })).toBe(true);
    expect(wants('POST', { 'content-type': 'image/png' })).toBe(false);
    expect(wants('POST', { 'content-type': 'application/json', 'content-encoding': 'GZIP' })).toBe(true);
    expect(wants('POST', { 'content-type': 'application/json', 'content-encoding': 'compress' })).toBe(false);
    // Express reads the body of any method.
    expect(wants('GET', { 'content-type': 'application/json' })).toBe(true);
    expect(wants('POST', {})).toBe(false);
    const json = request({ method: 'POST', headers: { 'content-type': 'application/json' } });
    void guard.close();
    expect(start({ inspection: 'off' }).wantsBody(json)).toBe(false);
    void guard.close();
    expect(start({ inspection: 'off', honeytokens: { fields: ['website'] } }).wantsBody(json)).toBe(true);
  });

  it('answers 408 to a body that never comes', () => {
    start({ inspection: 'block' });
    const given = request({ method: 'POST' });
    const decision = guard.inspect(given) as Decision;
    expect(guard.tooSlow(given, decision as never)).toMatchObject({ reason: 'slow-body', answer: { status: 408 } });
  });

  it('lets a plain body in, and a watched attack', () => {
    expect(body('{"text":"A nice day"}', 'application/json').action).toBe('allow');
    expect(body('{"text":"1\' or 1=1-- -"}', 'application/json', { inspection: 'watch' })).toMatchObject({
      action: 'allow',
      findings: [{ kind: 'sql-injection' }],
    });
  });
});

describe('honeytokens', () => {
  const options: GuardOptions = {
    honeytokens: {
      paths: ['/backup', { path: '/.env', contentType: 'text/plain', body: 'KEY=1' }],
      fields: ['website'],
    },
  };

  it('answer with their page, and block whoever came', () => {
    start(options);
    expect(decide({ target: '/Backup/?a=b' })).toMatchObject({ honeytoken: '/backup', answer: { status: 200 } });
    expect(actions({}, { peer: '198.51.100.8' })).toEqual(['block', 'allow']);
    nowMs += 3_600_000;
    expect(actions({})).toEqual(['allow']);
    expect(decide({ target: '/.env' })).toMatchObject({ answer: { body: 'KEY=1' } });
  });

  it.each([
    ['a picture of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
    ['a frame of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }],
    ['a form of a neighbouring site', { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate' }],
    ['a picture in somebody’s comment', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'no-cors' }],
    ['a browser that reads ahead', { 'sec-fetch-site': 'same-origin', 'sec-purpose': 'prefetch;prerender' }],
    ['another site, without TLS', { host: 'shop.example', referer: 'http://evil.example/shop.example' }],
    ['a form of another site', { host: 'shop.example', origin: 'null' }],
  ])('do not block a visitor whom %s sent, and tell of it', (_, headers) => {
    start(options);
    expect(decide({ target: '/backup', headers })).toMatchObject({ action: 'honeytoken', answer: { status: 200 } });
    expect(actions({})).toEqual(['allow']);
  });

  it.each([
    ['typed it', { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' }],
    ['followed it here', { 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'navigate' }],
    ['came from here, without TLS', { host: 'shop.example:8080', referer: 'http://shop.example:8080/robots.txt' }],
    ['sends nonsense', { host: 'shop.example', referer: 'nonsense' }],
  ])('block whoever %s', (_, headers) => {
    start(options);
    decide({ target: '/backup', headers });
    expect(actions({})).toEqual(['block']);
  });

  it('do not block a visitor whom another site sent, nor our own machine, nor an unknown proxy', () => {
    start(options);
    const target = '/backup';
    decide({ target, headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } });
    decide({ target, peer: '127.0.0.1' });
    // All of IPv4 behind a translator.
    decide({ target, peer: '64:ff9b::198.51.100.7' });
    expect(actions({ peer: '64:ff9b::203.0.113.9' })).toEqual(['allow']);
    decide({ target, peer: '10.1.2.3', headers: { 'x-forwarded-for': '198.51.100.9' } });
    expect(actions({}, { peer: '127.0.0.1' }, { peer: '10.1.2.3' })).toEqual(['allow', 'allow', 'allow']);
    expect(told).toEqual(['a proxy forwards requests but is not among proxies.trusted: all its clients count as one']);
  });

  it.each([
    ['application/x-www-form-urlencoded', 'name=a&website=x', 'name=a&website=&b=website'],
    ['application/json', '{"form":{"website":"x"}}', '{"form":{"website":""}}'],
    [
      'multipart/form-data; boundary=b',
      '--b\r\nContent-Disposition: form-data; name="website"\r\n\r\nx\r\n--b--',
      '--b\r\nContent-Disposition: form-data; name="website"\r\n\r\n\r\n--b--',
    ],
  ])('tell a field that is filled in (%s)', (type, filled, empty) => {
    start(options);
    const given = request({ method: 'POST', headers: { 'content-type': type } });
    const post = (text: string): Decision => guard.inspectBody(given, guard.inspect(given) as never, Buffer.from(text));
    expect(post(empty).action).toBe('allow');
    expect(post(filled)).toMatchObject({ action: 'honeytoken', honeytoken: 'website', answer: { status: 403 } });
    expect(decide().action).toBe('block');
  });

  it('come as HTML for pages and forms', () => {
    start(options);
    expect(guard.decoyLink()).toContain('href="/backup" rel="nofollow" hidden');
    expect(guard.decoyField()).toContain('name="website" value="" tabindex="-1" autocomplete="off"');
    void guard.close();
    start({});
    expect([guard.decoyLink(), guard.decoyField()]).toEqual(['', '']);
  });
});

describe('options that cannot be right', () => {
  it.each<[GuardOptions, string]>([
    [{ blocklist: { networks: ['10.0.0.1/8'] } }, 'blocklist.networks: "10.0.0.1/8" is no network'],
    [{ never: ['me'] }, 'never: "me" is no network'],
    [{ limits: [{ name: 'a b', requests: 1, windowS: 1 }] }, 'a name has letters'],
    [{ limits: [{ name: 'a', requests: 0, windowS: 1 }] }, 'requests is a whole number'],
    [{ limits: [{ name: 'a', requests: 1, windowS: 0 }] }, 'windowS is a whole number'],
    [{ limits: [1, 2].map(() => ({ name: 'a', requests: 1, windowS: 1 })) }, 'two have the same name'],
    [{ inspection: 'on' as never }, 'none of off, watch, block'],
    [{ inspection: { maxBodyBytes: 1e9 } }, 'is not between'],
    [{ honeytokens: { paths: ['/'] } }, 'is no path of a decoy'],
    [{ honeytokens: { fields: ['a"b'] } }, 'is no name of a field'],
    [{ honeytokens: { blockS: -1 } }, 'blockS is between'],
    [{ blocklist: { redis: { url: 'http://a' } } }, 'redis.url'],
    [{ blocklist: { http: { url: 'nowhere' } } }, 'blocklist.http.url'],
    [{ report: { url: 'nowhere', token: 'x' } }, 'report.url'],
    [{ report: { url: 'http://a/', token: '' } }, 'report.token'],
  ])('%j', (options, message) => {
    start({});
    expect(() => createGuard(options)).toThrow(message);
  });
});
