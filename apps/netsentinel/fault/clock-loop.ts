/** The loop from a sensor's event to the kernel's block in one process, on a clock that can be set, with sessions played by hand. */
import { join } from 'node:path';
import type { Action } from '@netsentinel/contracts/action';
import type { Clock } from '@netsentinel/contracts/clock';
import type { SensorEvent } from '@netsentinel/contracts/event';
import type { StreamRecord } from '@netsentinel/contracts/stream';
import { createEnforcer } from '@netsentinel/enforcer/enforcer';
import type { Enforcer } from '@netsentinel/enforcer/enforcer.types';
import { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { configuredResponders } from '@netsentinel/enforcer/responders/index';
import { systemClock } from '@netsentinel/kernel/clock';
import { silentLogger } from '@netsentinel/kernel/log';
import { encodeEvent } from '@netsentinel/kernel/event-record';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { createDispatcher, type Dispatcher } from '@netsentinel/respond/dispatcher';
import { compilePolicy } from '@netsentinel/respond/engine';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import { passingKeyring } from '@netsentinel/kernel/keyring';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openDuckDbEventStore } from '@netsentinel/store/events/duckdb/duckdb-events.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { StoreConfig } from '@netsentinel/store/store.config';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { StreamConfig } from '@netsentinel/stream/stream.config';
import { createAnalysis } from '../platform/analysis.ts';
import type { Analysis } from '../platform/analysis.types.ts';
import { keepHouse } from '../platform/housekeeping.ts';
import { startStoreWriter } from '../platform/store-writer.ts';

const WAIT_MS = 120_000;
const EPOCH = 'clockfault';

/** Real monotonic time; wall time is set apart from it. */
export class SettableClock implements Clock {
  #offsetMs = 0;
  now = (): number => Date.now() + this.#offsetMs;
  monotonicMs = (): number => systemClock.monotonicMs();
  after = (delayMs: number, callback: () => void): (() => void) => systemClock.after(delayMs, callback);
  jump(ms: number): void {
    this.#offsetMs += ms;
  }
}

export interface LoopVerdict {
  readonly events: number;
  readonly incidents: number;
  /** Not in the event store. */
  readonly missing: number;
  /** Gone from the stream. */
  readonly dropped: number;
  /** Attackers that have not exactly one incident with all their sessions. */
  readonly torn: number;
  readonly miscounted: number;
}

export type Loop = Awaited<ReturnType<typeof openLoop>>;

