import { connect as connectTls } from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import type { DecoyContextOptions } from '@netsentinel/testkit/decoy-harness';
import { createPersona } from '../persona/persona.ts';
import { tlsIdentity } from '../tls/tls-identity.ts';
import { defineService, type ServiceDefinition } from './define-service.ts';
import { serviceFields } from './service.config.ts';
import type { ServiceProtocol, ServiceSession } from './service.types.ts';
import { turnBudget } from './turn-budget.ts';
import { joinService, type PlayedService, playService, toldOf } from './session.fixture.ts';

const Config = z.strictObject({ ...serviceFields });
type Config = z.infer<typeof Config>;

function play(
  open: (session: ServiceSession) => ServiceProtocol,
  more: Partial<ServiceDefinition<Config>> = {},
  options: Omit<DecoyContextOptions, 'clock'> = {},
  config: unknown = {},
): PlayedService {
  const definition = defineService<Config>({
    id: 'echo',
    summary: 'Says what it hears.',
    stability: 'experimental',
    standardPort: 7,
    config: Config,
    open: () => open,
    ...more,
  });
  const played = playService(definition, config, options);
  onTestFinished(() => played.close());
  return played;
}

/** As work of others would that came first. */
function spendTurn(): void {
  const until = performance.now() + 20;
  while (!turnBudget.isSpent || performance.now() < until);
}

const echo = (session: ServiceSession): ServiceProtocol => ({ data: (bytes) => void session.send(bytes) });

