/** Starts an enforcement point: the enforcer alone, with the one right that it has everywhere, which obeys a centre on another host. */
import { join } from 'node:path';
import type { Logger } from '@netsentinel/contracts/log';
import type { FromChild, ToEnforcer } from '@netsentinel/contracts/process';
import type { EnforcerConfig } from '@netsentinel/enforcer/enforcer.config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { readFromChild } from './child-messages.ts';
import { lockDataFolder, prepareDataFolder, type DataFolder } from './data-folder.ts';
import { FirstReady } from './first-ready.ts';
import { spawnEnforcer } from './sandbox.ts';
import { Supervisor } from './supervisor.ts';

export interface PointPlan {
  /** The folder of the clone. */
  readonly home: string;
  readonly folder: DataFolder;
  readonly config: EnforcerConfig;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error';
}

/** Resolves once it enforces what its journal says; the centre need not be there. What dies is started again. Answers how to stop it. */
export async function launchPoint(
  { home, folder, config, logLevel }: PointPlan,
  log: Logger,
  onNotice: (text: string) => void,
): Promise<{ stop(): Promise<void> }> {
  prepareDataFolder(folder, undefined);
  const unlock = lockDataFolder(folder);
  const first = new FirstReady();
  const enforcer: Supervisor<FromChild> = new Supervisor<FromChild>({
    name: 'enforcer',
    log,
    read: readFromChild,
    spawn: () => spawnEnforcer(join(home, 'apps/enforcer/enforcer-host.ts')),
    onStart: (it) =>
      it.send({
        t: 'boot',
        directory: folder.enforcer,
        controlSocket: folder.enforcerSocket,
        logLevel,
        config,
        isPoint: true,
      } satisfies ToEnforcer),
    onMessage: (message) => {
      if (message.t === 'ready') first.ready('enforcer');
      if (message.t !== 'failed') return;
      const hint = message.hint === undefined ? {} : { hint: message.hint };
      first.failed('enforcer', new NetSentinelError(message.code, 'operational', message.message, hint));
      onNotice(`the enforcer failed: ${message.message}`);
    },
    onDeath: (how) => {
      first.failed('enforcer', new NetSentinelError('PROCESS_DIED', 'operational', `the enforcer ended (${how})`));
      onNotice(`the enforcer ended (${how}) and is started again`);
    },
  });
  const stop = async (): Promise<void> => {
    await enforcer.stop();
    unlock();
  };
  enforcer.start();
  try {
    await first.wait('enforcer');
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
}
