/** The list as programs with a key meet it, over the real API server. */
import type { Action, ActionStatus } from '@netsentinel/contracts/action';
import { ManualClock } from '@netsentinel/kernel/clock';
import { parseNetwork } from '@netsentinel/kernel/address';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { settingsOnly } from '@netsentinel/testkit/settings-only';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BlockList } from './block-list.ts';
import { Bouncers } from './bouncers.ts';
import { goDuration } from './go-duration.ts';
import { inPieces } from './long-answers.ts';
import { keyOf } from './who-asks.ts';

const NOW = Date.UTC(2026, 10, 21, 10);
const HOUR = 3_600_000;

let ids = 0;
function actionOf(target: string, change: Partial<Action> = {}): Action {
  ids += 1;
  return {
    id: `act-${ids.toString(16).padStart(16, '0')}`,
    incident: 'inc-1',
    actor: target,
    kind: 'block',
    target,
    responder: 'nftables',
    reason: 'score 70: SSH break-in',
    status: 'verified',
    createdAt: NOW,
    expiresAt: NOW + HOUR,
    updatedAt: NOW,
    ...change,
  };
}

describe('the list', () => {
  let clock: ManualClock;
  let list: BlockList;
  beforeEach(() => {
    clock = new ManualClock(NOW);
    list = new BlockList(clock);
  });
  const names = (): string[] => [...list.all()].map((entry) => entry.text);

  it.each<[ActionStatus, boolean]>([
    ['planned', false],
    ['simulated', true],
    ['applied', true],
    ['verified', true],
    ['refused', false],
    ['failed', false],
    ['expired', false],
    ['reverted', false],
  ])('of an action that is %s: listed %s', (status, listed) => {
    list.take(actionOf('198.51.100.7', { status }));
    expect(names()).toEqual(listed ? ['198.51.100.7'] : []);
  });

  it('holds blocks alone: who is redirected or slowed here is to be let in elsewhere', () => {
    for (const measure of ['isolate', 'tarpit', 'redirect', 'rate-limit', 'mirror'] as const)
      list.take(actionOf('198.51.100.7', { measure }));
    list.take(actionOf('198.51.100.9', { measure: 'redirect', status: 'expired' }));
    expect(list.since(undefined)).toMatchObject({ added: [], ended: [] });
    const block = actionOf('198.51.100.7', { measure: 'block' });
    list.take(block);
    expect(names()).toEqual(['198.51.100.7']);
    list.take(actionOf('198.51.100.7', { measure: 'redirect', expiresAt: NOW + 2 * HOUR }));
    expect(list.get('198.51.100.7')?.until).toBe(NOW + HOUR);
  });

  it('holds a network as long as any block of it', () => {
    const first = actionOf('198.51.100.7');
    const renewed = actionOf('198.51.100.7', { expiresAt: NOW + 2 * HOUR });
    list.take(first);
    list.take(renewed);
    list.take({ ...first, status: 'reverted' });
    expect(list.get('198.51.100.7')?.until).toBe(NOW + 2 * HOUR);
    list.take({ ...renewed, status: 'reverted' });
    expect(names()).toEqual([]);
  });

  it('lets an entry end by itself, and tells it as ended', () => {
    list.take(actionOf('198.51.100.7'));
    list.take(actionOf('198.51.100.8', { expiresAt: NOW + 2 * HOUR }));
    const { cursor } = list.since(undefined);
    clock.advance(HOUR);
    expect(names()).toEqual(['198.51.100.8']);
    expect(list.since(cursor)).toMatchObject({ added: [], ended: [{ text: '198.51.100.7' }] });
    list.take(actionOf('198.51.100.7', { expiresAt: clock.now() + HOUR }));
    expect(list.since(cursor)).toMatchObject({ added: [{ text: '198.51.100.7' }], ended: [] });
  });

  it('tells everything to whoever has been away too long, and keeps no more than it must', () => {
    const { cursor } = list.since(undefined);
    const again = actionOf('198.51.100.7');
    for (let i = 0; i < 70_000; i++) {
      list.take(again);
      list.take({ ...again, status: 'reverted' });
    }
    list.take(actionOf('198.51.100.9'));
    const changes = list.since(cursor);
    expect(changes.added.map(({ text }) => text)).toEqual(['198.51.100.9']);
    expect(changes.ended.map(({ text }) => text)).toEqual(['198.51.100.7']);
    expect(list.since(changes.cursor)).toMatchObject({ added: [], ended: [] });
  });

  it('forgets after a day what has ended', () => {
    list.take(actionOf('198.51.100.7', { status: 'expired', expiresAt: NOW - 1 }));
    expect(list.since(undefined).ended).toHaveLength(1);
    list.take(actionOf('198.51.100.8', { expiresAt: NOW + 25 * HOUR }));
    clock.advance(26 * HOUR);
    expect(list.since(undefined).ended.map(({ text }) => text)).toEqual(['198.51.100.8']);
  });

  it('finds what an address lies in, and what lies in a network', () => {
    for (const text of ['198.51.100.0/24', '198.51.100.7', '198.51.100.8', '2001:db8::/64', '2001:db8::5'])
      list.take(actionOf(text));
    const containing = (text: string): string[] => list.containing(parseNetwork(text)!).map((entry) => entry.text);
    expect(containing('198.51.100.7').toSorted()).toEqual(['198.51.100.0/24', '198.51.100.7']);
    expect(containing('2001:db8::6')).toEqual(['2001:db8::/64']);
    expect(containing('198.51.0.0/16')).toEqual([]);
    expect(list.within(parseNetwork('198.51.0.0/16')!)).toHaveLength(3);
    expect(list.within(parseNetwork('2001:db8::5')!)).toHaveLength(1);
  });

  it('gives a block the same number after a restart', () => {
    const action = actionOf('198.51.100.7');
    list.take(action);
    const other = new BlockList(clock);
    other.seed([action]);
    expect(other.get('198.51.100.7')?.id).toBe(list.get('198.51.100.7')?.id);
    expect(Number.isSafeInteger(list.get('198.51.100.7')?.id)).toBe(true);
  });
});

