/**
 * The launcher: binds listeners, starts the processes with the rights that each needs, links them, and starts again what dies. It never sees a
 * byte of an attacker's: sockets between the others are handed over unread.
 */
import { join } from 'node:path';
import type { Server } from 'node:net';
import type { Logger } from '@netsentinel/contracts/log';
import type {
  FromChild,
  FromEnforcerHost,
  FromPlatform,
  ToDecoyHost,
  ToEnforcer,
  ToPlatform,
  ToWatcher,
} from '@netsentinel/contracts/process';
import { WATCHER_SENSOR } from '@netsentinel/contracts/own-sensors';
import { describeError, NetSentinelError } from '@netsentinel/kernel/errors';
import { releaseMemorySoon } from '@netsentinel/kernel/release-memory';
import { socketPair } from '@netsentinel/kernel/socket-pair';
import { decoyHostBoot, enforcerBoot, platformBoot, SENSOR } from './boot-messages.ts';
import { readFromChild, readFromEnforcer, readFromPlatform } from './child-messages.ts';
import { fillCodeCache } from './code-cache.ts';
import { BoundListeners } from './bound-listeners.ts';
import { captureConfig, Captures } from './captures.ts';
import { collectorBindings, collectorSupervisor, sendLink } from './collectors.ts';
import {
  captureProgram,
  collectorProgram,
  decoyHostProgram,
  NAME_RESOLUTION,
  platformProgram,
  verifierProgram,
  watcherProgram,
} from './confinements.ts';
import { installSeed, lockDataFolder, prepareDataFolder } from './data-folder.ts';
import { describeDecoys, type DescribedDecoys } from './described-decoys.ts';
import { FirstReady } from './first-ready.ts';
import { drawHoneytokens } from './honeytokens.ts';
import type { LaunchPlan } from './launch-plan.types.ts';
import { bindDecoys, keepStopped } from './decoy-listeners.ts';
import { DecoySwitch } from './decoy-switch.ts';
import { DecoyTester } from './decoy-tester.ts';
import { bindAgain, bindListener } from './listeners.ts';
import { ENFORCER_OPTIONS, probeSandbox, spawnConfined, spawnEnforcer, UIDS, type SandboxReport } from './sandbox.ts';
import { Supervisor } from './supervisor.ts';
import { createWatcher, watchedNow, whyNoPackets, whyNotWatched } from './watcher.ts';

/** That the watcher is. It is not in the list of those who must be heard: it sleeps while nobody probes, and its end is the launcher's to see. */
const WATCHER = { id: WATCHER_SENSOR, type: 'watcher' } as const;
/** Whoever starts us at once after a launcher was killed, as service managers do, shall not fail for what its processes still hold. */
const LEAVING_MS = 3000;
/** All that a decoy host ever says to the launcher: that it is ready, that it failed, and that a socket has arrived. */
const DECOY_HOST_MESSAGE_BYTES = 1024 * 1024;

export interface LaunchOptions {
  readonly plan: LaunchPlan;
  readonly log: Logger;
  readonly onMessage: (message: FromPlatform) => void;
  /** A person's word about the configuration. */
  readonly onConfiguration: (order: Extract<FromPlatform, { t: 'configuration' }>) => Promise<ToPlatform>;
  readonly onNotice: (text: string) => void;
}

export interface Launched {
  readonly sandbox: SandboxReport;
  /** What is watched for scans, or why nothing is. */
  readonly watching: Watching;
  readonly listening: readonly { readonly what: string; readonly address: string; readonly port: number }[];
  /** Process ids by name, for `fault` and for whoever asks; undefined while one is down. */
  pids(): Readonly<Record<string, number | undefined>>;
  stop(): Promise<void>;
}

export type Watching = { readonly addresses: readonly string[] } | { readonly reason: string };

