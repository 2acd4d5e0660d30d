import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { AttackerPage } from '@netsentinel/contracts/attacker';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';
import type { AttackerStory } from './attacker-story.ts';

const NOW = Date.now();
const HOUR = 3_600_000;
let h: ApiHarness;
let cookie: string;

beforeAll(async () => {
  h = await startApi();
  cookie = await h.setUp();
  const newest = sampleIncident('i1', NOW, { score: 60 });
  const older = sampleIncident('i2', NOW - 48 * HOUR, { status: 'closed', score: 99, techniques: ['T1595'] });
  const neighbour = sampleIncident('i3', NOW - HOUR, {
    actor: '2001:db8:1:2::/64',
    addresses: ['2001:db8:1:2::9'],
    score: 10,
  });
  await h.state.transaction(async (tx) => {
    for (const one of [newest, older, neighbour]) await tx.putIncident(one);
    await tx.putAction({ ...sampleBlock('a2', newest, NOW), status: 'verified', expiresAt: NOW + HOUR });
    await tx.putAction({ ...sampleBlock('a3', older, NOW), status: 'verified', expiresAt: NOW - 1 });
    await tx.putAction({ ...sampleBlock('a4', newest, NOW), status: 'reverted', expiresAt: NOW + HOUR });
  });
  await h.events.append(
    Array.from({ length: 5 }, (_, n) =>
      eventFixture(n, {
        '@timestamp': new Date(NOW - n * 1000).toISOString(),
        source: { ip: newest.actor, geo: { country_iso_code: n === 0 ? 'FR' : 'DE' }, as: { number: 64_500 } },
        netsentinel: { actor: newest.actor },
      }),
    ),
    [],
  );
});
afterAll(() => h.close());

async function get<T>(path: string, who = cookie): Promise<T> {
  const response = await h.call('GET', `/api/v1/attackers${path}`, { cookie: who });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}

describe('attackers', () => {
  it('are looked into one after another for one account', async () => {
    const waits = Promise.withResolvers<void>();
    const incident = h.state.read.incident.bind(h.state.read);
    const asked: string[] = [];
    const read = vi.spyOn(h.state.read, 'incident').mockImplementation(async (id) => {
      asked.push(id);
      await waits.promise;
      return incident(id);
    });
    const all = Promise.all(Array.from({ length: 3 }, () => get<AttackerStory>('/203.0.113.77')));
    await vi.waitFor(() => expect(asked.length).toBeGreaterThan(1), { timeout: 30_000, interval: 20 });
    // What came before it has been looked at when it is answered.
    await get('');
    expect(asked).toHaveLength(2);
    waits.resolve();
    expect(await all).toHaveLength(3);
    expect(asked).toHaveLength(6);
    read.mockRestore();
  });

  it('are listed by the last time or by score, page by page', async () => {
    const { attackers } = await get<AttackerPage>('');
    expect(attackers).toMatchObject([
      { actor: '203.0.113.77', lastSeen: NOW, score: 99, incidents: 2, open: 1, latest: { id: 'i1' } },
      { actor: '2001:db8:1:2::/64', incidents: 1 },
    ]);
    const first = await get<AttackerPage>('?order=score&limit=1');
    expect(first.attackers).toMatchObject([{ score: 99 }]);
    const second = await get<AttackerPage>(`?order=score&limit=1&after=${encodeURIComponent(first.next!)}`);
    expect(second).toMatchObject({ attackers: [{ actor: '2001:db8:1:2::/64' }] });
    expect(second.next).toBeUndefined();
    for (const after of ['x', `1~' or 1=1`, `99999999999999999999~1.2.3.4`])
      expect((await h.call('GET', `/api/v1/attackers?after=${encodeURIComponent(after)}`, { cookie })).status).toBe(
        400,
      );
  });

  it('are not sent again to who has them', async () => {
    const etag = (await h.call('GET', '/api/v1/attackers', { cookie })).headers.get('etag')!;
    const again = await h.call('GET', '/api/v1/attackers', { cookie, headers: { 'if-none-match': `"x", W/${etag}` } });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const other = await h.call('GET', '/api/v1/attackers?limit=1', { cookie, headers: { 'if-none-match': etag } });
    expect(other.status).toBe(200);
  });
});

describe('an attacker', () => {
  it('is told from all of its incidents, its events, and what holds it', async () => {
    const story = await get<AttackerStory>('/203.0.113.77');
    expect(story).toMatchObject({
      actor: '203.0.113.77',
      lastSeen: NOW,
      firstSeen: NOW - 48 * HOUR - 240_000,
      score: 99,
      isWhole: true,
      incidents: [{ id: 'i1' }, { id: 'i2' }],
      services: [{ protocol: 'ssh' }],
      origins: {
        countries: [
          { code: 'DE', events: 4 },
          { code: 'FR', events: 1 },
        ],
        networks: [{ as: 64_500, events: 5 }],
      },
    });
    expect(story.measures.map(({ id }) => id)).toEqual(['a2']);
    expect(story.techniques).toContain('T1595');
    const root = story.logins.find(({ user }) => user === 'root')!;
    expect(root.passwords).toContain('123456');
    expect(root.accepted).toBe(true);
  });

  it('is found by any address of its network', async () => {
    for (const address of ['2001:db8:1:2::1', '2001:DB8:1:2:3:4:5:6'])
      expect(await get<AttackerStory>(`/${address}`)).toMatchObject({ actor: '2001:db8:1:2::/64', measures: [] });
    for (const address of ['198.51.100.1', '-', 'host:web1', '%00', "x' or 1=1", '203.0.113.077'])
      expect((await h.call('GET', `/api/v1/attackers/${encodeURIComponent(address)}`, { cookie })).status).toBe(404);
  });

  it('keeps what was typed from who may not see recordings', async () => {
    const story = await get<AttackerStory>('/203.0.113.77', await h.signInAs('red-team'));
    expect(story.logins.length).toBeGreaterThan(0);
    expect(JSON.stringify(story)).not.toContain('123456');
  });
});
