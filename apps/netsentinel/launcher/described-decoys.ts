/**
 * What a scanner finds at the decoys, for the platform to tell. A process of its own finds it out: the decoys' code is nothing that the launcher has a use
 * for. It takes a second or more, so it is done once all runs.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DescribedDecoy } from '@netsentinel/contracts/played-decoy';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import type { DecoyPlan, PlannedDecoy } from '../config/decoy-plan.ts';
import type { MachineToDescribe } from '../personas/describe-machines.ts';
import { personaSeed } from './data-folder.ts';
import { ONE_LANGUAGE } from './lean.ts';

const DESCRIBER = fileURLToPath(new URL('./decoys.describer.ts', import.meta.url));
const DESCRIBE_MS = 60_000;

export type DescribedDecoys = Readonly<Record<string, DescribedDecoy>>;

export interface DescribeOptions {
  readonly plan: Pick<DecoyPlan, 'personas'>;
  /** As they were bound. */
  readonly decoys: readonly PlannedDecoy[];
  /** This install's seed. */
  readonly install: Uint8Array;
  /** Of compiled code, which has that of the decoys. */
  readonly codeCache: string | undefined;
  readonly log: Logger;
}

/** By the decoy's id; nothing where that fails: the decoys are played all the same, and it is said. Ended by the signal. */
export async function describeDecoys(options: DescribeOptions, signal: AbortSignal): Promise<DescribedDecoys> {
  const { plan, decoys, install, codeCache, log } = options;
  const machines = [...Map.groupBy(decoys, ({ persona }) => persona)].map(([id, own]): MachineToDescribe => ({
    id,
    seed: personaSeed(install, id, plan.personas[id]),
    file: plan.personas[id]?.file,
    decoys: own.map(({ id: decoy, type, options: its }) => ({ id: decoy, type, options: its })),
  }));
  if (machines.length === 0 || signal.aborted) return {};
  const describer = fork(DESCRIBER, [], {
    execArgv: [ONE_LANGUAGE, '--disable-warning=ExperimentalWarning'],
    env: { ...process.env, ...(codeCache === undefined ? {} : { NODE_COMPILE_CACHE: codeCache }) },
    timeout: DESCRIBE_MS,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    signal,
  });
  try {
    return await new Promise<DescribedDecoys>((resolve, reject) => {
      describer.once('message', (described) => resolve(described as unknown as DescribedDecoys));
      describer.once('error', reject);
      describer.once('close', (code) => reject(new Error(`ended with ${String(code)}`)));
      describer.send(machines);
    });
  } catch (error) {
    if (!signal.aborted) log.error('what a scanner finds at the decoys is not known', { error: describeError(error) });
    return {};
  } finally {
    describer.kill();
  }
}
