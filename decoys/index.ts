/** Every decoy protocol: its id and how to load it. Importing this loads none. */
import type { DecoyDefinition } from '@netsentinel/contracts/decoy';

const members: Readonly<Record<string, () => Promise<DecoyDefinition<unknown>>>> = {
  ssh: async () => (await import('./ssh/ssh.decoy.ts')).sshDecoy,
};

export const decoyTypes: readonly string[] = Object.keys(members);

/** The decoy of this type, or undefined. */
export async function findDecoy(type: string): Promise<DecoyDefinition<unknown> | undefined> {
  return Object.hasOwn(members, type) ? members[type]!() : undefined;
}
