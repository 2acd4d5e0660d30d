/**
 * An actor is how the house names an attacker: an IPv4 address, an IPv6 /64 (`2001:db8::/64`), or `-` for nobody. Where something was found in what a
 * machine wrote of itself, with no address in it, the incident is that machine's: `host:web1`.
 */
export type Actor = string;
export const NOBODY: Actor = '-';

const HOST = 'host:';
/** Longest name of an actor, as incidents keep it. */
const MAX_ACTOR = 64;

/** The actor for what was found on a machine, not about an address. */
export function hostActor(name: string): Actor {
  return `${HOST}${name}`.slice(0, MAX_ACTOR);
}

/** The machine's name where the actor is one. */
export function hostOf(actor: Actor): string | undefined {
  return actor.startsWith(HOST) ? actor.slice(HOST.length) : undefined;
}
