/** `playbooks` of the configuration as the platform gets it: read, as it may read no files of the user's, with what each may do. */
import { dirname, resolve } from 'node:path';
import type { Playbook } from '@netsentinel/contracts/playbook';
import type { LoadedConfig } from '@netsentinel/kernel/config';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import { modeOf } from '@netsentinel/respond/playbooks/playbooks.config';
import { readPlaybooks, SHIPPED_PLAYBOOKS, type ReadPlaybook } from '../playbooks/playbook-files.ts';
import type { NetSentinelConfig } from './netsentinel.config.ts';

export interface PlannedPlaybook extends ReadPlaybook {
  readonly mode: 'off' | 'simulate' | 'run';
}

export interface PlaybookPlan {
  readonly maxRuns: number;
  readonly maxRunsPerHour: number;
  readonly keepDays: number;
  readonly playbooks: readonly { readonly playbook: Playbook; readonly mode: 'simulate' | 'run' }[];
}

/** All that there are. @throws NetSentinelError `PLAYBOOK_INVALID`, `PLAYBOOK_NOT_FOUND` */
export function configuredPlaybooks(loaded: LoadedConfig<NetSentinelConfig>, configFile: string): PlannedPlaybook[] {
  const { playbooks: config, alert, enforcer } = loaded.config;
  const folder = dirname(configFile);
  const all = readPlaybooks([SHIPPED_PLAYBOOKS, ...config.files.map((path) => resolve(folder, path))]);
  const planned = all.map((one) => ({
    ...one,
    mode: modeOf(config, one.playbook.id, one.path.startsWith(SHIPPED_PLAYBOOKS)),
  }));
  for (const id of Object.keys(config.modes))
    if (!all.some(({ playbook }) => playbook.id === id))
      throw new NetSentinelError('PLAYBOOK_NOT_FOUND', 'user', `there is no playbook "${id}"`, {
        where: loaded.where(['playbooks', 'modes', id]),
        hint: '`netsentinel playbook list` names them.',
      });
  const known = {
    notifiers: alert.notifiers.map(({ id }) => id),
    responders: Object.keys(enforcer.responders ?? { nftables: {} }),
  };
  for (const { playbook, path, mode } of planned) {
    const problem = mode === 'run' ? unknownNames(playbook, known)[0] : undefined;
    if (problem !== undefined)
      throw new NetSentinelError('PLAYBOOK_INVALID', 'user', `${path}: ${problem}`, {
        hint: 'What it names must be configured before it is run; simulate it until then.',
      });
  }
  return planned;
}

/** Undefined where none may do anything. */
export function planPlaybooks(loaded: LoadedConfig<NetSentinelConfig>, configFile: string): PlaybookPlan | undefined {
  const { playbooks: config } = loaded.config;
  if (config.mode === 'off') return undefined;
  const { maxRuns, maxRunsPerHour, keepDays } = config;
  const playbooks = configuredPlaybooks(loaded, configFile).flatMap(({ playbook, mode }) =>
    mode === 'off' ? [] : [{ playbook, mode }],
  );
  return { maxRuns, maxRunsPerHour, keepDays, playbooks };
}

/** Notifiers and responders that a playbook names and nobody has configured, in words. */
export function unknownNames(
  { steps }: Playbook,
  known: { readonly notifiers: readonly string[]; readonly responders: readonly string[] },
): string[] {
  const leaves = steps.flatMap((step) => step.parallel ?? [step]);
  const told = leaves.flatMap(({ notify, compensate = [] }) => [
    ...(notify?.to ?? []),
    ...compensate.flatMap((undo) => undo.notify?.to ?? []),
  ]);
  const responders = leaves.flatMap(({ block }) => block?.responders ?? []);
  return [
    ...[...new Set(told)]
      .filter((name) => !known.notifiers.includes(name))
      .map((name) => `there is no notifier "${name}"`),
    ...[...new Set(responders)]
      .filter((name) => !known.responders.includes(name))
      .map((name) => `there is no responder "${name}"`),
  ];
}
