import type { Action } from '@netsentinel/contracts/action';
import type { Event, SensorEvent } from '@netsentinel/contracts/event';
import { Incident, type IncidentSummary } from '@netsentinel/contracts/incident';
import type { IncidentFilter, StateReader, StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { EventStream, Position, StoredRecord } from '@netsentinel/contracts/stream';
import { summaryOf } from '@netsentinel/contracts/incident';
import { ManualClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { pack } from '@netsentinel/kernel/pack';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { compilePolicy } from '@netsentinel/respond/engine';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ANALYSIS_GROUP, createAnalysis, type Analysis, type AnalysisOptions } from './analysis.ts';

const NOW = Date.parse('2026-11-21T10:00:00.000Z');
const HOUR = 3_600_000;
const ATTACKER = '198.51.100.7';
let sequence = 0;

function move(
  action: string,
  more: Partial<SensorEvent> & { atMs?: number; ip?: string; outcome?: 'success' | 'failure' } = {},
): Event {
  const { atMs = NOW, ip = ATTACKER, outcome, ...rest } = more;
  const result = normaliseSensorEvent(
    {
      '@timestamp': new Date(atMs).toISOString(),
      event: { kind: 'event', action, dataset: 'netsentinel.ssh', ...(outcome === undefined ? {} : { outcome }) },
      source: { ip, port: 4000 },
      network: { protocol: 'ssh' },
      netsentinel: { decoy: { id: 'ssh-1', type: 'ssh' }, session: { id: 'ssh-1~s1' } },
      ...rest,
    },
    {
      sensor: { id: 'ssh-1', type: 'ssh' },
      epoch: 'm1abcdef',
      sequence: ++sequence,
      receivedAt: NOW,
      sourceVerified: true,
    },
  );
  if (!result.ok) throw new Error(result.error.event.reason);
  return result.value;
}

const login = (outcome: 'success' | 'failure', more: Parameters<typeof move>[1] = {}): Event =>
  move('ssh-login', { outcome, user: { name: 'root' }, ...more });
const command = (text: string): Event => move('ssh-command', { process: { command_line: text } });

/** A stream of one partition that tests feed by hand. */
class FakeStream {
  readonly records: StoredRecord[] = [];
  #wake: (() => void) | undefined;
  committed: readonly Position[] = [];

  feed(...events: (Event | Uint8Array)[]): void {
    for (const event of events)
      this.records.push({
        key: event instanceof Uint8Array ? '-' : event.netsentinel.actor,
        origin: { producer: 'ssh-1', epoch: 'm1abcdef', sequence: this.records.length + 1 },
        value: event instanceof Uint8Array ? event : encodeEvent(event),
        partition: 0,
        offset: BigInt(this.records.length),
        appendedAt: NOW,
      });
    this.#wake?.();
  }

  readonly port = {
    consume: async (options: { startAt?: (partition: number) => Promise<bigint | undefined> | bigint | undefined }) => {
      const at = { offset: Number((await options.startAt?.(0)) ?? 0n), open: true };
      return {
        next: async (signal?: AbortSignal) => {
          for (;;) {
            const batch = this.records.slice(at.offset, at.offset + 500);
            at.offset += batch.length;
            if (batch.length > 0 || !at.open || signal?.aborted === true) return batch;
            await new Promise<void>((resolve) => {
              this.#wake = resolve;
              signal?.addEventListener('abort', () => resolve(), { once: true });
            });
          }
        },
        commit: async (next: readonly Position[]) => {
          this.committed = next;
        },
        close: async () => {
          at.open = false;
          this.#wake?.();
        },
      };
    },
  } as unknown as EventStream;
}

/** State in maps, with transactions that may be told to fail. */
class FakeState {
  incidents = new Map<string, Incident>();
  actors = new Map<string, Uint8Array>();
  actions = new Map<string, Action>();
  marks: readonly Position[] = [];
  failures = 0;
  transactions = 0;
  actorReads = 0;

  readonly #read = {
    incident: async (id: string) => this.incidents.get(id),
    incidents: async ({ actor, status, lastSeenUntil = Infinity, limit }: IncidentFilter) => ({
      incidents: [...this.incidents.values()]
        .filter((one) => actor === undefined || one.actor === actor)
        .filter((one) => (status?.includes(one.status) ?? true) && one.lastSeen <= lastSeenUntil)
        .slice(0, limit)
        .map(summaryOf),
    }),
    openIncidentOf: async (actor: string) =>
      [...this.incidents.values()].findLast((one) => one.actor === actor && one.status !== 'closed'),
    actorState: async (actor: string) => {
      this.actorReads++;
      return this.actors.get(actor);
    },
    actions: async ({ incident }: { incident: string }) =>
      [...this.actions.values()].filter((one) => one.incident === incident),
    watermarks: async () => this.marks,
  } as unknown as StateReader;

  readonly port = {
    read: this.#read,
    transaction: async <T>(work: (tx: StateTransaction) => Promise<T>): Promise<T> => {
      this.transactions++;
      if (this.failures > 0) {
        this.failures--;
        throw new Error('disk full');
      }
      return work({
        ...this.#read,
        putIncident: async (incident: Incident) => void this.incidents.set(incident.id, Incident.parse(incident)),
        putActorState: async (actor: string, bytes: Uint8Array) => void this.actors.set(actor, bytes),
        putAction: async (action: Action) => void this.actions.set(action.id, action),
        setWatermarks: async (name: string, next: readonly Position[]) => {
          if (name !== ANALYSIS_GROUP) throw new Error(`someone else's watermark: ${name}`);
          this.marks = next;
        },
      } as unknown as StateTransaction);
    },
  } as unknown as StateStore;
}

