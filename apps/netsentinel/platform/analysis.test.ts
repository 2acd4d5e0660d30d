import { summaryOf, type Incident } from '@netsentinel/contracts/incident';
import type { Clock } from '@netsentinel/contracts/clock';
import { pack } from '@netsentinel/kernel/pack';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  ATTACKER,
  command,
  FakeState,
  FakeStream,
  login,
  move,
  NOW,
  startAnalysis,
  stopAnalysis,
} from './analysis.fixture.ts';
import { BEHIND_MS } from './result-store.ts';

afterEach(stopAnalysis);

describe('analysis', () => {
  it('opens an incident, stores it with the position, and plans a block at the login', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { told, planned, settled } = await startAnalysis(stream, state);
    stream.feed(move('ssh-connect'));
    await settled(1);
    expect(told).toEqual([]);
    stream.feed(login('failure'));
    await settled(2);
    expect(planned).toEqual([]);
    stream.feed(login('success'), command('uname -a'));
    await settled(4);
    const incident = [...state.incidents.values()][0]!;
    expect(state.incidents.size).toBe(1);
    expect(incident).toMatchObject({
      actor: ATTACKER,
      status: 'open',
      counts: { events: 4, logins: 1, failures: 1, commands: 1 },
    });
    expect(incident.timeline.map((entry) => entry.kind)).toEqual([
      'connect',
      'login-failed',
      'detection',
      'login',
      'detection',
      'command',
      'detection',
      'action',
    ]);
    expect(planned).toMatchObject([
      { target: ATTACKER, status: 'planned', incident: incident.id, expiresAt: NOW + 3_600_000 },
    ]);
    expect(state.actions.get(planned[0]!.id)).toEqual(planned[0]);
    expect(incident.actions).toEqual([planned[0]!.id]);
    expect(state.marks).toEqual([{ partition: 0, offset: 4n }]);
    expect(stream.committed).toEqual(state.marks);
    expect(told.at(-1)).toEqual(summaryOf(incident));
  });

  it('comes to the same result when a crash makes it read everything twice', async () => {
    const stream = new FakeStream();
    stream.feed(
      move('ssh-connect'),
      ...Array.from({ length: 7 }, () => login('failure')),
      login('success'),
      command('id'),
    );
    const state = new FakeState();
    const first = await startAnalysis(stream, state);
    await first.settled(10);
    await first.analysis.stop();
    const before = structuredClone([...state.incidents.values()]);
    state.marks = [];
    const second = await startAnalysis(stream, state);
    await second.settled(10);
    expect(second.analysis.counters).toMatchObject({ repeats: 10, moves: 0 });
    expect([...state.incidents.values()]).toEqual(before);
    expect(second.planned).toEqual([]);
  });

  it('leaves alone what is a test of our own', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { settled, planned, analysis } = await startAnalysis(stream, state);
    const tested = [move('ssh-connect'), ...Array.from({ length: 7 }, () => login('failure')), login('success')];
    for (const event of tested) event.netsentinel.own_test = true;
    stream.feed(...tested, login('success', { ip: '198.51.100.8' }));
    await settled(10);
    expect(analysis.counters).toMatchObject({ events: 10, moves: 1 });
    expect([...state.incidents.values()].map(({ actor }) => actor)).toEqual(['198.51.100.8']);
    expect(planned).toHaveLength(1);
  });

  it('tries again when the store fails, without telling anyone or doubling anything', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { told, clock, settled, planned } = await startAnalysis(stream, state);
    state.failures = 2;
    stream.feed(login('success'));
    await vi.waitFor(() => expect(state.transactions).toBe(1));
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual([]);
    clock.advance(100);
    await vi.waitFor(() => expect(state.transactions).toBe(2));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(200);
    await settled(1);
    expect([...state.incidents.values()][0]!.counts).toMatchObject({ events: 1, logins: 1 });
    expect(planned).toHaveLength(1);
  });

  it('does not skip what it could not store when it is stopped meanwhile', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const first = await startAnalysis(stream, state);
    state.failures = 1;
    stream.feed(login('success'));
    await vi.waitFor(() => expect(state.transactions).toBe(1));
    await first.analysis.stop();
    expect(state.marks).toEqual([]);
    const second = await startAnalysis(stream, state);
    await second.settled(1);
    expect(state.incidents.size).toBe(1);
    expect(second.planned).toHaveLength(1);
  });

  it('skips what it cannot read, and background without a transaction each', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, settled, clock } = await startAnalysis(stream, state);
    const { netsentinel: _, ...plain } = move('flow');
    const background = {
      ...plain,
      netsentinel: { actor: ATTACKER, source_verified: true, sensor: { id: 'z', type: 'zeek' } },
    };
    stream.feed(
      Buffer.concat([new Uint8Array([0xc1]), Buffer.from('decoy')]),
      pack({ no: 'event', decoy: 1 }),
      background,
      background,
    );
    await settled(4);
    expect(running.counters).toMatchObject({ failures: 2, moves: 0 });
    expect(state.transactions).toBe(0);
    clock.advance(1000);
    stream.feed(background);
    await settled(5);
    await vi.waitFor(() => expect(state.marks).toEqual([{ partition: 0, offset: 5n }]));
    stream.feed(background);
    await settled(6);
    await running.stop();
    expect(state.marks).toEqual([{ partition: 0, offset: 6n }]);
  });

  it('stores an attacker at once, and the memory of many harmless ones together within a second', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { settled, clock, planned } = await startAnalysis(stream, state);
    const visitors = Array.from({ length: 40 }, (_, n) => `192.0.2.${n + 1}`);
    for (const [n, ip] of visitors.entries()) {
      stream.feed(move('ssh-connect', { ip }));
      await settled(n + 1);
    }
    expect(state.transactions).toBe(0);
    stream.feed(login('success'));
    await settled(41);
    expect(planned).toHaveLength(1);
    expect([...state.actors.keys()]).toEqual([ATTACKER]);
    expect(state.marks).toEqual([]);
    clock.advance(BEHIND_MS);
    await vi.waitFor(() => expect(state.marks).toEqual([{ partition: 0, offset: 41n }]));
    expect([...state.actors.keys()].toSorted()).toEqual([...visitors, ATTACKER].toSorted());
    expect(state.transactions).toBe(2);
  });

  it('remembers harmless moves when storing something else has failed since', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, settled, clock } = await startAnalysis(stream, state);
    stream.feed(move('ssh-connect', { ip: '192.0.2.1' }));
    await settled(1);
    state.failures = 1;
    stream.feed(login('failure', { ip: '192.0.2.2' }));
    await vi.waitFor(() => expect(state.transactions).toBe(1));
    await new Promise((resolve) => setImmediate(resolve));
    clock.advance(100);
    await settled(2);
    stream.feed(login('success', { ip: '192.0.2.1' }));
    await settled(3);
    const incident = [...state.incidents.values()].find(({ actor }) => actor === '192.0.2.1');
    expect(incident?.timeline.map(({ kind }) => kind)).toContain('connect');
    expect(running.counters).toMatchObject({ events: 3, moves: 3, repeats: 0, failures: 0 });
  });

  it.each([{ maxActors: 2 }, { maxActorBytes: 6000 }])(
    'keeps no more in memory than told (%j), and loses nothing by it',
    async (bounds) => {
      const stream = new FakeStream();
      const state = new FakeState();
      const { settled } = await startAnalysis(stream, state, bounds);
      const addresses = ['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.4'];
      for (let round = 1; round <= 6; round++) {
        for (const ip of addresses) stream.feed(login('failure', { ip }));
        await settled(round * addresses.length);
      }
      // Four actors in turn do not fit: each round had to read some of them again.
      expect(state.actorReads).toBeGreaterThan(addresses.length);
      for (const incident of state.incidents.values()) {
        expect(incident.counts.failures).toBe(6);
        expect(incident.detections.map((row) => [row.rule, row.count])).toEqual([
          ['decoy-login-attempt', 6],
          ['login-brute-force', 1],
        ]);
      }
      expect(state.incidents.size).toBe(4);
    },
  );

  it('comes to the same whatever fails and restarts on the way', async () => {
    const attackers = ['192.0.2.1', '192.0.2.2', '2001:db8::5'];
    const events = Array.from({ length: 24 }, (_, n) => {
      const ip = attackers[n % 3]!;
      if (n < 3) return move('ssh-connect', { ip });
      return n % 4 === 0
        ? login(n > 16 ? 'success' : 'failure', { ip })
        : move('ssh-command', { ip, process: { command_line: `uname -${n}` } });
    });
    /** Retries come at once; whether memory follows before the next event is up to the step. */
    const unhurried = (follows: boolean): Clock => ({
      now: () => NOW,
      monotonicMs: () => 0,
      after: (ms, call) => (ms < BEHIND_MS || follows ? (setImmediate(call), () => {}) : () => {}),
    });
    const run = async (steps: readonly Step[]): Promise<unknown> => {
      const stream = new FakeStream();
      let state = new FakeState();
      let at = 0;
      const last: Step = { take: events.length, fail: 0, end: 'stop', follows: false };
      for (const { take, fail, end, follows } of [...steps, last]) {
        const { analysis: running, settled } = await startAnalysis(stream, state, { clock: unhurried(follows) });
        const already = Number(state.marks[0]?.offset ?? 0n);
        for (const piece of [take, end === 'stop' ? 0 : take]) {
          state.failures = fail;
          const next = events.slice(at, at + piece);
          at += next.length;
          stream.feed(...next);
          await settled(at - already);
        }
        const left = state;
        if (end === 'crash') state = state.afterCrash();
        left.failures = 0;
        await running.stop();
      }
      const strip = ({ timeline, ...rest }: Incident) => ({
        ...rest,
        timeline: timeline.filter((entry) => entry.kind !== 'action'),
      });
      return {
        incidents: byKey(state.incidents).map(([, one]) => strip(one)),
        actions: byKey(state.actions).map(([id]) => id),
        actors: byKey(state.actors),
      };
    };
    const straight = await run([]);
    const step = fc.record({
      take: fc.integer({ min: 1, max: 6 }),
      fail: fc.nat(2),
      end: fc.constantFrom('stop', 'crash', 'crash'),
      follows: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 5 }), async (steps) => {
        expect(await run(steps)).toEqual(straight);
      }),
      { numRuns: 60 },
    );
  });
});

function byKey<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

interface Step {
  /** Events at a time, twice. */
  readonly take: number;
  /** Transactions that fail first. */
  readonly fail: number;
  /** How it ends: in order after the first, or by a crash after the second. */
  readonly end: 'stop' | 'crash';
  /** Whether what is remembered of actors gets the time to be stored. */
  readonly follows: boolean;
}