/** Resolves once every process is ready and every listener handed over. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { log } = options;
  const { config, decoys: planned, folder, home, places, where, collectors } = options.plan;
  const sandbox = config.sandbox.enabled
    ? probeSandbox()
    : { level: 'none' as const, reason: 'sandbox.enabled is false' };
  prepareDataFolder(folder, sandbox.level === 'root' ? UIDS.platform : undefined);
  const unlock = lockDataFolder(folder);
  try {
    const seed = installSeed(folder);
    return await start(options, sandbox, seed, unlock);
  } catch (error) {
    unlock();
    throw error;
  }

  async function start(
    _: LaunchOptions,
    sandbox: SandboxReport,
    seed: Uint8Array,
    release: () => void,
  ): Promise<Launched> {
    const honeytokens = drawHoneytokens(planned, seed, log);
    const bindConsole = (): Promise<Server> => bindListener(config.console.address, config.console.port, where.console);
    // All ports first: a mistake in the configuration shall be said before anything runs.
    const bindings = collectorBindings(collectors);
    const waiting = new BoundListeners();
    const { decoys, stopped } = await bindAgain(async () => {
      try {
        waiting.add('console', await bindConsole());
        const bound = await bindDecoys(planned, folder.root);
        for (const [name, server] of bound.listeners) waiting.add(name, server);
        for (const [name, bind] of bindings) waiting.add(name, await bind());
        return bound;
      } catch (error) {
        waiting.closeAll();
        throw error;
      }
    }, LEAVING_MS);

    const first = new FirstReady();
    const hear = (name: string, message: FromPlatform): void => {
      if (message.t === 'ready') first.ready(name);
      else if (message.t === 'failed') {
        const hint = message.hint === undefined ? {} : { hint: message.hint };
        first.failed(name, new NetSentinelError(message.code, 'operational', message.message, hint));
        options.onNotice(`the ${name} failed: ${message.message}`);
      } else options.onMessage(message);
    };
    const died = (name: string) => (how: string) => {
      first.failed(
        name,
        new NetSentinelError('PROCESS_DIED', 'operational', `the ${name} ended at its start (${how})`, {
          hint: 'The lines above say why; `netsentinel doctor` looks for causes.',
        }),
      );
      options.onNotice(`the ${name} ended (${how}) and is started again`);
    };
    /** The first of each process: nothing listens before it is through. */
    const setUp = new Map<string, Promise<void>>();
    const guard = (what: string, work: Promise<void>): void => {
      const guarded = work.catch((error: unknown) =>
        log.error('a process could not be set up', { what, error: describeError(error) }),
      );
      if (!setUp.has(what)) setUp.set(what, guarded);
    };

    const linkSensor = async (): Promise<void> => {
      if (!decoyHost.running || !platform.running) return;
      const [near, far] = await socketPair(folder.enforcer);
      platform.send({ t: 'sensor', sensor: SENSOR.id, type: SENSOR.type } satisfies ToPlatform, near);
      decoyHost.send({ t: 'link' } satisfies ToDecoyHost, far);
    };
    const linkWatcher = async (): Promise<void> => {
      if (watcher?.isAwake !== true || !platform.running) return;
      const [near, far] = await socketPair(folder.enforcer);
      platform.send({ t: 'sensor', sensor: WATCHER.id, type: WATCHER.type } satisfies ToPlatform, near);
      watcher.process.send({ t: 'link' } satisfies ToWatcher, far);
    };
    const tellWatching = (): void => {
      const [addresses, reason] = whyNot === undefined ? [watcher?.addresses ?? []] : [[], whyNot];
      platform.send({
        t: 'watching',
        addresses: [...addresses],
        ...(reason === undefined ? {} : { reason }),
      } satisfies ToPlatform);
    };
    let described: DescribedDecoys = {};
    const tellDescribed = (): void => platform.send({ t: 'described', decoys: { ...described } } satisfies ToPlatform);
    const linkCollectors = async (): Promise<void> => {
      for (const { boot } of collectors) {
        if (collector?.running !== true || !platform.running) return;
        const [near, far] = await socketPair(folder.enforcer);
        platform.send({ t: 'sensor', sensor: boot.id, type: boot.type } satisfies ToPlatform, near);
        sendLink(collector, boot.id, far);
      }
    };
    const linkEnforcer = async (): Promise<void> => {
      if (!enforcer.running || !platform.running) return;
      const [near, far] = await socketPair(folder.enforcer);
      platform.send({ t: 'enforcer' } satisfies ToPlatform, near);
      enforcer.send({ t: 'link' } satisfies ToEnforcer, far);
    };

    const notWatched =
      whyNotWatched(config.watcher, sandbox) ??
      (Object.keys(watchedNow(config.watcher, decoys).addresses).length === 0
        ? 'the decoys listen on loopback only'
        : undefined);
    let whyNot = notWatched;
    const watching = (): Watching =>
      whyNot === undefined ? { addresses: watcher?.addresses ?? [] } : { reason: whyNot };
    const capturing = captureConfig(config);
    const notCaptured = capturing === undefined ? undefined : whyNoPackets(sandbox);
    const programs = {
      ...(capturing === undefined || notCaptured !== undefined
        ? {}
        : { capture: captureProgram(home, folder.captures) }),
      ...(notWatched === undefined ? { watcher: watcherProgram(home) } : {}),
      decoyHost: decoyHostProgram(home, [...new Set(decoys.map(({ type }) => type))]),
      platform: platformProgram(home, folder.platform, [
        folder.rules,
        ...(places === undefined ? [] : [places.addressTable, ...(places.elsewhere ?? [])]),
        // Who sends messages must find whom to send them to, who asks an OpenID provider where it is, and who shares its live channel the Redis.
        ...(config.alert.notifiers.length === 0 &&
        config.console.openId === undefined &&
        config.console.live.redis === undefined
          ? []
          : NAME_RESOLUTION),
      ]),
      ...(collectors.length === 0
        ? {}
        : { collector: collectorProgram(home, [...new Set(collectors.map(({ boot }) => boot.type))]) }),
    };
    const enforcerEntry = join(home, 'apps/enforcer/enforcer-host.ts');
    const codeCache = await fillCodeCache({
      home,
      programs: [
        ...Object.values(programs).map(({ entry, loads, confinement }) => ({
          nodeOptions: confinement.nodeOptions ?? [],
          modules: [entry, ...loads],
        })),
        {
          nodeOptions: ENFORCER_OPTIONS,
          modules: [enforcerEntry, join(home, 'enforcer/responders/nftables/nftables.responder.ts')],
        },
      ],
      readers: sandbox.level === 'root' ? Object.values(UIDS) : [],
      log,
    });
    const decoyHost: Supervisor<FromChild> = new Supervisor<FromChild>({
      name: 'decoy host',
      log,
      read: readFromChild,
      spawn: () => spawnConfined(programs.decoyHost.entry, programs.decoyHost.confinement, sandbox, codeCache),
      maxMessageBytes: DECOY_HOST_MESSAGE_BYTES,
      onStart: (it) =>
        guard(
          'decoy host',
          (async () => {
            decoySwitch.hostStarted();
            it.send(decoyHostBoot(options.plan, decoys, seed));
            // One that came before its decoy is there would take connections that nobody answers.
            await it.whenReady();
            await decoySwitch.serve();
            await linkSensor();
          })(),
        ),
      onMessage: (message) => hear('decoy host', message),
      onDeath: died('decoy host'),
    });
    const platform: Supervisor<FromPlatform> = new Supervisor<FromPlatform>({
      name: 'platform',
      log,
      read: readFromPlatform,
      spawn: () => spawnConfined(programs.platform.entry, programs.platform.confinement, sandbox, codeCache),
      onStart: (it) =>
        guard(
          'platform',
          (async () => {
            it.send(platformBoot(options.plan, decoys, await honeytokens, (id) => decoySwitch.isStopped(id)));
            await it.handOver({ t: 'console' } satisfies ToPlatform, await waiting.take('console', bindConsole));
            await linkEnforcer();
            await linkSensor();
            await linkCollectors();
            await linkWatcher();
            tellWatching();
            tellDescribed();
          })(),
        ),
      onMessage: (message) =>
        message.t === 'decoy'
          ? void decoySwitch.obey(message).then((answer) => platform.send(answer))
          : message.t === 'test-decoys'
            ? void decoyTester.obey(message).then((answer) => platform.send(answer))
            : message.t === 'configuration'
              ? void options.onConfiguration(message).then((answer) => platform.send(answer))
              : hear('platform', message),
      onDeath: died('platform'),
    });
    const decoySwitch = new DecoySwitch({
      decoys,
      stopped,
      host: decoyHost,
      bound: waiting,
      keep: (ids) => keepStopped(folder.root, ids),
      log,
    });
    const { entry: verifier, confinement: verifierConfinement } = verifierProgram(home);
    const decoyTester = new DecoyTester({
      plan: planned,
      decoys,
      isStopped: (id) => decoySwitch.isStopped(id),
      install: seed,
      spawn: () => spawnConfined(verifier, verifierConfinement, sandbox, codeCache),
      log,
    });
    const captures =
      capturing === undefined || programs.capture === undefined
        ? undefined
        : new Captures({
            config: capturing,
            folder: folder.captures,
            keepFreeBytes: config.store.events.minFreeMb * 1024 * 1024,
            home,
            stage: { program: programs.capture, sandbox, codeCache },
            logLevel: config.logLevel,
            log,
            tell: (report) => {
              enforcer.send(report);
              return enforcer.running;
            },
          });
    const enforcer: Supervisor<FromEnforcerHost> = new Supervisor<FromEnforcerHost>({
      name: 'enforcer',
      log,
      read: readFromEnforcer,
      spawn: () => spawnEnforcer(enforcerEntry, codeCache),
      onStart: (it) =>
        guard(
          'enforcer',
          (async () => {
            const unable = notCaptured === undefined ? {} : { unable: notCaptured };
            it.send(enforcerBoot(options.plan, decoys, capturing === undefined ? undefined : unable));
            await linkEnforcer();
          })(),
        ),
      onMessage: (message) => (message.t === 'capture' ? captures?.want(message.wanted) : hear('enforcer', message)),
      onDeath: died('enforcer'),
    });

    const collector =
      programs.collector === undefined
        ? undefined
        : collectorSupervisor({
            plans: collectors,
            program: programs.collector,
            sandbox,
            codeCache,
            log,
            logLevel: config.logLevel,
            listener: (name) => waiting.take(name, bindings.get(name)!),
            guard: (work) => guard('collector', work),
            linkAll: linkCollectors,
            onMessage: (message) => hear('collector', message),
            onDeath: died('collector'),
          });

    const watcher =
      programs.watcher === undefined
        ? undefined
        : createWatcher({
            config: config.watcher,
            decoys,
            home,
            program: programs.watcher,
            sandbox,
            codeCache,
            logLevel: config.logLevel,
            log,
            onAwake: () => guard('watcher', linkWatcher()),
            onUnable: (why) => {
              whyNot = why;
              tellWatching();
            },
            onWatching: tellWatching,
            onDeath: died('watcher'),
          });

    const all = {
      'decoy host': decoyHost,
      platform,
      enforcer,
      ...(collector === undefined ? {} : { collector }),
    };
    const stopping = new AbortController();
    const stop = async (): Promise<void> => {
      stopping.abort();
      decoyTester.stop();
      waiting.closeAll();
      // Sensors first, so that the platform still takes what they have; the enforcer last, so that nothing it was told is lost.
      await Promise.all([decoyHost.stop(), collector?.stop(), watcher?.stop()]);
      await Promise.all([platform.stop(), captures?.stop()]);
      await enforcer.stop();
      release();
    };
    const up = Promise.all(Object.keys(all).map((name) => first.wait(name)));
    for (const process of Object.values(all)) process.start();
    try {
      await Promise.all([up, watcher?.start(), ...setUp.values()]);
      void describeDecoys({ plan: planned, decoys, install: seed, codeCache, log }, stopping.signal).then((found) => {
        described = found;
        tellDescribed();
      });
      releaseMemorySoon();
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      sandbox,
      watching: watching(),
      listening: [
        { what: 'console', address: config.console.address, port: config.console.port },
        ...decoys
          .filter(({ id }) => !decoySwitch.isStopped(id))
          .map((d) => ({ what: `${d.type} decoy ${d.id}`, address: d.address, port: d.port })),
        ...collectors.flatMap(({ boot, listeners }) =>
          listeners.map((l) => ({ what: `${boot.type} ${boot.id}`, address: l.address, port: l.port })),
        ),
      ],
      pids: () => ({
        launcher: process.pid,
        ...Object.fromEntries(Object.entries(all).map(([name, one]) => [name, one.pid])),
        ...(watcher === undefined ? {} : { watcher: watcher.process.pid }),
        ...captures?.pids(),
      }),
      stop,
    };
  }
}