describe('bouncers', () => {
  it('keeps the hash of a key only, and what it remembers of pulls', async () => {
    const clock = new ManualClock(NOW);
    const state = settingsOnly();
    const bouncers = new Bouncers(state, clock);
    const key = await bouncers.add('edge');
    expect(await state.read.setting('bouncers')).not.toContain(key);
    await expect(bouncers.add('edge')).rejects.toMatchObject({ code: 'BOUNCER_EXISTS' });
    const found = (await bouncers.check(key))!;
    expect(found.name).toBe('edge');
    expect(await bouncers.check(`${key}x`)).toBeUndefined();
    expect(await bouncers.check('x'.repeat(300))).toBeUndefined();
    await bouncers.pulled(found, 'fw/1.0', '192.0.2.1');
    expect(await bouncers.list()).toEqual([
      { name: 'edge', createdAt: NOW, lastPullAt: NOW, agent: 'fw/1.0', address: '192.0.2.1' },
    ]);
    // Machines that share a key do not have it written each time that another one asks.
    await bouncers.pulled((await bouncers.check(key))!, 'fw/1.0', '192.0.2.2');
    expect(await bouncers.list()).toMatchObject([{ address: '192.0.2.1' }]);
    expect(await bouncers.remove('edge')).toBe(true);
    expect(await bouncers.remove('edge')).toBe(false);
    expect(await bouncers.check(key)).toBeUndefined();
  });

  it.each([
    [{ 'x-api-key': 'k' }, 'k'],
    [{ authorization: 'Bearer k' }, 'k'],
    [{ authorization: `Basic ${btoa('any:k:1')}` }, 'k:1'],
    [{ authorization: 'Digest k' }, undefined],
    [{ authorization: 'k' }, undefined],
    [{}, undefined],
  ])('reads the key from %o', (headers, key) => expect(keyOf({ headers })).toBe(key));
});

describe('lengths of time in Go’s words', () => {
  it.each([
    [0, '0s'],
    [1, '1ms'],
    [-1, '-1ms'],
    [1500, '1.5s'],
    [60_000, '1m0s'],
    [3_599_999, '59m59.999s'],
    [14_399_500, '3h59m59.5s'],
    [-3_600_000, '-1h0m0s'],
    [200 * HOUR, '200h0m0s'],
  ])('%i ms: %s', (ms, text) => expect(goDuration(ms)).toBe(text));
});

