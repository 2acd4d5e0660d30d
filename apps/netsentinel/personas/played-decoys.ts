/** The decoys as they are or would be started, each with the machine that it plays and what a scanner finds there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DecoyDescription } from '@netsentinel/contracts/decoy';
import { createPersona } from '@netsentinel/decoys/persona/persona';
import { DEFAULT_PERSONA } from '@netsentinel/decoys/persona/persona-library';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';
import { NetSentinelError } from '@netsentinel/kernel/errors';
import type { Settings } from '../cli/settings.ts';
import { planDecoys, type DecoyPlan, type PersonaChoice, type PlannedDecoy } from '../config/decoy-plan.ts';
import { installSeed, isRunning, personaSeed } from '../launcher/data-folder.ts';
import { placedDecoys, readPlacement } from '../launcher/decoy-listeners.ts';
import { describeDecoy } from './describe-decoy.ts';

export interface PlayedDecoy {
  readonly planned: PlannedDecoy;
  readonly persona: Persona;
  readonly description: DecoyDescription;
  /** By a person: it does not listen. */
  readonly isStopped: boolean;
}

/** Without a choice of one's own, what runs is told as it was started. */
export async function playedDecoys(
  { loaded, configFile, folder }: Settings,
  choice: PersonaChoice,
): Promise<{ played: PlayedDecoy[]; plan: DecoyPlan }> {
  const isOwnChoice = Object.values(choice).some((value) => value !== undefined);
  const running = !isOwnChoice && isRunning(folder) ? readPlacement(folder.root).choice : undefined;
  const plan = planDecoys(loaded, configFile, running ?? choice);
  const needsInstall = plan.decoys.some(({ persona }) => plan.personas[persona]?.seed === undefined);
  if (needsInstall && !existsSync(join(folder.root, 'install.json')))
    throw new NetSentinelError(
      'DATA_NOT_FOUND',
      'user',
      `which machine it is, the first start decides: ${folder.root} is empty`,
      {
        hint: 'Start it once with `netsentinel up`, or say which: --persona NAME --seed N.',
      },
    );
  const install = needsInstall ? installSeed(folder) : new Uint8Array();
  const stopped = isOwnChoice ? [] : readPlacement(folder.root).stopped;
  const played: PlayedDecoy[] = [];
  for (const planned of placedDecoys(plan.decoys, folder.root)) {
    const chosen = plan.personas[planned.persona];
    const seed = Buffer.from(personaSeed(install, planned.persona, chosen), 'base64');
    const persona = createPersona(seed, chosen?.file ?? DEFAULT_PERSONA);
    played.push({
      planned,
      persona,
      description: await describeDecoy(planned.type, persona, planned.options),
      isStopped: stopped.includes(planned.id),
    });
  }
  return { played, plan };
}
