/** The live channel with the client that the console uses: who gets in, what arrives, and what a slow or lost client costs. */
import { setTimeout as pause } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Action } from '@netsentinel/contracts/action';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { Event } from '@netsentinel/contracts/event';
import type { ClientToServer, Heard, JoinReply, ServerToClient } from '@netsentinel/contracts/live';
import { ROOM_PERMISSIONS, type LiveRoom } from '@netsentinel/contracts/live-rooms';
import type { Role } from '@netsentinel/contracts/permission';
import { ManualClock } from '@netsentinel/kernel/clock';
import { startApi, type ApiHarness } from '@netsentinel/testkit/api-harness';
import { summaryOf } from '@netsentinel/contracts/incident';
import { sampleBlock, sampleIncident } from '@netsentinel/testkit/sample-incidents';

type Client = Socket<ServerToClient, ClientToServer>;
type Reply = Parameters<Parameters<ClientToServer['watch']>[1]>[0];

let clock: ManualClock;
let h: ApiHarness;
let cookie: string;
let clients: Client[];

beforeEach(async () => {
  clock = new ManualClock();
  clients = [];
  h = await startApi({ clock });
  cookie = await h.setUp();
});
afterEach(async () => {
  for (const client of clients) client.disconnect();
  await h.close();
});

function open(headers: Readonly<Record<string, string>> = { cookie, origin: h.url }): Client {
  const client: Client = io(h.url, {
    path: '/live',
    transports: ['websocket'],
    extraHeaders: { ...headers },
    reconnection: false,
    forceNew: true,
  });
  clients.push(client);
  return client;
}

const ROOMS = Object.keys(ROOM_PERMISSIONS) as LiveRoom[];

const join = (client: Client, room: LiveRoom, heard: Heard | null = null): Promise<JoinReply> =>
  new Promise((resolve) => client.emit('join', room, heard, resolve));

/** One that has joined all that it may. */
async function opened(as: string = cookie): Promise<Client> {
  const client = open({ cookie: as, origin: h.url });
  await new Promise((resolve) => client.once('connect', () => resolve(undefined)));
  for (const room of ROOMS) await join(client, room);
  return client;
}

/** As a broken network does it: the server hears of it, the client's own code does not ask for it. */
async function cutOff(client: Client): Promise<void> {
  const gone = new Promise((resolve) => client.once('disconnect', resolve));
  client.io.engine.close();
  await gone;
}

const watch = (client: Client, session: string): Promise<Reply> =>
  new Promise((resolve) => client.emit('watch', session, resolve));
/** Everything that was sent to this client before has arrived when this resolves. */
const settled = (client: Client): Promise<Reply> => watch(client, '');

