/** Events over HTTP, from the real store: what is found, what is refused, and what hostile bytes do not get past. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { allPages, eventFixture, HOSTILE_TEXTS, START } from '@netsentinel/testkit/event-fixtures';

/** A text that a reader would not want whole as the name of a group. */
const LONG = `${'é'.repeat(511)}→${'x'.repeat(400)}`;
const EVENTS = Array.from({ length: 60 }, (_, n) =>
  eventFixture(n, {
    network: { protocol: n % 4 === 0 ? 'telnet' : 'ssh' },
    ...(n === 7 ? { event: { duration: 2_000_000_000_000_000 } } : {}),
    ...(n === 8 || n === 9 ? { rule: { name: `${LONG}${n}` }, zeek: { notice: { msg: `${LONG}${n}` } } } : {}),
    ...(n % 2 === 0 ? {} : { threat: { technique: { id: ['T1110', 'T1078'] } } }),
  }),
);
const HOSTILE = HOSTILE_TEXTS.map((text, n) =>
  eventFixture(200 + n, { message: text, user: { name: text.slice(0, 1000) }, event: { dataset: 'hostile' } }),
);

interface Page {
  readonly events: readonly Event[];
  readonly next?: string;
}
let h: ApiHarness;
let cookie: string;

beforeAll(async () => {
  h = await startApi();
  cookie = await h.setUp();
  await h.events.append([...EVENTS, ...HOSTILE], []);
});
afterAll(() => h.close());

