/**
 * The platform process: takes what sensors send, keeps it, finds attackers in it, tells the enforcer, and serves the console. Wiring only.
 */
import { cpSync, existsSync, mkdirSync } from 'node:fs';
import { Server, Socket } from 'node:net';
import { join } from 'node:path';
import { z } from 'zod';
import type { Action } from '@netsentinel/contracts/action';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { ToPlatform } from '@netsentinel/contracts/process';
import { attackNames } from '@netsentinel/detect/attack';
import { AlertConfig } from '@netsentinel/alert/alert.config';
import { createApi } from '@netsentinel/api/api-server';
import type { ApiServer } from '@netsentinel/api/api.types';
import { systemClock } from '@netsentinel/kernel/clock';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { serveLauncher } from '@netsentinel/kernel/ipc';
import { createLogger } from '@netsentinel/kernel/log';
import { normaliseSensorEvent } from '@netsentinel/normalise/decoy/decoy.parser';
import { createDispatcher } from '@netsentinel/respond/dispatcher';
import { compilePolicy, isInForce } from '@netsentinel/respond/engine';
import { RespondConfig } from '@netsentinel/respond/respond.config';
import { openFileBlobStore } from '@netsentinel/store/blobs/files/file-blob.store';
import { openDuckDbEventStore } from '@netsentinel/store/events/duckdb/duckdb-events.store';
import { openSqliteStateStore } from '@netsentinel/store/state/sqlite/sqlite-state.store';
import { StoreConfig } from '@netsentinel/store/store.config';
import { openEmbeddedStream } from '@netsentinel/stream/embedded/embedded-stream';
import { StreamConfig } from '@netsentinel/stream/stream.config';
import { CompiledEventRules } from '../rules/event-rules.ts';
import { startLiveRules } from '../rules/live-rules.ts';
import { createAnalysis } from './analysis.ts';
import { createCorrelation } from './correlation.ts';
import { serveControl, type ControlRequest } from './control.ts';
import { createEnforcerLink } from './enforcer-link.ts';
import { startHousekeeping } from './housekeeping.ts';
import { startIncidentSweep } from './incident-sweep.ts';
import { serveSensor } from './sensor-link.ts';
import { StatusBoard } from './status-board.ts';
import { startStoreWriter } from './store-writer.ts';

const PlatformConfig = z.strictObject({
  stream: StreamConfig,
  store: StoreConfig,
  alert: AlertConfig,
  response: RespondConfig,
  tls: z.strictObject({ cert: z.string(), key: z.string() }).optional(),
  consoleRoot: z.string(),
  contentRoot: z.string(),
  rulesRoot: z.string(),
});

/** Events that correlations look at are few, and none is needed longer than the longest of their windows. */
const CORRELATION_STREAM = {
  partitions: 4,
  segmentBytes: 16 * 1024 * 1024,
  retention: { maxAgeMs: 8 * 86_400_000, maxBytes: 512 * 1024 * 1024 },
};

/** Incidents that the terminal has been told of; beyond this some are shown as new once more. */
const MAX_KNOWN = 100_000;

type Boot = Extract<ToPlatform, { t: 'boot' }>;
type Running = Awaited<ReturnType<typeof start>>;

let running: Running | undefined;

const channel = serveLauncher(
  ToPlatform,
  async (message, handle) => {
    switch (message.t) {
      case 'boot':
        running = await start(message);
        return;
      case 'console':
        if (!(handle instanceof Server))
          throw new NetSentinelError('PROCESS_BAD_MESSAGE', 'bug', 'no listener came for the console');
        running?.api.serve(handle);
        channel.send({ t: 'ready' });
        return;
      case 'sensor':
        if (handle instanceof Socket) running?.acceptSensor(handle, { id: message.sensor, type: message.type });
        return;
      case 'enforcer':
        if (handle instanceof Socket) running?.enforcer.link(handle);
        return;
      default:
        message satisfies never;
    }
  },
  () => running?.stop(),
);