describe('admission', () => {
  it('is for signed-in consoles of ours', async () => {
    const client = open();
    await new Promise((resolve) => client.once('connect', () => resolve(undefined)));
    const strangers: Record<string, string>[] = [
      { origin: h.url },
      { cookie, origin: 'https://evil.example' },
      { cookie, origin: 'null' },
      { cookie: 'netsentinel-session=x', origin: h.url },
      { cookie },
    ];
    for (const headers of strangers) {
      const refused = open(headers);
      const outcome = await new Promise((resolve) => {
        refused.once('connect', () => resolve('connected'));
        refused.once('connect_error', () => resolve('refused'));
      });
      expect([headers, outcome]).toEqual([headers, 'refused']);
    }
  });

  it('is for roles that may hear something, and each hears what it may', async () => {
    const as = async (role: Role): Promise<Client> => open({ cookie: await h.signInAs(role), origin: h.url });
    const outcome = async (client: Client): Promise<string> =>
      new Promise((resolve) => {
        client.once('connect', () => resolve('connected'));
        client.once('connect_error', () => resolve('refused'));
      });
    expect(await outcome(await as('sensor'))).toBe('refused');
    const tester = await as('red-team');
    expect(await outcome(tester)).toBe('connected');
    const heard: string[] = [];
    tester.on('incident', ({ id }) => heard.push(id));
    await join(tester, 'incidents');
    expect(await watch(tester, 'ssh~1')).toMatchObject({ ok: false, error: 'your role may not see recordings' });
    h.api.live.incident(summaryOf(sampleIncident('i1', 1)));
    clock.advance(100);
    await settled(tester);
    expect(heard).toEqual(['i1']);
  });

  it('ends with the account, or with its role', async () => {
    const analyst = await opened(await h.signInAs('analyst'));
    const gone = new Promise((resolve) => analyst.once('disconnect', resolve));
    // The role that it has is no other.
    await h.call('PATCH', '/api/v1/users/a-analyst', { cookie, body: { role: 'analyst' } });
    await settled(analyst);
    expect(analyst.connected).toBe(true);
    const changed = await h.call('PATCH', '/api/v1/users/a-analyst', { cookie, body: { role: 'sensor' } });
    expect(changed.status).toBe(200);
    expect(await gone).toBe('transport close');
  });

  it('leaves its path to the page of its name', async () => {
    expect((await h.call('GET', '/live/', { cookie })).status).not.toBe(400);
  });

  it('takes no long polling', async () => {
    const response = await h.call('GET', '/live/?EIO=4&transport=polling', { cookie });
    expect(response.status).toBe(400);
  });

  it('ends with the session: at once on sign-out, soon after it idles out', async () => {
    const client = await opened();
    const gone = new Promise((resolve) => client.once('disconnect', resolve));
    await h.call('DELETE', '/api/v1/session', { cookie });
    await gone;

    const again = await h.call('POST', '/api/v1/session', {
      body: { name: 'admin', password: 'correct horse battery' },
    });
    cookie = again.headers.getSetCookie()[0]!.split(';')[0]!;
    const idle = await opened();
    const goneToo = new Promise((resolve) => idle.once('disconnect', resolve));
    clock.advance(30_000);
    await settled(idle);
    expect(idle.connected).toBe(true);
    clock.advance(12 * 3_600_000);
    await goneToo;
  });
});

describe('what arrives', () => {
  it('is the latest of an incident that changed often', async () => {
    const client = await opened();
    const seen: IncidentSummary[] = [];
    client.on('incident', (incident) => seen.push(incident));
    for (let version = 1; version <= 50; version++)
      h.api.live.incident(summaryOf(sampleIncident('i1', 0, { version })));
    h.api.live.incident(summaryOf(sampleIncident('i2', 0)));
    await settled(client);
    const sent = (): unknown => seen.map((i) => [i.id, i.version]);
    // The first at once, and of what follows within a moment the last.
    const first = [
      ['i1', 1],
      ['i2', 1],
    ];
    expect(sent()).toEqual(first);
    clock.advance(25);
    await settled(client);
    expect(sent()).toEqual([...first, ['i1', 50]]);
    h.api.live.incident(summaryOf(sampleIncident('i1', 0, { version: 51 })));
    clock.advance(25);
    clock.advance(25);
    h.api.live.incident(summaryOf(sampleIncident('i1', 0, { version: 52 })));
    await settled(client);
    expect(sent()).toEqual([...first, ['i1', 50], ['i1', 51], ['i1', 52]]);
  });

  it('is every action, in order', async () => {
    const client = await opened();
    const seen: Action[] = [];
    client.on('action', (action) => seen.push(action));
    const incident = sampleIncident('i1', 0);
    for (const status of ['planned', 'applied', 'verified'] as const)
      h.api.live.action(sampleBlock('a', incident, 0, { status }));
    await settled(client);
    expect(seen.map((a) => a.status)).toEqual(['planned', 'applied', 'verified']);
  });

  it('is what people do about incidents', async () => {
    const client = await opened();
    const seen: unknown[] = [];
    client.on('work', (work) => seen.push(work));
    const news = { incident: 'i1', status: 'in-work', assignee: 'ada', version: 3 } as const;
    h.api.live.work(news);
    await settled(client);
    expect(seen).toEqual([news]);
  });

  it('is the status soon after actions, once for many', async () => {
    const client = await opened();
    let seen = 0;
    client.on('status', () => seen++);
    const incident = sampleIncident('i1', 0);
    for (const id of ['a', 'b', 'c']) h.api.live.action(sampleBlock(id, incident, 0, { status: 'verified' }));
    await settled(client);
    expect(seen).toBe(0);
    clock.advance(100);
    await settled(client);
    clock.advance(100);
    await settled(client);
    expect(seen).toBe(1);
  });

  it('is the status, once a second', async () => {
    const client = await opened();
    let seen = 0;
    client.on('status', () => seen++);
    for (let i = 0; i < 3; i++) {
      clock.advance(1_000);
      await settled(client);
    }
    expect(seen).toBe(3);
  });
});

