/**
 * What the machines have that are played: honeytokens, for the platform that looks out for them, and what a scanner finds at each decoy. They are drawn in
 * a process of its own: making machines takes code and data that the launcher has no use for afterwards.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { DecoyDescription } from '@netsentinel/contracts/decoy';
import type { Honeytoken } from '@netsentinel/contracts/honeytoken';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import type { DecoyPlan, PlannedDecoy } from '../config/decoy-plan.ts';
import type { MachineToDraw } from '../personas/draw-machines.ts';
import { personaSeed } from './data-folder.ts';
import { ONE_LANGUAGE } from './lean.ts';

export interface DrawnDecoy extends DecoyDescription {
  /** What its machine calls itself. */
  readonly host: string;
}

export interface DrawnMachines {
  readonly honeytokens: readonly Honeytoken[];
  /** By id; of some decoys nothing may be known. */
  readonly decoys: Readonly<Record<string, DrawnDecoy>>;
}

const DRAWER = fileURLToPath(new URL('./machines.drawer.ts', import.meta.url));
const DRAW_MS = 20_000;
const NOTHING: DrawnMachines = { honeytokens: [], decoys: {} };

/** Nothing where that fails: the machines are played all the same, and it is said. `decoys`: as they were bound. */
export async function drawMachines(
  { personas }: Pick<DecoyPlan, 'personas'>,
  decoys: readonly PlannedDecoy[],
  install: Uint8Array,
  log: Logger,
): Promise<DrawnMachines> {
  const machines = [...Map.groupBy(decoys, ({ persona }) => persona)].map(([id, own]): MachineToDraw => ({
    id,
    seed: personaSeed(install, id, personas[id]),
    file: personas[id]?.file,
    decoys: own.map(({ id: decoy, type, options }) => ({ id: decoy, type, options })),
  }));
  if (machines.length === 0) return NOTHING;
  const drawer = fork(DRAWER, [], {
    execArgv: [ONE_LANGUAGE, '--disable-warning=ExperimentalWarning'],
    timeout: DRAW_MS,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    // The platform looks at them with their schema; the launcher, which lives on, shall not load it.
    return await new Promise<DrawnMachines>((resolve, reject) => {
      drawer.once('message', (drawn) => resolve(drawn as unknown as DrawnMachines));
      drawer.once('error', reject);
      drawer.once('close', (code) => reject(new Error(`ended with ${String(code)}`)));
      drawer.send(machines);
    });
  } catch (error) {
    log.error('the machines could not be drawn: no honeytoken is looked out for, and decoys are not described', {
      error: describeError(error),
    });
    return NOTHING;
  } finally {
    drawer.kill();
  }
}