async function start(boot: Boot) {
  const log = createLogger('platform', { level: boot.logLevel });
  const clock = systemClock;
  const config = PlatformConfig.parse(boot.config);
  const at = (name: string): string => join(boot.directory, name);

  const state = await openSqliteStateStore({ file: at('state.db'), log, clock });
  const [events, stream] = await Promise.all([
    openDuckDbEventStore({
      directory: at('events'),
      memoryLimitMb: config.store.events.memoryLimitMb,
      threads: config.store.events.threads,
      minFreeBytes: config.store.events.minFreeMb * 1024 * 1024,
      log,
      clock,
    }),
    openEmbeddedStream({ directory: at('stream'), ...config.stream, clock, log }),
  ]);
  const blobs = await openFileBlobStore({ directory: at('blobs'), maxBlobBytes: config.store.blobs.maxBlobBytes, log });
  for (const repair of stream.repairs)
    log.warn('the stream was mended after an unclean end', {
      file: repair.file,
      droppedBytes: repair.droppedBytes,
      reason: repair.reason,
    });

  const board = new StatusBoard({ clock, decoys: boot.decoys, responseMode: boot.responseMode });
  const known = new Set<string>();
  const onIncident = (incident: IncidentSummary): void => {
    const isNew = !known.has(incident.id);
    if (known.size >= MAX_KNOWN) known.clear();
    known.add(incident.id);
    api.live.incident(incident);
    board.incident(incident);
    channel.send({
      t: 'incident',
      id: incident.id,
      title: incident.title,
      severity: incident.severity,
      score: incident.score,
      isNew,
    });
  };
  const onAction = (action: Action): void => {
    api.live.action(action);
    board.action(action);
    channel.send({
      t: 'action',
      id: action.id,
      target: action.target,
      status: action.status,
      ...(action.detail === undefined ? {} : { detail: action.detail }),
      expiresAt: action.expiresAt,
    });
  };
  const rules = new CompiledEventRules(join(config.contentRoot, 'rules'));
  const correlation = createCorrelation({
    open: () => openEmbeddedStream({ directory: at('correlation'), ...CORRELATION_STREAM, clock, log }),
    exists: existsSync(at('correlation')),
    state,
    clock,
    log,
    fold: (findings, write) => analysis.addFindings(findings, write),
  });
  const liveRules = await startLiveRules({
    content: config.contentRoot,
    folder: config.rulesRoot,
    clock,
    log,
    onRules: (set) => {
      rules.use(set);
      correlation.use(set);
      board.rules({ rules: set.rules.length, correlations: set.correlations.length, refused: set.failed.length });
    },
  });
  const analysis = createAnalysis({
    stream,
    rules,
    correlate: (seen) => correlation.take(seen),
    state,
    clock,
    log,
    policy: compilePolicy(config.response),
    closeAfterMs: config.alert.closeAfterMs,
    onIncident,
    onAction: planned,
  });
  const enforcer = createEnforcerLink({
    log,
    onReply: (reply) => void dispatcher.onReply(reply),
    onConnected: () => void resend(),
  });
  const dispatcher = createDispatcher({
    orders: enforcer,
    state,
    clock,
    log,
    // An action's new status and its incident are one transaction.
    commit: (action, write) => analysis.actionChanged(action, write),
    onAction,
  });
  function planned(action: Action): void {
    onAction(action);
    dispatcher.dispatch([action]);
  }
  async function resend(): Promise<void> {
    await dispatcher
      .onConnected()
      .catch((error: unknown) => log.error('orders could not be sent again', { error: describeError(error) }));
  }
  const api: ApiServer = await createApi({
    state,
    events,
    blobs,
    clock,
    log,
    consoleRoot: config.consoleRoot,
    tls: config.tls,
    status: () => board.status(),
    attack: attackNames(),
    response: {
      revert: async (id, by) => {
        const action = await state.read.action(id);
        return action !== undefined && isInForce(action) && dispatcher.revert(id, 'taken back in the console', by);
      },
      revertAll: async (by) => {
        const inForce = (await state.read.actions({ status: ['applied', 'verified'], limit: 200_000 })).length;
        return enforcer.send({ kind: 'revert-all', reason: 'taken back in the console', by }) ? inForce : 0;
      },
    },
  });
  await board.load(state);
  const writer = await startStoreWriter({ stream, store: events, clock, log });
  await correlation.start();
  await analysis.start();
  const housekeeping = startHousekeeping({
    streams: () => [stream, correlation.stream],
    events,
    blobs,
    state,
    clock,
    log,
    config: config.store,
  });
  const sweep = startIncidentSweep({ analysis, clock, log });
  const links = new Set<ReturnType<typeof serveSensor>>();

  const backup = async (folder: string): Promise<void> => {
    if (!folder.startsWith(boot.directory))
      throw new NetSentinelError('BACKUP_OUTSIDE', 'user', 'a backup is written inside the data folder first');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    // Stores before stream: what their watermarks name is then surely in the copy of the stream. Correlations before it too: what they lack is found anew.
    await state.backup(join(folder, 'state.db'));
    await events.backup(join(folder, 'events'));
    for (const part of ['blobs', 'correlation', 'stream'].filter((name) => existsSync(at(name))))
      cpSync(at(part), join(folder, part), { recursive: true, filter: (path) => !/(LOCK|\.tmp|\.pre)$/.test(path) });
  };
  const control = await serveControl(boot.controlSocket, async (request: ControlRequest): Promise<unknown> => {
    switch (request.ask) {
      case 'status':
        return board.status();
      case 'sign-in':
        return (await api.firstRunPath()) ?? '/';
      case 'backup':
        return backup(request.folder);
      default:
        return request satisfies never;
    }
  });
  channel.send({ t: 'sign-in', path: (await api.firstRunPath()) ?? '/' });

  return {
    api,
    enforcer,
    acceptSensor: (socket: Socket, sensor: { id: string; type: string }): void => {
      const link = serveSensor(socket, sensor, {
        stream,
        blobs,
        state,
        clock,
        log,
        normalise: (input, stamp) => {
          const result = normaliseSensorEvent(input, stamp);
          board.event();
          return result;
        },
        onTerminal: (session, offset, chunk) => api.live.terminal(session, offset, chunk),
        onHeartbeat: (_, heartbeat) => board.heartbeat(heartbeat.connections),
      });
      links.add(link);
      board.sensorLinked(true);
      socket.on('close', () => {
        links.delete(link);
        board.sensorLinked(links.size > 0);
      });
    },
    stop: async (): Promise<void> => {
      for (const link of links) link.close();
      control.close();
      housekeeping.stop();
      liveRules.stop();
      sweep.stop();
      for (const [what, work] of [
        ['api', api.close()],
        ['analysis', analysis.stop()],
        ['store writer', writer.stop()],
      ] as const)
        await work.catch((error: unknown) =>
          log.error('a part did not stop well', { what, error: describeError(error) }),
        );
      await correlation.stop();
      enforcer.close();
      await events.close();
      await correlation.stream?.close();
      await stream.close();
      await blobs.close();
      await state.close();
    },
  };
}
