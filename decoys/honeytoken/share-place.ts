/** Where on a machine's shares a honeytoken lies. */
import type { Persona } from '../persona/persona.types.ts';

/** Its name without an ending. */
export const SHARED_SCRIPT = 'offsite-copy';

/** Where it lies, as people write it. */
export function sharedPlace(persona: Persona): string | undefined {
  const share = chosenShare(persona);
  if (share === undefined) return undefined;
  return `\\\\${persona.netbios.name}\\${share.name}\\${SHARED_SCRIPT}.${persona.os.family === 'windows' ? 'cmd' : 'sh'}`;
}

/** The first that users may read. */
export function chosenShare({ shares }: Persona): Persona['shares'][number] | undefined {
  return shares.find(({ kind, access }) => kind === 'disk' && access === 'users');
}
