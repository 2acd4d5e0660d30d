/**
 * The launcher: binds listeners, starts the processes with the rights that each needs, links them, and starts again what dies. It never sees a
 * byte of an attacker's: sockets between the others are handed over unread.
 */
import { join } from 'node:path';
import type { Server } from 'node:net';
import type { Logger } from '@netsentinel/contracts/log';
import type { FromChild, FromPlatform, ToDecoyHost, ToEnforcer, ToPlatform } from '@netsentinel/contracts/process';
import { describeError, isNetSentinelError, NetSentinelError } from '@netsentinel/kernel/errors';
import { releaseMemorySoon } from '@netsentinel/kernel/release-memory';
import { socketPair } from '@netsentinel/kernel/socket-pair';
import { readFromChild, readFromPlatform } from './child-messages.ts';
import { fillCodeCache } from './code-cache.ts';
import { decoyHostProgram, platformProgram } from './confinements.ts';
import { installSeed, lockDataFolder, personaSeed, prepareDataFolder } from './data-folder.ts';
import type { LaunchPlan } from './launch-plan.types.ts';
import { bindListener } from './listeners.ts';
import { ENFORCER_OPTIONS, probeSandbox, spawnConfined, spawnEnforcer, UIDS, type SandboxReport } from './sandbox.ts';
import { Supervisor } from './supervisor.ts';

/** The sensor that the decoy host is to the platform. */
const SENSOR = { id: 'decoys', type: 'decoy-host' } as const;
const FIRST_READY_MS = 30_000;
const REBIND_MS = 10_000;
/** All that a decoy host ever says to the launcher: that it is ready, that it failed, and that a socket has arrived. */
const DECOY_HOST_MESSAGE_BYTES = 1024 * 1024;

export interface LaunchOptions {
  readonly plan: LaunchPlan;
  readonly log: Logger;
  readonly onMessage: (message: FromPlatform) => void;
  readonly onNotice: (text: string) => void;
}

export interface Launched {
  readonly sandbox: SandboxReport;
  readonly listening: readonly { readonly what: string; readonly address: string; readonly port: number }[];
  /** Process ids by name, for `fault` and for whoever asks; undefined while one is down. */
  pids(): Readonly<Record<string, number | undefined>>;
  stop(): Promise<void>;
}

