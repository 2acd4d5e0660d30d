import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Event } from '@netsentinel/contracts/event';
import type { DecoyDetail } from '@netsentinel/contracts/played-decoy';
import { sampleDecoy, startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { eventFixture } from '@netsentinel/testkit/event-fixtures';
import { sampleIncident } from '@netsentinel/testkit/sample-incidents';
import type { DecoySession } from './decoy-sessions.ts';
import type { DecoyStatistics } from './decoy-statistics.ts';

const NOW = Date.now();
const MINUTE = 60_000;
const ATTACKER = '203.0.113.77';
let h: ApiHarness;
let cookie: string;
let made = 0;

/** One event of a session at the decoy `ssh`, so many minutes ago. */
function seen(
  session: string,
  action: string,
  minutesAgo: number,
  changes: Parameters<typeof eventFixture>[1] = {},
): Event {
  const { event, netsentinel, ...rest } = changes;
  return eventFixture(made++, {
    '@timestamp': new Date(NOW - minutesAgo * MINUTE).toISOString(),
    source: { ip: ATTACKER, port: 4000 },
    ...rest,
    event: { action: `ssh-${action}`, ...event },
    netsentinel: {
      sensor: { id: 'decoys', type: 'decoy-host' },
      decoy: { id: 'ssh', type: 'ssh' },
      session: { id: session },
      actor: ATTACKER,
      ...netsentinel,
    },
  });
}

const login = (session: string, minutesAgo: number, user: string, outcome: 'success' | 'failure'): Event =>
  seen(session, 'login', minutesAgo, { user: { name: user }, event: { outcome } });
const recorded = (id: string, more = {}) => ({
  netsentinel: { recording: { id, format: 'asciicast-v2' as const, ...more } },
});

const FOREIGN = { netsentinel: { sensor: { id: 'tail', type: 'tail' } } };

beforeAll(async () => {
  h = await startApi({
    decoys: () => [{ ...sampleDecoy('ssh', 2222), connections: 1 }, sampleDecoy('quiet', 2223)],
  });
  cookie = await h.setUp();
  await h.state.transaction((tx) => tx.putIncident(sampleIncident('i1', NOW)));
  await h.events.append(
    [
      // A whole visit, with one login of two let in, and a recording.
      seen('decoys~e~1', 'connect', 30),
      login('decoys~e~1', 29, 'root', 'failure'),
      login('decoys~e~1', 28, 'root', 'success'),
      seen('decoys~e~1', 'command', 27),
      seen('decoys~e~1', 'query', 27, { threat: { technique: { id: ['T1059.004'] } } }),
      seen('decoys~e~1', 'disconnect', 20, {
        event: { duration: 10 * MINUTE * 1_000_000 },
        ...recorded('decoys~e~1', { bytes: 4096, duration_ms: 500_000 }),
      }),
      // One that goes on, and is being recorded.
      seen('decoys~e~2', 'connect', 3),
      login('decoys~e~2', 2, 'admin', 'failure'),
      seen('decoys~e~2', 'session', 1, recorded('decoys~e~2')),
      // Somebody else, long ago.
      seen('decoys~e~0', 'connect', 20 * 1440, {
        source: { ip: '198.51.100.9' },
        netsentinel: { actor: '198.51.100.9' },
      }),
      // Another honeypot's log that calls its decoy as ours is called.
      seen('foreign', 'connect', 5, FOREIGN),
      seen('foreign', 'login', 4, { ...FOREIGN, user: { name: 'nobody' }, event: { outcome: 'success' } }),
      seen('foreign', 'disconnect', 3, { netsentinel: { ...FOREIGN.netsentinel, ...recorded('foreign').netsentinel } }),
    ],
    [],
  );
});
afterAll(() => h.close());

async function get<T>(path: string, who = cookie): Promise<T> {
  const response = await h.call('GET', `/api/v1${path}`, { cookie: who });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as T;
}
const statusOf = async (path: string): Promise<number> => (await h.call('GET', `/api/v1${path}`, { cookie })).status;

describe('decoys', () => {
  it('are listed as a scanner finds them and as they do, and single ones with their configuration', async () => {
    const { decoys } = await get<{ decoys: DecoyDetail[] }>('/decoys');
    expect(decoys).toMatchObject([
      {
        id: 'ssh',
        transport: 'tcp',
        port: 2222,
        host: 'srv1',
        service: 'ssh',
        product: 'OpenSSH',
        version: '9.2p1 Debian 2+deb12u10',
        listening: true,
        healthy: true,
        connections: 1,
      },
      { id: 'quiet' },
    ]);
    expect(decoys[0]).not.toHaveProperty('config');
    expect(await get('/decoys/ssh')).toMatchObject({
      id: 'ssh',
      config: { credentials: { accept: [{ user: 'root', password: '***' }] } },
    });
    for (const path of ['', '/statistics', '/sessions']) expect(await statusOf(`/decoys/none${path}`)).toBe(404);
    expect(await statusOf('/decoys/A')).toBe(400);
  });
});

describe('statistics of a decoy', () => {
  it('count what its own events of the last week say', async () => {
    const { from, to, ...figures } = await get<DecoyStatistics>('/decoys/ssh/statistics');
    expect(to - from).toBe(7 * 86_400_000);
    expect(figures).toEqual({
      sessions: 2,
      attackers: 1,
      logins: { tried: 3, accepted: 1 },
      commands: 2,
      accounts: [
        { name: 'root', tries: 2 },
        { name: 'admin', tries: 1 },
      ],
      techniques: [{ id: 'T1059.004', events: 1 }],
      lastTouched: NOW - MINUTE,
      engagement: { sessions: 1, totalMs: 10 * MINUTE, meanMs: 10 * MINUTE },
    });
  });

  it('are of the time that is asked for, and empty where nobody was', async () => {
    const month = await get<DecoyStatistics>(`/decoys/ssh/statistics?from=${NOW - 30 * 86_400_000}`);
    expect(month).toMatchObject({ sessions: 3, attackers: 2 });
    const early = await get<DecoyStatistics>(`/decoys/ssh/statistics?to=${NOW - 25 * MINUTE}`);
    expect(early).toMatchObject({ sessions: 1, engagement: { sessions: 0, totalMs: 0 } });
    expect(early.engagement).not.toHaveProperty('meanMs');
    const quiet = await get<DecoyStatistics>('/decoys/quiet/statistics');
    expect(quiet).toMatchObject({
      sessions: 0,
      attackers: 0,
      logins: { tried: 0, accepted: 0 },
      accounts: [],
      techniques: [],
    });
    expect(quiet).not.toHaveProperty('lastTouched');
    expect(await statusOf(`/decoys/ssh/statistics?from=${NOW}&to=${NOW - 1}`)).toBe(400);
  });
});

describe('sessions of a decoy', () => {
  it('are told newest first, page by page, each with what its events add up to', async () => {
    type Page = { sessions: DecoySession[]; next?: string };
    const first = await get<Page>('/decoys/ssh/sessions?limit=2');
    expect(first.sessions).toEqual([
      {
        id: 'decoys~e~2',
        source: { ip: ATTACKER, port: 4000 },
        started: NOW - 3 * MINUTE,
        logins: 1,
        accepted: 0,
        commands: 0,
        recording: true,
        incident: 'i1',
      },
      {
        id: 'decoys~e~1',
        source: { ip: ATTACKER, port: 4000 },
        started: NOW - 30 * MINUTE,
        ended: NOW - 20 * MINUTE,
        logins: 2,
        accepted: 1,
        commands: 2,
        recording: true,
      },
    ]);
    const second = await get<Page>(`/decoys/ssh/sessions?limit=2&after=${encodeURIComponent(first.next!)}`);
    expect(second.sessions).toMatchObject([{ id: 'decoys~e~0', recording: false, source: { ip: '198.51.100.9' } }]);
    expect(second.sessions[0]).not.toHaveProperty('incident');
    expect(second.next).toBeUndefined();
    expect(await get('/decoys/quiet/sessions')).toEqual({ sessions: [] });
    for (const query of ['after=x', 'limit=0', 'limit=101'])
      expect(await statusOf(`/decoys/ssh/sessions?${query}`)).toBe(400);
  });
});

describe('recordings', () => {
  it('are listed once their sessions are over', async () => {
    const all = await get<{ recordings: unknown[] }>('/recordings');
    expect(all).toEqual({
      recordings: [
        {
          session: 'decoys~e~1',
          decoy: 'ssh',
          source: ATTACKER,
          started: NOW - 30 * MINUTE,
          ended: NOW - 20 * MINUTE,
          bytes: 4096,
          durationMs: 500_000,
        },
      ],
    });
    expect(await get('/recordings?decoy=quiet')).toEqual({ recordings: [] });
    expect(await statusOf('/recordings?after=x')).toBe(400);
  });
});

describe('red teams', () => {
  it('learn nothing of decoys here', async () => {
    const redTeam = await h.signInAs('red-team');
    for (const path of ['/decoys', '/decoys/ssh', '/decoys/ssh/statistics', '/decoys/ssh/sessions', '/recordings'])
      expect((await h.call('GET', `/api/v1${path}`, { cookie: redTeam })).status).toBe(403);
  });
});

describe('sensors', () => {
  it('are listed with what they are, and single ones with the sources behind them', async () => {
    const { sensors } = await get<{ sensors: object[] }>('/sensors');
    expect(sensors).toMatchObject([
      { id: 'tail', healthy: false, events: 5, refused: 1, sources: { read: 2, expected: 1, silent: 1 } },
    ]);
    expect(sensors[0]).not.toHaveProperty('expected');
    expect(await get('/sensors/tail')).toMatchObject({
      problems: ['no right to read /var/log/x'],
      heartbeat: { lastSeen: 1000 },
      expected: [{ name: 'web-1 /var/log/a.log', silentSince: 500 }],
    });
    expect(await statusOf('/sensors/none')).toBe(404);
  });
});

it('tells what can be configured of one, by its type', async () => {
  const schema = await h.call('GET', '/api/v1/decoys/ssh/schema', { cookie });
  expect(await schema.json()).toMatchObject({ type: 'object', properties: { type: { const: 'ssh' } } });
  expect((await h.call('GET', '/api/v1/decoys/nothing/schema', { cookie })).status).toBe(404);
  const redTeam = await h.signInAs('red-team');
  expect((await h.call('GET', '/api/v1/decoys/ssh/schema', { cookie: redTeam })).status).toBe(403);
});
