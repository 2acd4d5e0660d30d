/** The live channel with the client that the console uses: who gets in, what arrives, and what a slow or lost client costs. */
import { setTimeout as pause } from 'node:timers/promises';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Action } from '@netsentinel/contracts/action';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import type { ClientToServer, ServerToClient } from '@netsentinel/contracts/live';
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

async function opened(): Promise<Client> {
  const client = open();
  await new Promise((resolve) => client.once('status', resolve));
  return client;
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
    expect(await watch(tester, 'ssh~1')).toMatchObject({ ok: false, error: 'your role may not see recordings' });
    h.api.live.incident(summaryOf(sampleIncident('i1', 1)));
    clock.advance(100);
    await settled(tester);
    expect(heard).toEqual(['i1']);
  });

  it('ends with the account, or with its role', async () => {
    const analyst = open({ cookie: await h.signInAs('analyst'), origin: h.url });
    await new Promise((resolve) => analyst.once('status', resolve));
    const gone = new Promise((resolve) => analyst.once('disconnect', resolve));
    // The role that it has is no other.
    await h.call('PATCH', '/api/v1/users/a-analyst', { cookie, body: { role: 'analyst' } });
    await settled(analyst);
    expect(analyst.connected).toBe(true);
    const changed = await h.call('PATCH', '/api/v1/users/a-analyst', { cookie, body: { role: 'sensor' } });
    expect(changed.status).toBe(200);
    expect(await gone).toBe('transport close');
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
    clock.advance(25);
    await settled(client);
    expect(seen.map((i) => [i.id, i.version])).toEqual([
      ['i1', 50],
      ['i2', 1],
    ]);
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
      clock.advance(25);
      await settled(quick);
    }
    expect(seen).toBe(6_000);
    (engine.transport.ws as { resume?(): void }).resume?.();
    await gone;
    expect(quick.connected).toBe(true);
    await pause(0);
  });
});

it('refuses more than its bounds in one message', async () => {
  const client = await opened();
  const gone = new Promise((resolve) => client.once('disconnect', resolve));
  client.emit('unwatch', 'x'.repeat(10_000));
  expect(await gone).toMatch(/transport/);
});