describe('a service', () => {
  it('hands bytes over, sends what the protocol says and tells of the connection', async () => {
    const played = play(echo);
    const client = played.connect();
    await client.send('hello');
    expect(client.text).toBe('hello');
    expect(played.decoy.connections).toBe(1);
    await client.end();
    expect(client.closed).toBe(true);
    expect(played.decoy.connections).toBe(0);
    expect(toldOf(played.events)).toEqual(['echo-connect', 'echo-disconnect']);
    expect(played.events[1]).toMatchObject({
      event: { reason: 'closed by the client' },
      network: { transport: 'tcp', protocol: 'echo', bytes: 10 },
      netsentinel: { decoy: { id: 'echo-1', type: 'echo' }, session: { sequence: 1 } },
    });
  });

  it('gives a protocol at most 64 KiB at once, and nothing while it waits', async () => {
    const pieces: number[] = [];
    let first = true;
    const played = play((session) => ({
      data(bytes) {
        pieces.push(bytes.length);
        if (first) session.wait(new Promise<void>((resolve) => session.after(1000, resolve)), () => session.send('on'));
        first = false;
      },
    }));
    const client = played.connect();
    await client.send(Buffer.alloc(150_000));
    expect(Math.max(...pieces)).toBeLessThanOrEqual(65_536);
    expect(pieces).toHaveLength(1);
    await client.settle(1000);
    expect(client.text).toBe('on');
    expect(pieces.reduce((sum, piece) => sum + piece, 0)).toBe(150_000);
  });

  it('takes what came in a turn that has no time left in a later one, also where the connection is lost meanwhile', async () => {
    const heard: string[] = [];
    const played = play(() => ({ data: (bytes) => void heard.push(bytes.toString()) }));
    const [waiting, gone] = [played.connect(), played.connect({ port: 40_001 })];
    spendTurn();
    waiting.stream.write('first ');
    gone.stream.write('last words');
    await new Promise((resolve) => process.nextTick(resolve));
    expect(heard).toEqual([]);
    gone.stream.destroy();
    await waiting.send('second');
    expect(heard.join('|')).toContain('last words');
    expect(heard.filter((one) => one !== 'last words').join('')).toBe('first second');
  });

  it('sends no faster than the client takes it, and tells the protocol when there is room', async () => {
    let sent = 0;
    const played = play((session) => {
      const pour = (): void => {
        while (sent < 4_000_000) {
          sent += 10_000;
          if (!session.send(Buffer.alloc(10_000))) return;
        }
      };
      return { data: pour, drained: pour };
    });
    const client = played.connect();
    client.stream.pause();
    await client.send('go');
    expect(sent).toBeLessThan(400_000);
    client.stream.resume();
    while (client.received.length < 4_000_000) await client.settle();
    expect(sent).toBe(4_000_000);
  });

  it('ends a session whose protocol fails, that one alone, and logs it once', async () => {
    const played = play((session) => ({
      data(bytes) {
        if (bytes.toString() === 'bad') throw new Error('broken');
        session.send(bytes);
      },
      closed() {
        throw new Error('twice');
      },
    }));
    const [one, other] = [played.connect(), played.connect()];
    await one.send('bad');
    await other.send('good');
    expect(one.closed).toBe(true);
    expect(other.text).toBe('good');
    expect(played.failures).toEqual(['A session failed: broken']);
    await other.destroy();
    expect(played.decoy.connections).toBe(0);
    played.failures.length = 0;
  });

  it('ends a session whose protocol cannot begin', async () => {
    const played = play(() => {
      throw new Error('no');
    });
    const client = played.connect();
    await client.settle();
    expect(client.closed).toBe(true);
    expect(played.failures).toHaveLength(1);
  });

  it('bounds idleness, time and bytes', async () => {
    const played = play(echo, { limits: { idleMs: 5000, maxBytesIn: 100 } }, { limits: { maxSessionMs: 20_000 } });
    const [idle, busy, large] = [played.connect(), played.connect(), played.connect()];
    await large.send(Buffer.alloc(101));
    for (let i = 0; i < 4; i++) {
      await busy.send('x');
      await idle.settle(4000);
    }
    await busy.send('x');
    await busy.settle(4000);
    expect([idle.closed, busy.closed, large.closed]).toEqual([true, true, true]);
    expect(played.events.map((event) => event.event.reason).filter((reason) => reason !== undefined)).toEqual([
      'most bytes',
      'idle',
      'longest session',
    ]);
  });

  it('refuses who has too many, and lets the least telling make room where there are too many in all', async () => {
    const words = { refusal: () => 'full\r\n' };
    const played = play(
      (session) => ({ data: (bytes) => session.report.login({ user: 'root', accepted: bytes.toString() === 'in' }) }),
      words,
      { limits: { maxConnections: 3, maxConnectionsPerSource: 2 } },
    );
    const inside = played.connect({ ip: '192.0.2.1' });
    await inside.send('in');
    const failed = played.connect({ ip: '192.0.2.1' });
    await failed.send('out');
    const third = played.connect({ ip: '192.0.2.1' });
    await third.settle();
    expect(third.text).toBe('full\r\n');
    const silent = played.connect({ ip: '192.0.2.2' });
    await silent.settle();
    await played.connect({ ip: '192.0.2.3' }).settle();
    expect([inside.closed, failed.closed, silent.closed]).toEqual([false, false, true]);
    const fourth = played.connect({ ip: '192.0.2.4' });
    await fourth.send('in');
    const fifth = played.connect({ ip: '192.0.2.5' });
    await fifth.send('in');
    expect([inside.closed, failed.closed]).toEqual([false, true]);
    const sixth = played.connect({ ip: '192.0.2.6' });
    await sixth.settle();
    expect(sixth.text).toBe('full\r\n');
    expect(played.decoy.connections).toBe(3);
  });

  it('takes nothing more once it is closed, and leaves no timer behind', async () => {
    const played = play((session) => {
      session.after(10_000, () => session.send('late'));
      return echo(session);
    });
    const client = played.connect();
    await client.settle();
    await played.decoy.close();
    const late = played.connect();
    await late.settle(20_000);
    expect([client.closed, late.closed, client.text]).toEqual([true, true, '']);
    expect(toldOf(played.events)).toEqual(['echo-connect', 'echo-disconnect']);
  });

  it('goes on in clear text after TLS began', async () => {
    const identity = tlsIdentity(createPersona(Buffer.alloc(32, 7), 'debian-12-server'), { commonName: 'web01' });
    const played = play((session) => ({
      data(bytes) {
        if (bytes.toString() === 'STARTTLS\r\n') {
          session.send('go\r\n');
          session.startTls(identity);
        } else session.send(`you said ${bytes.toString()}`);
      },
    }));
    const client = played.connect();
    await client.send('STARTTLS\r\n');
    expect(client.take()).toBe('go\r\n');
    client.stream.removeAllListeners('data');
    const tls = connectTls({ socket: client.stream, rejectUnauthorized: false });
    const answer = new Promise<string>((resolve) => tls.once('data', (chunk: Buffer) => resolve(chunk.toString())));
    tls.write('hello');
    expect(await answer).toBe('you said hello');
    expect(played.events.find((event) => event.event.action === 'echo-tls')).toMatchObject({
      event: { outcome: 'success' },
      tls: { established: true, version: '1.3', client: { ja3: expect.stringMatching(/^[0-9a-f]{32}$/) } },
      netsentinel: { tls: { ja4: expect.stringMatching(/^t13i/) } },
    });
    tls.destroy();
  });

  it('tells of a handshake that failed, and ends', async () => {
    const identity = tlsIdentity(createPersona(Buffer.alloc(32, 7), 'debian-12-server'), { commonName: 'web01' });
    const played = play((session) => {
      session.startTls(identity);
      return echo(session);
    });
    const client = played.connect();
    await client.send('GET / HTTP/1.0\r\n\r\n');
    expect(client.closed).toBe(true);
    expect(toldOf(played.events)).toEqual(['echo-connect', 'echo-tls failure', 'echo-disconnect']);
    expect(played.failures).toEqual([]);
  });

  it('shares logins and machines between decoys of one persona', async () => {
    const told: string[] = [];
    const definition = defineService<Config>({
      id: 'echo',
      summary: '',
      stability: 'experimental',
      standardPort: 7,
      config: Config,
      open: () => (session) => ({
        data(bytes) {
          const password = bytes.toString();
          session.wait(
            Promise.all([session.logins.prepare(session.actor), session.machines.acquire(session.actor)]),
            ([, lease]) => {
              const { machine } = lease;
              const accepted = session.logins.check(session.actor, 'root', password);
              if (accepted) machine.fs.write('/root/mine', bytes, { uid: 0, gid: 0, groups: [0] });
              told.push(`${password} ${accepted} ${machine.fs.stat('/root/mine', { uid: 0, gid: 0, groups: [0] }).ok}`);
              lease.release();
            },
          );
        },
      }),
    });
    const played = playService(definition, { credentials: { anyAfterTries: 2, weakPairs: false } });
    onTestFinished(() => played.close());
    const never = Config.parse({ credentials: { anyAfterTries: false, weakPairs: false } });
    const second = joinService(played, definition, never);
    const client = played.connect();
    await client.send('one');
    await client.send('two');
    const elsewhere = second.connect();
    await elsewhere.send('one');
    await elsewhere.send('two');
    expect(told).toEqual(['one false false', 'two true true', 'one false true', 'two true true']);
    await elsewhere.destroy();
    await second.close();
  });
});