describe('over HTTP', () => {
  let clock: ManualClock;
  let list: BlockList;
  let bouncers: Bouncers;
  let api: ApiHarness;
  let key: string;
  const start = async (mode: 'off' | 'simulate' | 'enforce'): Promise<void> => {
    clock = new ManualClock(NOW);
    list = new BlockList(clock);
    bouncers = new Bouncers(settingsOnly(), clock);
    key = await bouncers.add('edge');
    api = await startApi({ clock, blocklist: { mode, list, bouncers } });
  };
  const get = (path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Response> =>
    api.call(method, path, { origin: null, headers: { 'x-api-key': key, ...headers } });
  const json = async (path: string): Promise<unknown> => (await get(path)).json();
  beforeEach(() => start('enforce'));
  afterEach(() => api.close());

  it('needs a key', async () => {
    for (const path of ['/api/v1/blocklist', '/api/v1/blocklist.txt', '/v1/decisions', '/v1/decisions/stream']) {
      const response = await get(path, { 'x-api-key': 'wrong' });
      expect(response.status).toBe(403);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    }
    expect(await (await get('/v1/decisions', { 'x-api-key': '' })).json()).toEqual({ message: 'access forbidden' });
    expect((await get('/api/v1/incidents')).status).toBe(401);
    await bouncers.remove('edge');
    expect((await get('/api/v1/blocklist')).status).toBe(403);
  });

  it('remembers who came', async () => {
    await get('/api/v1/blocklist.txt', { 'user-agent': 'pf/1' });
    expect(await bouncers.list()).toMatchObject([
      { name: 'edge', lastPullAt: NOW, agent: 'pf/1', address: '127.0.0.1' },
    ]);
  });

  it('lists a network a line, and says so when nothing changed', async () => {
    list.take(actionOf('198.51.100.7'));
    list.take(actionOf('2001:db8::/64'));
    const first = await get('/api/v1/blocklist.txt');
    expect(first.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await first.text()).toBe('198.51.100.7\n2001:db8::/64\n');
    const etag = first.headers.get('etag')!;
    const again = await get('/api/v1/blocklist.txt', { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    expect(await (await get('/api/v1/blocklist.txt?family=6', { 'if-none-match': etag })).text()).toBe(
      '2001:db8::/64\n',
    );
    clock.advance(HOUR);
    const later = await get('/api/v1/blocklist.txt', { 'if-none-match': etag });
    expect([later.status, await later.text()]).toEqual([200, '']);
    expect((await get('/api/v1/blocklist.txt?family=5')).status).toBe(400);
  });

  it('lists as JSON what each is for', async () => {
    list.take(actionOf('198.51.100.7'));
    expect(await json('/api/v1/blocklist')).toEqual({
      mode: 'enforce',
      blocks: [
        {
          network: '198.51.100.7',
          until: '2026-11-21T11:00:00.000Z',
          reason: 'score 70: SSH break-in',
          incident: 'inc-1',
        },
      ],
    });
  });

  it('streams decisions: all at the start, then what is new and what has ended', async () => {
    const first = actionOf('198.51.100.7');
    list.take(first);
    list.take(actionOf('203.0.113.0/24'));
    expect(await json('/v1/decisions/stream?startup=true')).toMatchObject({
      new: [
        { scope: 'Ip', value: '198.51.100.7', type: 'ban', origin: 'netsentinel', duration: '1h0m0s' },
        { scope: 'Range', value: '203.0.113.0/24', scenario: 'score 70: SSH break-in' },
      ],
      deleted: null,
    });
    expect(await json('/v1/decisions/stream?startup=false')).toEqual({ new: null, deleted: null });
    list.take({ ...first, status: 'reverted' });
    list.take(actionOf('2001:db8::/64'));
    // A question with HEAD takes nothing away from the next.
    expect((await get('/v1/decisions/stream', {}, 'HEAD')).status).toBe(200);
    expect(await json('/v1/decisions/stream')).toMatchObject({
      new: [{ value: '2001:db8::/64' }],
      deleted: [{ value: '198.51.100.7', duration: '-1ms' }],
    });
    expect(await json('/v1/decisions/stream')).toEqual({ new: null, deleted: null });
  });

  it('filters as it is asked to', async () => {
    list.take(actionOf('198.51.100.7'));
    list.take(actionOf('203.0.113.0/24', { reason: 'Login to a decoy' }));
    const values = async (query: string): Promise<string[]> => {
      const found = (await json(`/v1/decisions?${query}`)) as { value: string }[] | null;
      return (found ?? []).map(({ value }) => value);
    };
    expect(await values('')).toEqual(['198.51.100.7', '203.0.113.0/24']);
    expect(await values('limit=1')).toEqual(['198.51.100.7']);
    expect(await values('scopes=range,username')).toEqual(['203.0.113.0/24']);
    expect(await values('scope=ip')).toEqual(['198.51.100.7']);
    expect(await values('scope=Country&value=DE')).toEqual([]);
    expect(await values('ip=203.0.113.9')).toEqual(['203.0.113.0/24']);
    expect(await values('scope=Ip&value=198.51.100.7')).toEqual(['198.51.100.7']);
    expect(await values('value=somebody')).toEqual([]);
    expect(await values('range=203.0.113.0/25')).toEqual(['203.0.113.0/24']);
    expect(await values('range=203.0.0.0/16&contains=false')).toEqual(['203.0.113.0/24']);
    expect(await values('type=captcha')).toEqual([]);
    expect(await values('origins=crowdsec')).toEqual([]);
    expect(await values('origins=crowdsec,netsentinel&scenarios_containing=decoy')).toEqual(['203.0.113.0/24']);
    expect(await values('scenarios_not_containing=decoy')).toEqual(['198.51.100.7']);
    // A parameter without a value asks for nothing.
    expect(await values('scenarios_not_containing=&origins=&scopes=')).toEqual(['198.51.100.7', '203.0.113.0/24']);
    expect((await get(`/v1/decisions?scenarios_containing=${'a,'.repeat(33)}`)).status).toBe(400);
    expect(await (await get('/v1/decisions?ip=192.0.2.1')).text()).toBe('null');
    expect((await get('/v1/decisions?ip=nobody')).status).toBe(400);
    expect((await get('/v1/decisions?contains=maybe')).status).toBe(400);
    expect((await get('/v1/decisions', {}, 'HEAD')).status).toBe(200);
  });

  it('takes the metrics that bouncers insist on', async () => {
    const response = await api.call('POST', '/v1/usage-metrics', {
      origin: null,
      headers: { 'x-api-key': key },
      body: { remediation_components: [] },
    });
    expect(response.status).toBe(201);
  });

  it('tells of no block while it simulates, and takes back what was told before', async () => {
    await api.close();
    await start('simulate');
    list.take(actionOf('198.51.100.7'));
    expect(await json('/api/v1/blocklist')).toEqual({ mode: 'simulate', blocks: [] });
    expect(await json('/v1/decisions')).toBe(null);
    expect(await json('/v1/decisions?ip=198.51.100.7')).toBe(null);
    expect(await json('/v1/decisions?range=198.51.100.0/24&contains=false')).toBe(null);
    expect(await json('/v1/decisions/stream')).toMatchObject({ new: null, deleted: [{ value: '198.51.100.7' }] });
    expect(await json('/v1/decisions/stream')).toEqual({ new: null, deleted: null });
  });

  it('is not there when it is off', async () => {
    await api.close();
    await start('off');
    expect((await get('/v1/decisions')).status).toBe(404);
    expect((await get('/api/v1/blocklist')).status).toBe(401);
  });

  it('makes a long answer once for all who ask, and anew after a while', async () => {
    for (let i = 0; i < 5_000; i++) list.take(actionOf(`100.64.${i >> 8}.${i & 255}`));
    const made = vi.spyOn(list, 'since');
    const all = vi.spyOn(list, 'all');
    const startup = '/v1/decisions/stream?startup=true';
    for (const path of [startup, '/v1/decisions', '/api/v1/blocklist', '/api/v1/blocklist.txt'])
      await Promise.all(Array.from({ length: 20 }, () => get(path)));
    expect([made.mock.calls.length, all.mock.calls.length]).toEqual([1, 3]);
    list.take(actionOf('198.51.100.7'));
    expect(((await json(startup)) as { new: unknown[] }).new).toHaveLength(5_000);
    // Nothing is lost by that: the next question is answered from there on.
    expect(await json('/v1/decisions/stream')).toMatchObject({ new: [{ value: '198.51.100.7' }] });
    clock.advance(1_000);
    expect(((await json(startup)) as { new: unknown[] }).new).toHaveLength(5_001);
    expect((await (await get('/api/v1/blocklist.txt')).text()).split('\n')).toHaveLength(5_002);
  });

  it('leaves turns to others while it makes a long answer', async () => {
    for (let i = 0; i < 20_000; i++) list.take(actionOf(`100.64.${i >> 8}.${i & 255}`));
    let turns = 0;
    let isDone = false;
    const turn = (): void => {
      turns++;
      if (!isDone) setImmediate(turn);
    };
    const asked = inPieces([...list.all()], ({ text }) => text).finally(() => (isDone = true));
    turn();
    expect((await asked).count).toBe(20_000);
    expect(turns).toBeGreaterThan(10);
  });

  it('serves a hundred thousand at once', async () => {
    for (let i = 0; i < 100_000; i++) list.take(actionOf(`100.${64 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`));
    expect((await (await get('/api/v1/blocklist.txt')).text()).split('\n')).toHaveLength(100_001);
    expect(((await json('/v1/decisions/stream?startup=true')) as { new: unknown[] }).new).toHaveLength(100_000);
  });
});