describe('a watched terminal', () => {
  it('continues where its recording ends, whole at any byte', async () => {
    const client = await opened();
    const text = '{"version":2}\n[0.1,"o","€ 🧨"]\n';
    const bytes = Buffer.from(text);
    const writer = await h.blobs.openRecording('ssh~1');
    await writer.append(bytes.subarray(0, 25));
    const reply = await watch(client, 'ssh~1');
    let got = reply.text;
    let next = reply.offset;
    client.on('terminal', (piece) => {
      expect(piece.offset).toBe(next);
      next = piece.end;
      got += piece.text;
    });
    // Where the watch began inside a character, the first piece shows a gap, and the client asks again.
    const from = reply.offset;
    expect(from).toBeLessThanOrEqual(25);
    for (let at = from; at < bytes.length; at++) h.api.live.terminal('ssh~1', at, bytes.subarray(at, at + 1));
    h.api.live.terminal('ssh~other', 0, Buffer.from('not mine'));
    await settled(client);
    expect([got, next]).toEqual([text, bytes.length]);
    await writer.close();
  });

  it('is at most four at once, by proper names', async () => {
    const client = await opened();
    for (const id of ['a', 'b', 'c', 'd', 'd'])
      expect(await watch(client, id)).toEqual({ ok: true, offset: 0, text: '' });
    expect(await watch(client, 'e')).toMatchObject({ ok: false, error: 'at most 4 sessions at once' });
    client.emit('unwatch', 'a');
    client.emit('unwatch', 7 as unknown as string);
    expect((await watch(client, 'e')).ok).toBe(true);
    for (const bad of ['../state.db', 'x'.repeat(129), 7, null, {}])
      expect(await watch(client, bad as string)).toMatchObject({ ok: false, error: 'no such session' });
    client.emit('watch', 'a', 'no function' as never);
    expect((await settled(client)).ok).toBe(false);
  });

  it('says so when its recording cannot be read', async () => {
    const client = await opened();
    vi.spyOn(h.blobs, 'readRecording').mockRejectedValueOnce(new Error('disk'));
    expect(await watch(client, 'a')).toMatchObject({ ok: false, error: 'the recording cannot be read' });
  });

  it('is read for few at once', async () => {
    const [one, two] = [await opened(), await opened()];
    const release: (() => void)[] = [];
    vi.spyOn(h.blobs, 'readRecording').mockImplementation(
      () => new Promise((resolve) => release.push(() => resolve(Buffer.from('x')))),
    );
    const reads = ['a', 'b', 'c', 'd'].map((id) => watch(one, id));
    await vi.waitFor(() => expect(release).toHaveLength(4));
    expect(await watch(two, 'a')).toMatchObject({ ok: false, error: 'busy' });
    for (const go of release) go();
    expect((await Promise.all(reads)).map((r) => r.ok)).toEqual([true, true, true, true]);
  });
});