/** Resolves once every process is ready and every listener handed over. */
export async function launch(options: LaunchOptions): Promise<Launched> {
  const { log } = options;
  const { config, folder, home, tls, where } = options.plan;
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
    const bindConsole = (): Promise<Server> => bindListener(config.console.address, config.console.port, where.console);
    const bindDecoy = (i: number): Promise<Server> =>
      bindListener(config.decoys[i]!.address, config.decoys[i]!.port, where.decoys[i]!);
    // All ports first: a mistake in the configuration shall be said before anything runs.
    const waiting = new Map<string, Server>();
    try {
      waiting.set('console', await bindConsole());
      for (const [i, decoy] of config.decoys.entries()) waiting.set(decoy.id, await bindDecoy(i));
    } catch (error) {
      for (const server of waiting.values()) server.close();
      throw error;
    }
    /** The listener bound at the start, or a new one where a process is started again. */
    const listener = async (name: string, bind: () => Promise<Server>): Promise<Server> => {
      const first = waiting.get(name);
      waiting.delete(name);
      return first ?? bindAgain(bind);
    };

    const ready = new Map<string, { resolve(): void; reject(error: Error): void }>();
    const firstReady = (name: string): Promise<void> =>
      new Promise((resolve, reject) => {
        ready.set(name, { resolve, reject });
        setTimeout(
          () =>
            reject(
              new NetSentinelError(
                'PROCESS_SLOW',
                'operational',
                `the ${name} did not start within ${FIRST_READY_MS / 1000} s`,
              ),
            ),
          FIRST_READY_MS,
        ).unref();
      });
    const hear = (name: string, message: FromPlatform): void => {
      if (message.t === 'ready') ready.get(name)?.resolve();
      else if (message.t === 'failed') {
        ready
          .get(name)
          ?.reject(
            new NetSentinelError(
              message.code,
              'operational',
              message.message,
              message.hint === undefined ? {} : { hint: message.hint },
            ),
          );
        options.onNotice(`the ${name} failed: ${message.message}`);
      } else options.onMessage(message);
    };
    const died = (name: string) => (how: string) => {
      ready.get(name)?.reject(
        new NetSentinelError('PROCESS_DIED', 'operational', `the ${name} ended at its start (${how})`, {
          hint: 'The lines above say why; `netsentinel doctor` looks for causes.',
        }),
      );
      options.onNotice(`the ${name} ended (${how}) and is started again`);
    };
    const guard = (what: string, work: Promise<void>): void =>
      void work.catch((error: unknown) =>
        log.error('a process could not be set up', { what, error: describeError(error) }),
      );

    const linkSensor = async (): Promise<void> => {
      if (!decoyHost.running || !platform.running) return;
      const [near, far] = await socketPair(folder.enforcer);
      platform.send({ t: 'sensor', sensor: SENSOR.id, type: SENSOR.type } satisfies ToPlatform, near);
      decoyHost.send({ t: 'link' } satisfies ToDecoyHost, far);
    };
    const linkEnforcer = async (): Promise<void> => {
      if (!enforcer.running || !platform.running) return;
      const [near, far] = await socketPair(folder.enforcer);
      platform.send({ t: 'enforcer' } satisfies ToPlatform, near);
      enforcer.send({ t: 'link' } satisfies ToEnforcer, far);
    };

    const programs = {
      decoyHost: decoyHostProgram(home),
      platform: platformProgram(home, folder.platform, folder.rules),
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
            const decoys = config.decoys.map((d) => ({
              id: d.id,
              type: d.type,
              config: d.options,
              seed: personaSeed(seed, d.persona),
            }));
            it.send({
              t: 'boot',
              sensor: SENSOR.id,
              logLevel: config.logLevel,
              decoys,
              limits: config.decoyLimits,
            } satisfies ToDecoyHost);
            for (const [i, decoy] of config.decoys.entries())
              it.send(
                { t: 'listener', decoy: decoy.id } satisfies ToDecoyHost,
                await listener(decoy.id, () => bindDecoy(i)),
              );
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
            it.send({
              t: 'boot',
              directory: folder.platform,
              controlSocket: folder.platformSocket,
              logLevel: config.logLevel,
              config: {
                stream: config.stream,
                store: config.store,
                alert: config.alert,
                response: config.response,
                tls,
                consoleRoot: join(home, 'surface', 'console', 'out'),
                contentRoot: join(home, 'content'),
                rulesRoot: folder.rules,
              },
              responseMode: config.enforcer.mode,
              decoys: config.decoys.map((d) => ({ id: d.id, type: d.type, listen: `${d.address}:${d.port}` })),
            } satisfies ToPlatform);
            it.send({ t: 'console' } satisfies ToPlatform, await listener('console', bindConsole));
            await linkEnforcer();
            await linkSensor();
          })(),
        ),
      onMessage: (message) => hear('platform', message),
      onDeath: died('platform'),
    });
    const enforcer: Supervisor<FromChild> = new Supervisor<FromChild>({
      name: 'enforcer',
      log,
      read: readFromChild,
      spawn: () => spawnEnforcer(enforcerEntry, codeCache),
      onStart: (it) =>
        guard(
          'enforcer',
          (async () => {
            it.send({
              t: 'boot',
              directory: folder.enforcer,
              controlSocket: folder.enforcerSocket,
              logLevel: config.logLevel,
              config: config.enforcer,
            } satisfies ToEnforcer);
            await linkEnforcer();
          })(),
        ),
      onMessage: (message) => hear('enforcer', message),
      onDeath: died('enforcer'),
    });

    const all = { 'decoy host': decoyHost, platform, enforcer };
    const stop = async (): Promise<void> => {
      for (const server of waiting.values()) server.close();
      // Decoys first, so that the platform still takes what they have; the enforcer last, so that nothing it was told is lost.
      await decoyHost.stop();
      await platform.stop();
      await enforcer.stop();
      release();
    };
    const up = Promise.all(Object.keys(all).map(firstReady));
    for (const process of Object.values(all)) process.start();
    try {
      await up;
      releaseMemorySoon();
    } catch (error) {
      await stop();
      throw error;
    }
    return {
      sandbox,
      listening: [
        { what: 'console', address: config.console.address, port: config.console.port },
        ...config.decoys.map((d) => ({ what: `${d.type} decoy ${d.id}`, address: d.address, port: d.port })),
      ],
      pids: () => ({
        launcher: process.pid,
        ...Object.fromEntries(Object.entries(all).map(([name, one]) => [name, one.pid])),
      }),
      stop,
    };
  }
}

/** Binds what a process held that has just died; its last threads may hold the port for a moment longer. */
async function bindAgain(bind: () => Promise<Server>): Promise<Server> {
  const until = performance.now() + REBIND_MS;
  for (;;) {
    try {
      return await bind();
    } catch (error) {
      if (!isNetSentinelError(error, 'LISTEN_IN_USE') || performance.now() > until) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
