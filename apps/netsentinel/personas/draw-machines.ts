/** All that the platform is told of the machines that are played. */
import type { DecoyDescription } from '@netsentinel/contracts/decoy';
import type { Honeytoken } from '@netsentinel/contracts/honeytoken';
import { honeytokensOf } from '@netsentinel/decoys/honeytoken/draw-honeytokens';
import { createPersona } from '@netsentinel/decoys/persona/persona';
import type { PersonaFile } from '@netsentinel/decoys/persona/persona-file';
import { DEFAULT_PERSONA } from '@netsentinel/decoys/persona/persona-library';
import type { DrawnDecoy, DrawnMachines } from '../launcher/drawn-machines.ts';
import { describeDecoy } from './describe-decoy.ts';

export interface MachineToDraw {
  /** The persona's id in the configuration. */
  readonly id: string;
  /** Base64. */
  readonly seed: string;
  readonly file?: PersonaFile | undefined;
  readonly decoys: readonly { readonly id: string; readonly type: string; readonly options: unknown }[];
}

const UNKNOWN: DecoyDescription = { service: '', product: '', version: '' };

export async function drawnOf(machines: readonly MachineToDraw[]): Promise<DrawnMachines> {
  const honeytokens: Honeytoken[] = [];
  const decoys: Record<string, DrawnDecoy> = {};
  for (const { id: machine, seed, file, decoys: own } of machines) {
    const persona = createPersona(Buffer.from(seed, 'base64'), file ?? DEFAULT_PERSONA);
    honeytokens.push(...honeytokensOf(persona, machine));
    for (const { id, type, options } of own) {
      // One that cannot say what it is takes nothing from the others.
      const description = await describeDecoy(type, persona, options).catch(() => UNKNOWN);
      decoys[id] = { host: persona.hostname, ...description };
    }
  }
  return { honeytokens, decoys };
}