describe('rooms', () => {
  it('are for the roles that may hear them, each by itself', async () => {
    const all = ROOMS.map((room) => [room, true]);
    const of = (...rooms: LiveRoom[]): unknown => ROOMS.map((room) => [room, rooms.includes(room)]);
    const expected: Record<Exclude<Role, 'sensor'>, unknown> = {
      admin: all,
      analyst: all,
      'read-only': all,
      // What attackers typed and presented is not a red team's to see.
      'red-team': of('incidents', 'actions', 'system', 'metrics', 'anomalies'),
    };
    for (const role of Object.keys(expected) as (keyof typeof expected)[]) {
      const client = open({ cookie: await h.signInAs(role), origin: h.url });
      const told: [LiveRoom, boolean][] = [];
      for (const room of ROOMS) told.push([room, (await join(client, room)).ok]);
      expect([role, told]).toEqual([role, expected[role]]);
      const heard: string[] = [];
      client.onAny((name: string) => heard.push(name));
      publishAll();
      await settled(client);
      expect([role, heard.includes('event') || heard.includes('session')]).toEqual([role, role !== 'red-team']);
    }
  });

  it('are silent until they are joined, and after they are left', async () => {
    const client = open();
    const heard: string[] = [];
    client.onAny((name: string) => heard.push(name));
    await settled(client);
    publishAll();
    clock.advance(1_000);
    await settled(client);
    expect(heard).toEqual([]);
    for (const room of ROOMS) await join(client, room);
    publishAll();
    clock.advance(1_000);
    await settled(client);
    expect(new Set(heard)).toEqual(
      new Set(['status', 'incident', 'work', 'action', 'event', 'session', 'anomaly', 'metrics']),
    );
    for (const room of ROOMS) client.emit('leave', room);
    await settled(client);
    heard.length = 0;
    publishAll();
    clock.advance(1_000);
    await settled(client);
    expect(heard).toEqual([]);
  });

  it('of other names are none', async () => {
    const client = await opened();
    for (const bad of ['toString', '__proto__', 'terminal:ssh~1', client.id, 7, null, {}])
      expect(await join(client, bad as LiveRoom)).toEqual({ ok: false, error: 'there is no such room' });
    client.emit('join', 'incidents', null, 'no function' as never);
    for (const bad of [7, 'x', {}, { epoch: 7, offset: 1 }, { epoch: 'x', offset: -1 }, { epoch: 'x', offset: 1.5 }])
      expect(await join(client, 'incidents', bad as Heard)).toMatchObject({ ok: true, kept: { resumed: false } });
  });

  it('tell the figures each second, visits as they begin and end, and what behaviours found', async () => {
    const client = await opened();
    const told: unknown[] = [];
    for (const name of ['metrics', 'session', 'anomaly', 'event'] as const)
      client.on(name, (body: unknown) => told.push([name, body]));
    publishAll();
    clock.advance(1_000);
    await settled(client);
    expect(told).toMatchObject([
      ['event', { id: 'e1', action: 'ssh-connect', address: '203.0.113.7', decoy: 'ssh-1', sensor: 'decoys' }],
      ['session', { id: 's1', what: 'begun', decoy: 'ssh-1', type: 'ssh', address: '203.0.113.7' }],
      ['anomaly', { id: 'port-scan~e1', summary: 'knocked at 400 ports' }],
      ['metrics', { eventsTotal: 12_345, eventsPerSecond: 42, openIncidents: 3, decoyConnections: 1 }],
    ]);
    expect(told[2]).not.toHaveProperty([1, 'evidence']);
  });
});

