/** Messages of Apache's modules for authentication that say: somebody was not let in. */

export interface RefusedUser {
  /** Undefined where nobody was named. */
  readonly name: string | undefined;
}

/** So much of a message is looked at: what a client sends is in it. */
const MAX_MESSAGE = 1024;

/** By modules auth_basic, auth_digest, authz_core and authz_owner, with and without their numbers. Anchored: a path may hold the same words. */
const REFUSED = [
  /^user [`']?(.*?)'?(?: in realm .*)? not found: /,
  /^user (.*): (?:authentication failure for|authorization failure for|password mismatch)/,
  /^Authorization of user (.*) to access /,
];
const NAMELESS =
  /^(?:client used wrong authentication scheme|invalid qop|invalid nonce|realm mismatch|client has not given|unknown algorithm)/;

export function refusedUser(message: string): RefusedUser | undefined {
  const text = message
    .slice(0, MAX_MESSAGE)
    .replace(/^AH\d{5}: /, '')
    .replace(/^Digest: /, '');
  if (NAMELESS.test(text)) return { name: undefined };
  if (!text.startsWith('user ') && !text.startsWith('Authorization of user ')) return undefined;
  for (const pattern of REFUSED) {
    const found = pattern.exec(text);
    if (found !== null) return { name: found[1] === '' ? undefined : found[1] };
  }
  return undefined;
}
