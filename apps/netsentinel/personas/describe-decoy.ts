/** What a scanner finds at a decoy. */
import type { DecoyDescription } from '@netsentinel/contracts/decoy';
import { findDecoy } from '@netsentinel/decoys/index';
import type { Persona } from '@netsentinel/decoys/persona/persona.types';

/** `options`: as the configuration has them. */
export async function describeDecoy(type: string, persona: Persona, options: unknown): Promise<DecoyDescription> {
  const definition = await findDecoy(type);
  const told = definition?.describe?.(persona, definition.config.parse(options));
  return told ?? { service: definition?.id ?? '', product: '', version: '' };
}