describe('resuming', () => {
  it('gives what was missed in order and once, of each kept room', async () => {
    const first = await opened();
    let heard: Heard | undefined;
    const seen: string[] = [];
    first.on('incident', ({ id }, offset) => {
      seen.push(id);
      heard = { ...heard!, offset };
    });
    const reply = await join(first, 'incidents');
    heard = reply.ok ? reply.kept!.heard : undefined;
    const tell = (id: string): void => h.api.live.incident(summaryOf(sampleIncident(id, 0)));
    tell('a');
    tell('b');
    await settled(first);
    await cutOff(first);
    for (const id of ['c', 'd']) tell(id);
    h.api.live.work({ incident: 'c', status: 'in-work', version: 1 });
    const second = await opened();
    const told: unknown[] = [];
    second.on('incident', ({ id }, offset) => told.push([id, offset - heard!.offset]));
    second.on('work', ({ incident }, offset) => told.push([`work on ${incident}`, offset - heard!.offset]));
    expect(await join(second, 'incidents', heard)).toEqual({ ok: true, kept: { heard, resumed: true } });
    tell('e');
    await settled(second);
    expect(seen).toEqual(['a', 'b']);
    expect(told).toEqual([
      ['c', 1],
      ['d', 2],
      ['work on c', 3],
      ['e', 4],
    ]);
  });

  it('is refused by another epoch, beyond the window, and from the future; then the client reads anew', async () => {
    const [client, other] = [await opened(), await opened()];
    const block = (n: number): void =>
      h.api.live.action(sampleBlock(`a${n}`, sampleIncident('i1', 0), 0, { status: 'verified' }));
    const start = await join(client, 'actions');
    if (!start.ok) throw new Error(start.error);
    const { epoch, offset } = start.kept!.heard;
    block(1);
    const resumed = async (heard: Heard): Promise<unknown> => {
      const reply = await join(client, 'actions', heard);
      return reply.ok && reply.kept?.resumed;
    };
    expect(await resumed({ epoch: 'another', offset })).toBe(false);
    expect(await resumed({ epoch, offset: offset + 2 })).toBe(false);
    expect(await resumed({ epoch, offset })).toBe(true);
    for (let n = 0; n < 5_000; n++) {
      block(n);
      if (n % 100 !== 99) continue;
      clock.advance(200);
      await settled(other);
    }
    expect(await resumed({ epoch, offset })).toBe(false);
    expect(await resumed({ epoch, offset: offset + 5_000 })).toBe(true);
  });

  it('keeps nothing for whoever never comes back', async () => {
    const leaving = await h.signInAs('analyst');
    const client = await opened(leaving);
    const start = await join(client, 'incidents');
    await h.call('DELETE', '/api/v1/session', { cookie: leaving });
    const tell = (id: string): void => h.api.live.incident(summaryOf(sampleIncident(id, 0)));
    clock.advance(5 * 60_000);
    tell('a');
    const again = await opened();
    expect(await join(again, 'incidents', start.ok ? start.kept!.heard : null)).toMatchObject({
      kept: { resumed: false },
    });
  });
});

describe('more than can be shown', () => {
  it('is sampled over the second, and each client is told how much it missed', async () => {
    const client = await opened();
    let events = 0;
    let missed = 0;
    client.on('event', () => events++);
    client.on('missed', (counts) => (missed += counts.events ?? 0));
    for (let second = 0; second < 3; second++) {
      for (let n = 0; n < 1_000; n++) h.api.live.event(sampleEvent(`e${n}`));
      clock.advance(1_000);
      await settled(client);
    }
    expect(events).toBeGreaterThanOrEqual(3 * 24);
    expect(events).toBeLessThanOrEqual(3 * 25);
    expect(missed + events).toBe(3_000);
  });
});

/** One message for each room and name. */
function publishAll(): void {
  const incident = sampleIncident('i1', 0);
  h.api.live.incident(summaryOf(incident));
  h.api.live.work({ incident: 'i1', status: 'open', version: 1 });
  h.api.live.action(sampleBlock('a1', incident, 0, { status: 'verified' }));
  h.api.live.event(sampleEvent('e1'));
  h.api.live.anomaly({
    id: 'port-scan~e1',
    rule: { id: 'port-scan', title: 'Port scan' },
    actor: '203.0.113.7',
    time: 0,
    severity: 'low',
    confidence: 60,
    techniques: ['T1046'],
    tactics: ['TA0007'],
    summary: 'knocked at 400 ports',
    evidence: ['e1'],
    sourceVerified: true,
  });
}

function sampleEvent(id: string): Event {
  return {
    '@timestamp': '2026-01-01T00:00:00.000Z',
    event: { id, kind: 'event', dataset: 'decoy.ssh', action: 'ssh-connect', ingested: '2026-01-01T00:00:00.000Z' },
    source: { ip: '203.0.113.7' },
    netsentinel: {
      sensor: { id: 'decoys', type: 'decoy-host' },
      source_verified: true,
      actor: '203.0.113.7',
      decoy: { id: 'ssh-1', type: 'ssh' },
      session: { id: 's1' },
    },
  };
}

