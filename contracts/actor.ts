/** An actor is how the house names an attacker: an IPv4 address, an IPv6 /64 (`2001:db8::/64`), or `-` for nobody. */
export type Actor = string;
export const NOBODY: Actor = '-';
