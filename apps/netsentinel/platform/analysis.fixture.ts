/** A stream and a state for tests of analysis: fed by hand, kept in maps, failing on demand. */
import type { Action } from '@netsentinel/contracts/action';
import type { Event, SensorEvent } from '@netsentinel/contracts/event';
import { Exception } from '@netsentinel/contracts/exception';
import { Incident, summaryOf, type IncidentSummary } from '@netsentinel/contracts/incident';
import type { IncidentFilter, StateReader, StateStore, StateTransaction } from '@netsentinel/contracts/state-store';
import type { EventStream, Position, StoredRecord } from '@netsentinel/contracts/stream';
import { ManualClock } from '@netsentinel/kernel/clock';
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { silentLogger } from '@netsentinel/kernel/log';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { compilePolicy } from '@netsentinel/respond/engine';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import { expect, vi } from 'vitest';
import { ANALYSIS_GROUP, createAnalysis } from './analysis.ts';
import type { Analysis, AnalysisOptions } from './analysis.types.ts';

export const NOW = Date.parse('2026-11-21T10:00:00.000Z');
export const HOUR = 3_600_000;
export const ATTACKER = '198.51.100.7';
let sequence = 0;

export function move(
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

export const login = (outcome: 'success' | 'failure', more: Parameters<typeof move>[1] = {}): Event =>
  move('ssh-login', { outcome, user: { name: 'root' }, ...more });
export const command = (text: string): Event => move('ssh-command', { process: { command_line: text } });

/** A stream of one partition that tests feed by hand. */
export class FakeStream {
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
export class FakeState {
  incidents = new Map<string, Incident>();
  actors = new Map<string, Uint8Array>();
  actions = new Map<string, Action>();
  exceptions = new Map<string, Exception>();
  marks: readonly Position[] = [];
  failures = 0;
  transactions = 0;
  actorReads = 0;

  /** What a process that starts after a crash finds. */
  afterCrash(): FakeState {
    const copy = new FakeState();
    for (const name of ['incidents', 'actors', 'actions', 'exceptions'] as const)
      Object.assign(copy, { [name]: new Map<string, unknown>(this[name]) });
    copy.marks = this.marks;
    return copy;
  }

  readonly #read = {
    incident: async (id: string) => this.incidents.get(id),
    incidents: async ({ actor, status, lastSeenUntil = Infinity, limit }: IncidentFilter) => ({
      incidents: [...this.incidents.values()]
        .filter((one) => actor === undefined || one.actor === actor)
        .filter((one) => (status?.includes(one.status) ?? true) && one.lastSeen <= lastSeenUntil)
        .slice(0, limit)
        .map(summaryOf),
    }),
    exceptions: async () => [...this.exceptions.values()].toReversed(),
    actors: async (actors: readonly string[]) =>
      actors.map((actor) => {
        this.actorReads++;
        const theirs = [...this.incidents.values()].filter((one) => one.actor === actor);
        const incident = theirs.findLast((one) => one.status !== 'closed' && one.status !== 'benign');
        const state = this.actors.get(actor);
        return {
          ...(state === undefined ? {} : { state }),
          ...(incident === undefined ? {} : { incident }),
          hasIncidents: theirs.length > 0,
        };
      }),
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
        putException: async (one: Exception) => void this.exceptions.set(one.id, Exception.parse(one)),
        setWatermarks: async (name: string, next: readonly Position[]) => {
          if (name !== ANALYSIS_GROUP) throw new Error(`someone else's watermark: ${name}`);
          this.marks = next;
        },
      } as unknown as StateTransaction);
    },
  } as unknown as StateStore;
}

let running: Analysis | undefined;

/** Ends what `startAnalysis` started last. */
export async function stopAnalysis(): Promise<void> {
  await running?.stop();
}

export async function startAnalysis(stream: FakeStream, state: FakeState, more: Partial<AnalysisOptions> = {}) {
  const told: IncidentSummary[] = [];
  const planned: Action[] = [];
  const clock = new ManualClock(NOW);
  const analysis = createAnalysis({
    stream: stream.port,
    state: state.port,
    clock,
    log: silentLogger,
    policy: compilePolicy(RespondConfig.parse({})),
    onIncident: (summary) => told.push(summary),
    onAction: (action) => planned.push(action),
    ...more,
  });
  running = analysis;
  await analysis.start();
  const settled = (events: number) => vi.waitFor(() => expect(analysis.counters.events).toBe(events), { interval: 1 });
  return { analysis, told, planned, clock, settled };
}