function addressOf(path: string, params: Readonly<Record<string, string | number | readonly string[]>>): string {
  const search = new URLSearchParams();
  for (const [name, values] of Object.entries(params))
    for (const value of [values].flat()) search.append(name, String(value));
  return `/api/v1/events${path}?${search.toString()}`;
}
async function ask<T>(path: string, params: Parameters<typeof addressOf>[1]): Promise<T> {
  const response = await h.call('GET', addressOf(path, params), { cookie });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
const list = (params: Parameters<typeof addressOf>[1]): Promise<Page> => ask<Page>('', params);
async function refusal(path: string, params: Parameters<typeof addressOf>[1]): Promise<string> {
  const response = await h.call('GET', addressOf(path, params), { cookie });
  expect(response.status).toBe(400);
  return ((await response.json()) as { detail: string }).detail;
}

describe('a list of events', () => {
  it('goes through all of them, newest first, page by page', async () => {
    const found: Event[] = [];
    let after: string | undefined;
    do {
      const page: Page = await list({ limit: 17, ...(after === undefined ? {} : { after }) });
      expect(page.events.length).toBeLessThanOrEqual(17);
      found.push(...page.events);
      after = page.next;
    } while (after !== undefined);
    expect(found).toEqual([...EVENTS, ...HOSTILE].toReversed());
  });

  it.each<[string, Parameters<typeof addressOf>[1], (event: Event, n: number) => boolean]>([
    ['time', { from: START + 10_000, to: '2026-11-01T00:00:20Z' }, (_, n) => n >= 10 && n < 20],
    ['a value', { filter: 'network.protocol:eq:telnet' }, (_, n) => n % 4 === 0],
    ['its opposite', { filter: '!network.protocol:eq:telnet', to: START + 60_000 }, (_, n) => n % 4 !== 0],
    ['a number', { filter: ['source.port:gte:1070', 'source.port:lt:1075'] }, (_, n) => n >= 46 && n < 51],
    ['a long number', { filter: 'event.duration:gte:1000000000000000' }, (_, n) => n === 7],
    ['the longest number', { filter: 'event.duration:lt:1000000000000000000' }, (_, n) => n === 7],
    ['a list of numbers', { filter: 'source.port:in:["1070",1071]' }, (_, n) => n === 46 || n === 47],
    ['a network', { filter: 'source.ip:cidr:203.0.113.0/29', to: START + 60_000 }, (_, n) => n < 8],
    ['a list', { filter: 'source.ip:in:["203.0.113.3","203.0.113.9"]' }, (_, n) => n === 3 || n === 9],
    ['presence', { filter: 'threat.technique.id:exists' }, (_, n) => n % 2 === 1],
    ['a part, in any case', { filter: 'event.dataset:contains:SENTINEL.S', to: START + 5000 }, (_, n) => n < 5],
    ['words', { words: 'Number 23' }, (_, n) => n === 23],
  ])('is narrowed by %s', async (_, params, meets) => {
    const expected = EVENTS.filter(meets);
    expect(expected.length).toBeGreaterThan(0);
    expect((await list({ ...params, order: 'oldest', limit: 1000 })).events).toEqual(expected);
  });

  it('finds hostile values by themselves, and nothing else by them', async () => {
    for (const event of HOSTILE) {
      const name = event.user!.name!;
      const found = await list({ filter: `user.name:eq:${name}` });
      expect(found.events).toEqual([event]);
    }
    expect(await allPages(h.events, {})).toHaveLength(EVENTS.length + HOSTILE.length);
  });

  it.each<[string, Parameters<typeof addressOf>[1], RegExp]>([
    [
      'a field that is none',
      { filter: ['event.kind:exists', 'src.ip:eq:1'] },
      /^filter\.1: .*no field "src\.ip"; is it .*source|client\.ip/,
    ],
    ['a group', { filter: 'source:exists' }, /filter\.0: an event has no field "source"; is it source\./],
    ['SQL for a field', { filter: `x') OR 1=1 --:eq:1` }, /filter\.0: an event has no field/],
    ['an operator that is none', { filter: 'source.ip:like:%' }, /filter\.0: "like" is none of eq, in/],
    ['no value', { filter: 'source.ip:eq' }, /filter\.0: eq needs a value/],
    ['a value for nothing', { filter: 'source.ip:exists:1' }, /exists takes no value/],
    ['host bits', { filter: 'source.ip:cidr:10.0.0.1/8' }, /is no network such as/],
    ['half a list', { filter: 'source.ip:in:["a"' }, /JSON list/],
    ['objects in a list', { filter: 'source.ip:in:[{"$gt":""}]' }, /JSON list/],
    ['an exponent for a number', { filter: 'source.port:gt:1e3' }, /^filter\.0: "1e3" is no number/],
    ['a sign for a number', { filter: ['event.kind:exists', 'event.duration:gte:+5'] }, /^filter\.1: "\+5" is no/],
    ['a word for a number', { filter: 'source.port:eq:abc' }, /^filter\.0: "abc" is no number/],
    ['nothing for a number', { filter: 'event.duration:lt:' }, /^filter\.0: "" is no number/],
    ['a word among numbers', { filter: 'source.port:in:[22,"ssh"]' }, /^filter\.0: "ssh" is no number/],
    ['a time that is none', { from: 'yesterday' }, /^from: neither/],
    ['a month that is none', { from: '2026-13-01T00:00:00Z' }, /^from: neither/],
    ['a page that is none', { after: 'AAAA' }, /^after: not the `next`/],
    ['a page with SQL in it', { after: Buffer.from(`1.1'; --`).toString('base64url') }, /^after: not the `next`/],
    ['too many a page', { limit: 1001 }, /^limit/],
    ['too many filters', { filter: Array.from({ length: 33 }, () => 'event.kind:exists') }, /^filter/],
    ['a parameter that is none', { sort: 'x' }, /sort/],
  ])('refuses %s and says where', async (_, params, detail) => {
    expect(await refusal('', params)).toMatch(detail);
  });

  it('answers whatever is asked of whatever field, or says what is wrong', async () => {
    const ops = ['eq', 'in', 'prefix', 'contains', 'gt', 'gte', 'lt', 'lte', 'cidr'];
    const values = [
      '',
      '%',
      `'); DROP TABLE events; --`,
      '\0',
      '-999999999999999',
      '[1e308,"\ud800",-0]',
      '0.0.0.0/0',
      '(a+)+$',
    ];
    const wrong: string[] = [];
    for (const field of ['user.name', 'source.port', 'tags', '@timestamp', 'zeek.x-y.z', 'event.id'])
      for (const op of ops)
        for (const value of values) {
          const path = addressOf('/aggregate', { by: field, filter: `!${field}:${op}:${value}`, words: value });
          const { status } = await h.call('GET', path, { cookie });
          if (status !== 200 && status !== 400) wrong.push(`${status} ${path}`);
        }
    expect(wrong).toEqual([]);
    expect(await allPages(h.events, {})).toHaveLength(EVENTS.length + HOSTILE.length);
  });

  it('takes a made-up page as a place in time', async () => {
    const after = Buffer.from(`${START + 2000}.9999999999999999`).toString('base64url');
    expect((await list({ after })).events).toEqual(EVENTS.slice(0, 3).toReversed());
    expect(await list({ after: Buffer.from('-9999999999999999.0').toString('base64url') })).toEqual({ events: [] });
  });
});

describe('one event', () => {
  it('is found by its id alone', async () => {
    const { id } = EVENTS[7]!.event;
    const found = await h.call('GET', `/api/v1/events/${encodeURIComponent(id)}`, { cookie });
    expect([found.status, await found.json()]).toEqual([200, EVENTS[7]]);
    for (const other of ['none', `${id}' OR 1=1`, '%00', '..%2f..%2fetc'])
      expect((await h.call('GET', `/api/v1/events/${other}`, { cookie })).status).toBe(404);
  });
});

describe('counts', () => {
  it('are of one field, of two, and over time', async () => {
    const to = START + 60_000;
    expect(await ask('/aggregate', { by: 'network.protocol', to })).toEqual({
      by: ['network.protocol'],
      groups: [
        { keys: ['ssh'], count: 45 },
        { keys: ['telnet'], count: 15 },
      ],
    });
    const two = await ask('/aggregate', { by: ['network.protocol', 'threat.technique.id'], top: 1, to });
    expect(two).toMatchObject({ groups: [{ keys: ['ssh', 'T1078'], count: 30 }] });
    const byTime = { by: 'network.protocol', interval: '30s', from: START, to, filter: 'network.protocol:eq:ssh' };
    expect(await ask('/aggregate', byTime)).toEqual({
      by: ['network.protocol', 'time'],
      intervalMs: 30_000,
      groups: [
        { keys: ['ssh', START], count: 22 },
        { keys: ['ssh', START + 30_000], count: 23 },
      ],
    });
  });

  it.each(['rule.name', 'zeek.notice.msg'])('are by the first 512 characters of a value of %s', async (by) => {
    expect(await ask('/aggregate', { by, filter: `${by}:exists` })).toEqual({
      by: [by],
      groups: [{ keys: [LONG.slice(0, 512)], count: 2 }],
    });
  });

  it.each<[string, Parameters<typeof addressOf>[1], RegExp]>([
    ['nothing to count by', {}, /^by: /],
    ['a field that is none', { by: 'count(*)' }, /^by/],
    ['three fields', { by: ['event.kind', 'event.action', 'source.ip'] }, /^by/],
    ['an interval of all time', { interval: '1h' }, /^interval: .*`from` and `to`/],
    ['more intervals than anybody looks at', { interval: '1s', from: START, to: START + 2_001_000 }, /more than 2000/],
    ['all of time by the second', { interval: '1s', from: 0, to: 999_999_999_999_999 }, /more than 2000/],
    ['more groups than anybody looks at', { by: ['event.id', 'source.ip'], top: 1000 }, /^top: .*more than 20000/],
    ['time that runs backwards', { interval: '1h', from: START, to: START - 1 }, /^to: /],
  ])('refuse %s', async (_, params, detail) => {
    expect(await refusal('/aggregate', params)).toMatch(detail);
  });
});

describe('who may', () => {
  it('is who may see what was captured', async () => {
    const redTeam = await h.signInAs('red-team');
    for (const path of ['', '/x', '/aggregate?by=source.ip', '/export?format=csv'])
      expect((await h.call('GET', `/api/v1/events${path}`, { cookie: redTeam })).status).toBe(403);
  });
});
