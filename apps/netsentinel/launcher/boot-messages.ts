/** What each process is told when it starts: its part of the plan, and nothing of the others'. */
import { join } from 'node:path';
import type { Honeytoken } from '@netsentinel/contracts/honeytoken';
import type { PlayedDecoy } from '@netsentinel/contracts/played-decoy';
import type { PlayedStack } from '@netsentinel/contracts/played-stack';
import type { ToDecoyHost, ToEnforcer, ToPlatform } from '@netsentinel/contracts/process';
import { DECOY_SENSOR } from '@netsentinel/contracts/own-sensors';
import { strongestMode } from '@netsentinel/enforcer/strongest-mode';
import type { PlannedDecoy } from '../config/decoy-plan.ts';
import { personaSeed } from './data-folder.ts';
import type { LaunchPlan } from './launch-plan.types.ts';
import { withoutSecrets } from './without-secrets.ts';

/** The sensor that the decoy host is to the platform. */
export const SENSOR = { id: DECOY_SENSOR, type: 'decoy-host' } as const;

/** `decoys` as they were bound. */
export function decoyHostBoot(
  { config, decoys: planned }: LaunchPlan,
  decoys: readonly PlannedDecoy[],
  seed: Uint8Array,
): ToDecoyHost {
  return {
    t: 'boot',
    sensor: SENSOR.id,
    logLevel: config.logLevel,
    decoys: decoys.map(({ id, type, options: config, persona, servicePort }) => ({
      id,
      type,
      config,
      seed: personaSeed(seed, persona, planned.personas[persona]),
      persona,
      ...(servicePort === undefined ? {} : { servicePort }),
    })),
    personas: Object.fromEntries(Object.entries(planned.personas).map(([id, { file }]) => [id, file])),
    limits: config.decoyLimits,
  };
}

export function platformBoot(
  { config, folder, home, tls, places, collectors, playbooks }: LaunchPlan,
  decoys: readonly PlannedDecoy[],
  honeytokens: readonly Honeytoken[],
  isStopped: (decoy: string) => boolean,
): ToPlatform {
  const { allow, allowHosts, allowAsns } = config.enforcer;
  return {
    t: 'boot',
    directory: folder.platform,
    controlSocket: folder.platformSocket,
    logLevel: config.logLevel,
    config: {
      stream: config.stream,
      store: config.store,
      encryption: config.encryption,
      alert: config.alert,
      networks: config.networks,
      health: config.health,
      response: config.response,
      blocklist: config.blocklist,
      playbooks,
      tls,
      places,
      openId: config.console.openId,
      neverBlocked: [allow, allowHosts, allowAsns].reduce((sum, list) => sum + list.length, 0),
      liveRedis: config.console.live.redis,
      requestsPerMinute: config.console.requestsPerMinute,
      consoleRoot: join(home, 'surface', 'console', 'out'),
      contentRoot: join(home, 'content'),
      rulesRoot: folder.rules,
      honeytokens,
    },
    responseMode: strongestMode(config.enforcer),
    decoys: decoys.map((decoy) => playedOf(decoy, isStopped(decoy.id))),
    collectors: collectors.map(({ boot: { id, type } }) => ({ id, type })),
    sensors: [
      // Attackers come and go: nobody behind a decoy is expected.
      { id: SENSOR.id, silenceAfterMs: 0 },
      ...config.collectors.map(({ id, silenceAfterMs }) => ({ id, silenceAfterMs })),
    ],
  };
}

function playedOf(
  { id, type, transport, address, port, persona, options }: PlannedDecoy,
  stopped: boolean,
): PlayedDecoy {
  const config = withoutSecrets(options) as Record<string, unknown>;
  return { id, type, transport, address, port, persona, stopped, config };
}

/**
 * @param decoys as they were bound
 * @param capture there is somebody who writes packets at its word; `unable`: why not on this machine
 */
export function enforcerBoot(
  { config, folder, decoys: planned }: LaunchPlan,
  decoys: readonly PlannedDecoy[],
  capture: { readonly unable?: string } | undefined,
): ToEnforcer {
  return {
    t: 'boot',
    directory: folder.enforcer,
    controlSocket: folder.enforcerSocket,
    logLevel: config.logLevel,
    config: config.enforcer,
    stacks: stacksOf(planned, decoys),
    ...(capture === undefined ? {} : { capture }),
  };
}

/** Of machines whose system answers packets other than this one's does. */
function stacksOf({ personas }: LaunchPlan['decoys'], decoys: readonly PlannedDecoy[]): PlayedStack[] {
  return Object.entries(personas).flatMap(([persona, { file }]) => {
    const own = decoys.filter((decoy) => decoy.persona === persona && decoy.transport === 'tcp');
    if (file?.os.family !== 'windows' || own.length === 0) return [];
    return { persona, system: 'windows', listeners: own.map(({ address, port }) => ({ address, port })) };
  });
}
