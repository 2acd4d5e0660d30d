/** The machine that a decoy plays a part of. */
import type { DecoyContext } from '@netsentinel/contracts/decoy';
import { PersonaFile } from './persona-file.ts';
import { DEFAULT_PERSONA } from './persona-library.ts';
import { createPersona } from './persona.ts';
import type { Persona } from './persona.types.ts';

const checked = new WeakMap<object, PersonaFile>();

/** The same object for all decoys of one seed and file. `fallback`: the name of the persona where the context names none. */
export function personaOf(ctx: Pick<DecoyContext, 'seed' | 'persona'>, fallback = DEFAULT_PERSONA): Persona {
  const given = ctx.persona;
  if (typeof given !== 'object' || given === null) return createPersona(ctx.seed, fallback);
  const file = checked.get(given) ?? PersonaFile.parse(given);
  checked.set(given, file);
  return createPersona(ctx.seed, file);
}
