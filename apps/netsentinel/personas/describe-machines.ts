/** What a scanner finds at each decoy of the machines that are played. */
import type { DecoyDescription } from '@netsentinel/contracts/decoy';
import type { DescribedDecoy } from '@netsentinel/contracts/played-decoy';
import { createPersona } from '@netsentinel/decoys/persona/persona';
import { DEFAULT_PERSONA } from '@netsentinel/decoys/persona/persona-library';
import { describeDecoy } from './describe-decoy.ts';
import type { PlayedMachine } from './machine-honeytokens.ts';

export interface MachineToDescribe extends PlayedMachine {
  readonly decoys: readonly { readonly id: string; readonly type: string; readonly options: unknown }[];
}

/** The platform takes no more. */
const MAX_TEXT = 256;
const UNKNOWN: DecoyDescription = { service: '', product: '', version: '' };

/** By the decoy's id. */
export async function describedOf(machines: readonly MachineToDescribe[]): Promise<Record<string, DescribedDecoy>> {
  const decoys: Record<string, DescribedDecoy> = {};
  for (const { seed, file, decoys: own } of machines) {
    const persona = createPersona(Buffer.from(seed, 'base64'), file ?? DEFAULT_PERSONA);
    for (const { id, type, options } of own) {
      // One that cannot say what it is takes nothing from the others.
      const { service, product, version } = await describeDecoy(type, persona, options).catch(() => UNKNOWN);
      decoys[id] = { host: cut(persona.hostname), service: cut(service), product: cut(product), version: cut(version) };
    }
  }
  return decoys;
}

function cut(text: string): string {
  return text.slice(0, MAX_TEXT);
}