let analysis: Analysis | undefined;
afterEach(() => analysis?.stop());

async function startAnalysis(stream: FakeStream, state: FakeState, more: Partial<AnalysisOptions> = {}) {
  const told: IncidentSummary[] = [];
  const planned: Action[] = [];
  const clock = new ManualClock(NOW);
  analysis = createAnalysis({
    stream: stream.port,
    state: state.port,
    clock,
    log: silentLogger,
    policy: compilePolicy(RespondConfig.parse({})),
    onIncident: (summary) => told.push(summary),
    onAction: (action) => planned.push(action),
    ...more,
  });
  await analysis.start();
  const running = analysis;
  const settled = (events: number) => vi.waitFor(() => expect(running.counters.events).toBe(events), { interval: 1 });
  return { analysis, told, planned, clock, settled };
}

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

  it('brings the enforcer’s word and a person’s word into the incident', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, planned, settled, told } = await startAnalysis(stream, state);
    stream.feed(login('success'));
    await settled(1);
    const applied: Action = { ...planned[0]!, status: 'applied', updatedAt: NOW + 5 };
    await running.actionChanged(applied, (tx) => tx.putAction(applied));
    expect(state.actions.get(applied.id)?.status).toBe('applied');
    await running.actionChanged(applied);
    state.failures = 1;
    await expect(running.actionChanged({ ...applied, status: 'verified' })).rejects.toThrow('disk full');
    const id = applied.incident;
    expect(state.incidents.get(id)!.status).toBe('contained');
    expect(state.incidents.get(id)!.timeline.filter((entry) => entry.title.startsWith('Blocked'))).toHaveLength(1);
    expect(told.at(-1)!.status).toBe('contained');
    expect(await running.setStatus('inc-unknown', 'closed')).toBeUndefined();
    expect((await running.setStatus(id, 'closed'))?.status).toBe('closed');
    stream.feed(login('success', { atMs: NOW + 60_000 }));
    await settled(2);
    expect([...state.incidents.values()].map((one) => one.status)).toEqual(['closed', 'open']);
    // The first block is in force still.
    expect(planned).toHaveLength(1);
  });

  it('closes an incident that was quiet for long when its attacker comes back', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { settled } = await startAnalysis(stream, state, { closeAfterMs: 60_000 });
    stream.feed(login('failure'), login('failure', { atMs: NOW + 61_000 }));
    await settled(2);
    expect([...state.incidents.values()].map((one) => [one.status, one.counts.failures])).toEqual([
      ['closed', 1],
      ['open', 1],
    ]);
    const [old, young] = [...state.incidents.values()];
    expect(old?.timeline.at(-1)).toMatchObject({ title: 'Closed', time: NOW + 61_000 });
    expect(old?.timeline.at(-1)?.detail).toContain(young?.id);
  });

  it('closes quiet incidents whose attackers stay away, and says so', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const first = await startAnalysis(stream, state, { closeAfterMs: HOUR });
    stream.feed(...['192.0.2.1', '192.0.2.2', '192.0.2.3'].map((ip) => login('failure', { ip })));
    stream.feed(login('failure', { ip: '192.0.2.4', atMs: NOW + HOUR }));
    await first.settled(4);
    first.clock.advance(HOUR - 1);
    expect(await first.analysis.closeQuiet(2)).toBe(0);
    first.clock.advance(1);
    const before = first.told.length;
    expect(await first.analysis.closeQuiet(2)).toBe(2);
    expect(first.told.slice(before).map(({ status }) => status)).toEqual(['closed', 'closed']);
    await first.analysis.stop();
    // What the sweep has left over is closed by the next process.
    const second = await startAnalysis(stream, state, { closeAfterMs: HOUR, clock: first.clock });
    expect(await second.analysis.closeQuiet(2)).toBe(1);
    expect(await second.analysis.closeQuiet(2)).toBe(0);
    const all = [...state.incidents.values()];
    expect(all.map(({ status }) => status)).toEqual(['closed', 'closed', 'closed', 'open']);
    for (const one of all.slice(0, 3))
      expect(one.timeline.at(-1)).toEqual({
        time: NOW + HOUR,
        kind: 'status',
        title: 'Closed',
        detail: 'Quiet for 60 minutes',
      });
    // Whoever comes back has a new one.
    stream.feed(login('failure', { ip: '192.0.2.1', atMs: NOW + HOUR }));
    await second.settled(1);
    expect(state.incidents.size).toBe(5);
  });

  it('does not close what is being read in from old records', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, clock, settled } = await startAnalysis(stream, state);
    stream.feed(login('failure', { atMs: NOW - 100 * HOUR }));
    await settled(1);
    expect(await running.closeQuiet(10)).toBe(0);
    clock.advance(HOUR);
    expect(await running.closeQuiet(10)).toBe(1);
  });

  it('leaves the word of a person alone', async () => {
    const stream = new FakeStream();
    const state = new FakeState();
    const { analysis: running, clock, settled } = await startAnalysis(stream, state);
    stream.feed(login('failure'));
    await settled(1);
    await running.setStatus([...state.incidents.keys()][0]!, 'benign');
    clock.advance(100 * HOUR);
    expect(await running.closeQuiet(10)).toBe(0);
  });

  it('comes to the same whatever fails and restarts on the way', async () => {
    const attackers = ['192.0.2.1', '192.0.2.2', '2001:db8::5'];
    const events = Array.from({ length: 24 }, (_, n) => {
      const ip = attackers[n % 3]!;
      if (n < 3) return move('ssh-connect', { ip });
      return n % 4 === 0
        ? login(n > 16 ? 'success' : 'failure', { ip })
        : move('ssh-command', { ip, process: { command_line: `uname -${n}` } });
    });
    const unhurried = {
      now: () => NOW,
      monotonicMs: () => 0,
      after: (_ms: number, call: () => void) => (setImmediate(call), () => {}),
    };
    const run = async (steps: readonly Step[]): Promise<unknown> => {
      const stream = new FakeStream();
      const state = new FakeState();
      let at = 0;
      for (const { take, fail, restart } of [...steps, { take: events.length, fail: 0, restart: true }]) {
        const { analysis: running, settled } = await startAnalysis(stream, state, { clock: unhurried });
        const already = Number(state.marks[0]?.offset ?? 0n);
        for (const piece of [take, restart ? 0 : take]) {
          state.failures = fail;
          const next = events.slice(at, at + piece);
          at += next.length;
          stream.feed(...next);
          await settled(at - already);
        }
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
    const step = fc.record({ take: fc.integer({ min: 1, max: 6 }), fail: fc.nat(2), restart: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 5 }), async (steps) => {
        expect(await run(steps)).toEqual(straight);
      }),
      { numRuns: 25 },
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
  /** Whether to start anew after the first. */
  readonly restart: boolean;
}