describe('a client that floods', () => {
  it('is cut off, and the others hear on', async () => {
    const [loud, other] = [await opened(), await opened()];
    const gone = new Promise((resolve) => loud.once('disconnect', resolve));
    for (let n = 0; n < 300; n++) loud.emit('unwatch', 'x');
    expect(await gone).toMatch(/transport/);
    let heard = 0;
    other.on('work', () => heard++);
    h.api.live.work({ incident: 'i1', status: 'open', version: 1 });
    await settled(other);
    expect(heard).toBe(1);
  });

  it('is cut off for joining and leaving without end', async () => {
    const client = await opened();
    const gone = new Promise((resolve) => client.once('disconnect', resolve));
    for (let n = 0; n < 80; n++) client.emit('join', 'events', null, () => {});
    expect(await gone).toMatch(/transport/);
  });
});

describe('a client that does not read', () => {
  it('misses terminal pieces, is cut off before incidents are lost, and holds nobody up', async () => {
    const [slow, quick] = [await opened(), await opened()];
    await watch(slow, 's');
    const engine = slow.io.engine as unknown as { transport: { ws: { _socket?: { pause(): void }; pause?(): void } } };
    engine.transport.ws.pause?.();
    let seen = 0;
    quick.on('incident', () => seen++);
    const gone = new Promise((resolve) => slow.once('disconnect', resolve));
    const title = 'x'.repeat(1024);
    for (let i = 0; i < 6_000; i++) {
      h.api.live.terminal('s', i * 1024, Buffer.alloc(1024, 'y'));
      h.api.live.incident(summaryOf(sampleIncident(`i${i}`, 0, { title })));
      if (i % 50 !== 49) continue;
      // Longer than a burst is kept for whoever reads.
      clock.advance(100);
      await settled(quick);
    }
    expect(seen).toBe(6_000);
    (engine.transport.ws as { resume?(): void }).resume?.();
    await gone;
    expect(quick.connected).toBe(true);
    await pause(0);
  });

  it('and reads again in time is sent all that is kept, in order, and told what it missed of the rest', async () => {
    const slow = await opened();
    const { ws } = (slow.io.engine as unknown as { transport: { ws: { pause(): void; resume(): void } } }).transport;
    const offsets: number[] = [];
    let [events, missed] = [0, 0];
    slow.on('incident', (_, offset) => offsets.push(offset));
    slow.on('event', () => events++);
    slow.on('missed', (counts) => (missed += counts.events ?? 0));
    ws.pause();
    // More than kernels hold of one connection, and less than the window.
    const title = 'x'.repeat(24 * 1024);
    for (let n = 0; n < 8; n++) h.api.live.incident(summaryOf(sampleIncident(`big${n}`, 0, { title })));
    for (let n = 0; n < 2_000; n++) h.api.live.incident(summaryOf(sampleIncident(`i${n}`, 0)));
    for (let n = 0; n < 20; n++) h.api.live.event(sampleEvent(`e${n}`));
    ws.resume();
    await vi.waitFor(() => expect(offsets).toHaveLength(2_008));
    clock.advance(1_000);
    await settled(slow);
    expect(offsets).toEqual(offsets.map((_, n) => n + 1));
    expect([events, missed]).toEqual([0, 20]);
    expect(slow.connected).toBe(true);
  });
});

it('reads all of a burst of more than the window, in order, where it keeps up', async () => {
  const client = await opened();
  const offsets: number[] = [];
  client.on('action', (_, offset) => offsets.push(offset));
  for (let n = 0; n < 10_000; n++)
    h.api.live.action(sampleBlock(`a${n}`, sampleIncident('i1', 0), 0, { status: 'verified' }));
  await vi.waitFor(() => expect(offsets).toHaveLength(10_000), { timeout: 20_000 });
  expect(offsets).toEqual(offsets.map((_, n) => n + 1));
  expect(client.connected).toBe(true);
});

it('refuses more than its bounds in one message', async () => {
  const client = await opened();
  const gone = new Promise((resolve) => client.once('disconnect', resolve));
  client.emit('unwatch', 'x'.repeat(10_000));
  expect(await gone).toMatch(/transport/);
});
