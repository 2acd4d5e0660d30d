/**
 * The platform process: takes what sensors send, keeps it, finds attackers in it, tells the enforcer, and serves the console. Wiring only.
 */
import { Server, Socket } from 'node:net';
import { join } from 'node:path';
import type { Action } from '@netsentinel/contracts/action';
import { isRecordId } from '@netsentinel/contracts/playbook-record';
import { ToPlatform } from '@netsentinel/contracts/process';
import { DECOY_SENSOR, WATCHER_SENSOR } from '@netsentinel/contracts/own-sensors';
import { SubjectWatch } from '@netsentinel/detect/subjects/subject-watch';
import { Behaviours } from '@netsentinel/detect/behaviour/behaviours';
import { markChanges } from '@netsentinel/alert/routing/mark-changes';
import { createApi } from '@netsentinel/api/api-server';
import type { ApiServer } from '@netsentinel/api/api.types';
import { createEnrichment } from '@netsentinel/enrich/enrichers/index';
import { systemClock } from '@netsentinel/kernel/clock';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { serveLauncher } from '@netsentinel/kernel/ipc';
import { createLogger } from '@netsentinel/kernel/log';
import { markIncidents } from '@netsentinel/kernel/mark-incidents';
import { createDispatcher } from '@netsentinel/respond/dispatcher';
import { UsualSources } from '@netsentinel/respond/usual-traffic';
import { compilePolicy } from '@netsentinel/respond/engine';
import { EventJudge } from '../rules/event-judge.ts';
import { CompiledEventRules } from '../rules/event-rules.ts';
import { FindingExceptions } from '../rules/finding-exceptions.ts';
import { startLiveRules } from '../rules/live-rules.ts';
import { rulesForPeople } from '../rules/rules-for-people.ts';
import { keptWords } from '../rules/kept-words.ts';
import { withSubjects } from '../rules/watched-subjects.ts';
import { attackForPeople } from './attack-for-people.ts';
import { createAnalysis } from './analysis.ts';
import { createAnnouncements } from './announcements.ts';
import { openBlocklist } from './blocklist.ts';
import { createCasework } from './casework.ts';
import { configurationForPeople } from './configuration-orders.ts';
import { createCorrelation } from './correlation.ts';
import { startTrafficReading } from './traffic-reading.ts';
import { controlAnswers } from './control-answers.ts';
import { serveControl } from './control.ts';
import { createEnforcerLink } from './enforcer-link.ts';
import { createErasures } from './erasures.ts';
import { startHousekeeping } from './housekeeping.ts';
import { startIncidentSweep } from './incident-sweep.ts';
import { createDismissals } from './not-an-attack.ts';
import { DecoyTests } from './decoy-tests.ts';
import { OwnTests } from './own-tests.ts';
import { placesOf } from './places.ts';
import { LauncherRequests } from './launcher-requests.ts';
import { playbooksForPeople } from './playbook-orders.ts';
import { PlatformConfig } from './platform.config.ts';
import { sensorDetails } from './sensor-details.ts';
import { createSensorLinks } from './sensor-links.ts';
import { startSourceHealth } from './source-health.ts';
import { createResponseOrders } from './response-orders.ts';
import { StatusBoard } from './status-board.ts';
import { createAlerting } from './start-alerting.ts';
import { createPlaybooks } from './start-playbooks.ts';
import { startStoreWriter } from './store-writer.ts';
import { allStopped } from './all-stopped.ts';
import { systemFigures, versionOf } from './system-figures.ts';
import { openStores } from './stores.ts';
import { tellLive } from './tell-live.ts';

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
        if (handle instanceof Socket) running?.sensors.accept(handle, { id: message.sensor, type: message.type });
        return;
      case 'enforcer':
        if (handle instanceof Socket) running?.enforcer.link(handle);
        return;
      case 'watching': {
        const { addresses, reason } = message;
        running?.board.watching({ addresses, ...(reason === undefined ? {} : { reason }) });
        return;
      }
      case 'described':
        running?.board.described(message.decoys);
        return;
      case 'decoy-set':
        running?.decoyOrders.answered(message);
        return;
      case 'decoys-tested':
        running?.decoyTests.ended(message);
        return;
      case 'configuration-answer':
        running?.configurationOrders.answered(message);
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

  const [stores, placeOf] = await Promise.all([
    openStores({ directory: boot.directory, config, clock, log }),
    placesOf(config.places, log),
  ]);
  const { events, stream, records, blobs, tour } = stores;
  const alertState = config.alert.notifiers.length === 0 ? stores.state : markChanges(stores.state, clock);
  const state =
    config.playbooks === undefined
      ? alertState
      : markIncidents(alertState, (tx, incident) => tx.playbookDue(incident, clock.now()));
  const alerting = await createAlerting({ config: config.alert, state, clock, log, placeOf });
  const configured = { notifiers: config.alert.notifiers.length, neverBlocked: config.neverBlocked };
  const board = new StatusBoard({ ...boot, clock, tour, configured });
  const ownTests = new OwnTests(clock);
  const decoyTests = new DecoyTests({ clock, ownTests, send: (order) => channel.send(order) });
  const decoyOrders = new LauncherRequests(clock, 'DECOY_NOT_SWITCHED');
  const configurationOrders = new LauncherRequests(clock, 'CONFIGURATION_NO_ANSWER');
  const blocklist = await openBlocklist({ config: config.blocklist, state, clock });
  const { onIncident, onAction } = createAnnouncements(
    () => api.live,
    board,
    blocklist.list,
    (message) => channel.send(message),
  );
  const exceptions = new FindingExceptions();
  const rules = new CompiledEventRules(join(config.contentRoot, 'rules'));
  const subjects = new SubjectWatch({ placeOf });
  const correlation = createCorrelation({
    ...stores.correlation,
    state,
    clock,
    log,
    subjects,
    fold: (findings, write) => analysis.addFindings(findings, write),
  });
  const liveRules = await startLiveRules({
    content: config.contentRoot,
    folder: config.rulesRoot,
    clock,
    log,
    kept: () => keptWords(state.read),
    onRules: (set, excepted) => {
      exceptions.use(excepted);
      rules.use(set);
      correlation.use(set);
      board.rules({ rules: set.rules.length, correlations: set.correlations.length, refused: set.failed.length });
    },
  });
  const usual = new UsualSources();
  const policy = {
    ...compilePolicy(config.response, config.networks.ownScanners),
    trafficOf: (target: string) => usual.of(target),
  };
  const analysis = createAnalysis({
    stream,
    records,
    rules: tellLive(withSubjects(new EventJudge(rules, new Behaviours()), subjects), exceptions, () => api.live),
    correlate: (seen) => correlation.take(seen),
    state,
    clock,
    log,
    policy,
    exceptions,
    enrich: await createEnrichment(config.contentRoot, config.networks, config.honeytokens),
    closeAfterMs: config.alert.closeAfterMs,
    onIncident: (summary) => {
      onIncident(summary);
      alerting?.changed();
      playbooks?.changed();
    },
    onAction: planned,
  });
  const enforcer = createEnforcerLink({
    clock,
    log,
    onReply: (reply) => {
      if (!isRecordId(reply.id)) void dispatcher.onReply(reply);
      else if (reply.status === 'applied') playbooks?.confirmed(reply.id);
    },
    onConnected: () => void resend(),
  });
  const dispatcher = createDispatcher({
    orders: enforcer,
    state,
    clock,
    log,
    // An action's new status and its incident are one transaction.
    commit: (actions, write) => analysis.actionsChanged(actions, write),
    onAction: (action) => {
      onAction(action);
      orders.changed(action);
      playbooks?.changed();
    },
  });
  const orders = createResponseOrders({
    state,
    clock,
    policy,
    trafficDays: config.response.trafficDays,
    enforcer,
    dispatcher,
    analysis,
    onPlanned: planned,
  });
  function planned(action: Action): void {
    onAction(action);
    dispatcher.dispatch([action]);
  }
  async function resend(): Promise<void> {
    await dispatcher
      .onConnected()
      .then(() => playbooks?.connected())
      .catch((error: unknown) => log.error('orders could not be sent again', { error: describeError(error) }));
  }
  const playbooks = await createPlaybooks({
    config: config.playbooks,
    state,
    clock,
    log,
    policy,
    analysis,
    alerting,
    onAction: planned,
    revert: (id, reason, by) => dispatcher.revert(id, reason, by),
    send: (order) => enforcer.send(order),
  });
  const dismissals = createDismissals({
    state,
    clock,
    analysis,
    reload: () => liveRules.reload(),
    revert: (id, reason, by) => dispatcher.revert(id, reason, by),
  });
  const erasures = createErasures({ events, state, blobs, analysis, texts: stores.texts, clock });
  const api: ApiServer = await createApi({
    state,
    events,
    blobs: tour.withRecordings(blobs),
    clock,
    log,
    tour,
    sealer: stores.keys.keyring,
    consoleRoot: config.consoleRoot,
    openId: config.openId,
    liveRedis: config.liveRedis,
    requestsPerMinute: config.requestsPerMinute,
    tls: config.tls,
    status: () => board.status(),
    systemFigures: systemFigures({
      stream,
      correlation: () => correlation.stream,
      events,
      blobs,
      config,
      clock,
      directory: boot.directory,
      version: versionOf(join(config.contentRoot, '..')),
    }),
    decoys: () => board.decoys(),
    // All schemas of the configuration come with it: when somebody asks.
    decoySchema: async (type) => (await import('../config/decoy-schema.ts')).decoySchema(type),
    switchDecoy: async (id, isListening) => {
      await decoyOrders.ask((request) => channel.send({ t: 'decoy', request, decoy: id, listening: isListening }));
      board.switched(id, isListening);
    },
    decoyTests,
    configuration: configurationForPeople(configurationOrders, (order) => channel.send(order)),
    sensors: () =>
      sensorDetails(
        [
          { id: DECOY_SENSOR, type: 'decoy-host' },
          { id: WATCHER_SENSOR, type: 'watcher', mayRest: true, unable: board.whyNotWatching },
          ...boot.collectors,
        ],
        (id) => board.sensors.of(id),
        health.records(),
      ),
    ...attackForPeople(),
    dismissals,
    blocklist,
    erasures,
    casework: createCasework({ state, clock, analysis, onWork: (work) => api.live.work(work) }),
    response: orders,
    playbooks: playbooksForPeople(config.playbooks?.playbooks ?? [], playbooks),
    rules: rulesForPeople({ live: liveRules, running: () => rules.rules, content: config.contentRoot, clock }),
  });
  await board.load(state);
  const writer = await startStoreWriter({ stream, store: events, clock, log });
  await correlation.start();
  await analysis.start();
  await alerting?.start();
  playbooks?.start();
  const housekeeping = startHousekeeping({
    streams: () => [stream, correlation.stream],
    events,
    blobs,
    state,
    clock,
    log,
    erasures,
    config: config.store,
  });
  const traffic = startTrafficReading({ usual, events, clock, log, days: config.response.trafficDays });
  const sweep = startIncidentSweep({ analysis, clock, log });
  const health = await startSourceHealth({
    sensors: boot.sensors.map((sensor) => ({ ...sensor, heartbeatAfterMs: config.health.heartbeatAfterMs })),
    state,
    stream,
    clock,
    log,
    onChange: ({ what, record: { sensor, source }, silentMs }) =>
      channel.send({ t: 'source', what, sensor, source, silentMs }),
  });
  board.useSources(() => health.status());
  const sensors = await createSensorLinks({
    ownTests,
    stream,
    records,
    blobs,
    state,
    clock,
    log,
    collectors: boot.collectors,
    board,
    health,
    onTerminal: (session, offset, chunk) => api.live.terminal(session, offset, chunk),
  });
  const control = await serveControl(
    boot.controlSocket,
    controlAnswers({
      api,
      board,
      dismissals,
      liveRules,
      ownTests,
      events,
      state,
      stores,
      blocklist,
      alerting,
      analysis,
      playbooks,
      erasures,
      clock,
      log,
      trafficDays: config.response.trafficDays,
    }),
  );
  channel.send({ t: 'sign-in', path: (await api.firstRunPath()) ?? '/' });

  return {
    api,
    board,
    decoyOrders,
    decoyTests,
    configurationOrders,
    enforcer,
    sensors,
    stop: async (): Promise<void> => {
      sensors.close();
      decoyOrders.close();
      configurationOrders.close();
      control.close();
      housekeeping.stop();
      liveRules.stop();
      sweep.stop();
      traffic.stop();
      await health.stop();
      const parts = {
        api: api.close(),
        playbooks: playbooks?.stop(),
        analysis: analysis.stop(),
        alerting: alerting?.stop(),
      };
      await allStopped({ ...parts, 'store writer': writer.stop() }, log);
      await correlation.stop();
      enforcer.close();
      for (const store of [events, correlation.stream, stream, blobs, state]) await store?.close();
    },
  };
}