export async function openLoop(options: {
  readonly folder: string;
  readonly namespaceCommand: readonly string[];
  readonly ttlMs: number;
}) {
  const { folder, namespaceCommand, ttlMs } = options;
  const clock = new SettableClock();
  const log = silentLogger;
  const state = await openSqliteStateStore({ file: join(folder, 'state.db'), log, clock });
  const store = await openDuckDbEventStore({ directory: join(folder, 'events'), log, clock });
  const blobs = await openFileBlobStore({
    directory: join(folder, 'blobs'),
    maxBlobBytes: 1e6,
    keys: passingKeyring(),
    log,
  });
  const stream = await openEmbeddedStream({ directory: join(folder, 'stream'), ...StreamConfig.parse({}), clock, log });
  const writer = await startStoreWriter({ stream, store, clock, log });
  const policy = { ...compilePolicy(RespondConfig.parse({})), ttlMs, maxTtlMs: ttlMs };
  const enforcerConfig = EnforcerConfig.parse({
    mode: 'enforce',
    nftables: { command: [...namespaceCommand, 'nft'] },
    ipCommand: [...namespaceCommand, 'ip'],
  });

  /** When the latest block of each target was planned, on the clock that only grows. */
  const plannedAt = new Map<string, number>();
  const sessions = new Map<string, string[]>();
  const commands = new Map<string, number>();
  let deaf = false;
  let sequence = 0;
  let appending: Promise<unknown> = Promise.resolve();
  let analysed = 0;
  let analysis: Analysis;
  let dispatcher: Dispatcher;
  let enforcer: Enforcer;

  async function startPlatform(): Promise<void> {
    analysis = createAnalysis({
      stream,
      state,
      clock,
      log,
      policy,
      onIncident: () => {},
      onAction: (action: Action) => {
        plannedAt.set(action.target, performance.now());
        dispatcher.dispatch([action]);
      },
    });
    dispatcher = createDispatcher({
      orders: { send: (order) => (enforcer.handle(order), true) },
      state,
      clock,
      log,
      commit: (actions, write) => analysis.actionsChanged(actions, write),
    });
    await analysis.start();
  }

  async function startEnforcer(): Promise<void> {
    enforcer = await createEnforcer({
      config: enforcerConfig,
      directory: join(folder, 'enforcer'),
      clock,
      log,
      responders: await configuredResponders(enforcerConfig),
      onReply: (reply) => {
        if (!deaf) void dispatcher.onReply(reply);
      },
    });
  }

  function send(source: string, action: string, more: Partial<SensorEvent> & { outcome?: 'success' } = {}): void {
    const { outcome, ...fields } = more;
    const session = sessions.get(source)!.at(-1)!;
    const result = normaliseSensorEvent(
      {
        '@timestamp': new Date(clock.now()).toISOString(),
        event: {
          kind: 'event',
          category: ['network'],
          action,
          dataset: 'netsentinel.ssh',
          module: 'netsentinel',
          ...(outcome === undefined ? {} : { outcome }),
        },
        source: { ip: source, port: 40_000 },
        destination: { ip: '198.18.0.1', port: 22 },
        network: { transport: 'tcp', protocol: 'ssh', type: 'ipv4' },
        ...fields,
        netsentinel: { decoy: { id: 'ssh-1', type: 'ssh' }, session: { id: session }, ...fields.netsentinel },
      },
      {
        sensor: { id: 'decoys', type: 'decoy-host' },
        epoch: EPOCH,
        sequence: ++sequence,
        receivedAt: clock.now(),
        sourceVerified: true,
      },
    );
    if (!result.ok) throw new Error(`not an event: ${result.error.error?.message}`);
    const record: StreamRecord = {
      key: result.value.netsentinel.actor,
      origin: { producer: 'decoys', epoch: EPOCH, sequence },
      value: encodeEvent(result.value),
    };
    appending = Promise.all([appending, stream.append([record])]);
  }

  async function until(is: () => boolean | Promise<boolean>): Promise<void> {
    const end = performance.now() + WAIT_MS;
    while (!(await is())) {
      if (performance.now() > end) throw new Error('the loop did not come to rest');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Resolves once everything is analysed and stored and every order answered. */
  async function quiet(): Promise<void> {
    await appending;
    // Orders are carried out one after another: when this one, of no block, is answered, those before it have been.
    await enforcer.revert('barrier', 'fault');
    await until(async () => {
      if (writer.stored < sequence || analysed + analysis.counters.events < sequence) return false;
      const waiting = await state.read.actions({ status: ['planned', 'applied'], limit: 10_000 });
      return waiting.every((action) => action.expiresAt <= clock.now());
    });
  }

  async function stopPlatform(): Promise<void> {
    await analysis.stop();
    analysed += analysis.counters.events;
  }

  await startPlatform();
  await startEnforcer();

  return {
    clock,
    plannedAt,
    quiet,
    until,
    /** True while the enforcer's answers are lost. */
    set deaf(is: boolean) {
      deaf = is;
    },
    enforced: () => enforcer.list().length,
    open: (source: string): void => {
      const mine = sessions.get(source) ?? [];
      sessions.set(source, [...mine, `decoys~${EPOCH}~${source.replaceAll('.', '-')}-${mine.length}`]);
      send(source, 'ssh-connect');
      send(source, 'ssh-login', {
        outcome: 'success',
        user: { name: 'root' },
        netsentinel: { credential: { method: 'password', accepted: true, password: 'letmein' } },
      });
    },
    command: (source: string): void => {
      commands.set(source, (commands.get(source) ?? 0) + 1);
      send(source, 'ssh-command', { process: { command_line: 'uname -a' } });
    },
    end: (source: string): void => send(source, 'ssh-disconnect'),
    keepHouse: () =>
      keepHouse({
        streams: () => [stream],
        events: store,
        erasures: { expirePasswords: async () => 0 },
        blobs,
        state,
        clock,
        log,
        config: StoreConfig.parse({}),
      }),
    /** Both sides end and come back, and the platform sends again what is not final. */
    restart: async (): Promise<void> => {
      await stopPlatform();
      await enforcer.close();
      await startEnforcer();
      await startPlatform();
      await dispatcher.onConnected();
    },
    judge: async (): Promise<LoopVerdict> => {
      const found = { torn: 0, miscounted: 0 };
      for (const [source, ids] of sessions) {
        const page = await state.read.incidents({ actor: source });
        const [only] = page.incidents;
        const incident = only === undefined ? undefined : await state.read.incident(only.id);
        const held = new Set(incident?.sessions.map(({ id }) => id));
        if (page.incidents.length !== 1 || !ids.every((id) => held.has(id))) found.torn++;
        const { logins, commands: counted } = incident?.counts ?? { logins: 0, commands: 0 };
        if (logins !== ids.length || counted !== (commands.get(source) ?? 0)) found.miscounted++;
      }
      const ends = await stream.describe();
      const { events } = await store.describe();
      return {
        events: sequence,
        incidents: sessions.size,
        missing: sequence - events,
        dropped: ends.reduce((sum, { oldest }) => sum + Number(oldest), 0),
        ...found,
      };
    },
    close: async (): Promise<void> => {
      await analysis.stop();
      await enforcer.close();
      await writer.stop();
      await Promise.all([stream.close(), store.close(), state.close(), blobs.close()]);
    },
  };
}
