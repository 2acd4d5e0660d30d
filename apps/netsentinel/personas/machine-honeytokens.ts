/** The honeytokens of all machines that are played. */
import type { Honeytoken } from '@netsentinel/contracts/honeytoken';
import { honeytokensOf } from '@netsentinel/decoys/honeytoken/draw-honeytokens';
import type { PersonaFile } from '@netsentinel/decoys/persona/persona-file';
import { DEFAULT_PERSONA } from '@netsentinel/decoys/persona/persona-library';
import { createPersona } from '@netsentinel/decoys/persona/persona';

export interface PlayedMachine {
  /** The persona's id in the configuration. */
  readonly id: string;
  /** Base64. */
  readonly seed: string;
  readonly file?: PersonaFile | undefined;
}

export function machineHoneytokens(machines: readonly PlayedMachine[]): readonly Honeytoken[] {
  return machines.flatMap(({ id, seed, file }) =>
    honeytokensOf(createPersona(Buffer.from(seed, 'base64'), file ?? DEFAULT_PERSONA), id),
  );
}
