/** Whose sign-in an application takes: its own administrators', and those of the people who have an account on the machine. */
import type { Persona } from '../../persona/persona.types.ts';

/** @param administrators accounts that the application itself brings */
export function accountsOf(persona: Persona, ...administrators: readonly string[]): (name: string) => boolean {
  const names = new Set([
    ...administrators,
    ...persona.users.filter(({ login, uid }) => login && uid >= 1000).map(({ name }) => name),
  ]);
  return (name) => names.has(name);
}
