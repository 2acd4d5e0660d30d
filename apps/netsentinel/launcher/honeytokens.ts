/**
 * What honeytokens the machines have, for the platform that looks out for them. They are drawn in a process of its own: making machines takes code and data that
 * the launcher has no use for afterwards.
 */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Honeytoken } from '@netsentinel/contracts/honeytoken';
import type { Logger } from '@netsentinel/contracts/log';
import { describeError } from '@netsentinel/kernel/errors';
import type { DecoyPlan } from '../config/decoy-plan.ts';
import { personaSeed } from './data-folder.ts';
import { ONE_LANGUAGE } from './lean.ts';

const DRAWER = fileURLToPath(new URL('./honeytokens.drawer.ts', import.meta.url));
const DRAW_MS = 20_000;

/** Nothing where that fails: the machines are played all the same, and it is said. */
export async function drawHoneytokens(
  { decoys, personas }: DecoyPlan,
  install: Uint8Array,
  log: Logger,
): Promise<readonly Honeytoken[]> {
  const played = [...new Set(decoys.map(({ persona }) => persona))];
  const machines = played.map((id) => ({ id, seed: personaSeed(install, id, personas[id]), file: personas[id]?.file }));
  if (machines.length === 0) return [];
  const drawer = fork(DRAWER, [], {
    execArgv: [ONE_LANGUAGE, '--disable-warning=ExperimentalWarning'],
    timeout: DRAW_MS,
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  try {
    // The platform looks at them with their schema; the launcher, which lives on, shall not load it.
    return await new Promise<readonly Honeytoken[]>((resolve, reject) => {
      drawer.once('message', (drawn) => resolve(drawn as unknown as readonly Honeytoken[]));
      drawer.once('error', reject);
      drawer.once('close', (code) => reject(new Error(`ended with ${String(code)}`)));
      drawer.send(machines);
    });
  } catch (error) {
    log.error('honeytokens could not be drawn: none is looked out for', { error: describeError(error) });
    return [];
  } finally {
    drawer.kill();
  }
}
