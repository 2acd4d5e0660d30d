/** What an OpenID provider says of somebody, as this console takes it. */
import type { Role } from '@netsentinel/contracts/permission';
import type { OpenIdConfig } from './openid.config.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** Names have 64; some room for a number behind. */
const MAX_NAME = 60;
/** Groups that are looked through. */
const MAX_VALUES = 10_000;

/** The first of `roles` that somebody has; the default where they have none. */
export function roleOf(claims: Claims, { roleClaim, roles, defaultRole }: OpenIdConfig): Role | undefined {
  const has = new Set(textsOf(claimAt(claims, roleClaim)));
  return roles.find((one) => has.has(one.has))?.role ?? defaultRole;
}

/** Whether the role is told at all. */
export function hasClaim(claims: Claims, name: string): boolean {
  return claimAt(claims, name) !== undefined;
}

/** A name for a new account, in the characters that accounts are called by; by the subject where the provider tells none. */
export function nameOf(claims: Claims, { nameClaim }: OpenIdConfig, subject: string): string {
  for (const said of [claimAt(claims, nameClaim), claims['email'], subject]) {
    if (typeof said !== 'string') continue;
    const name = said
      .slice(0, 10 * MAX_NAME)
      .normalize('NFKD')
      .replace(/\p{Mark}/gu, '')
      .replace(/[^A-Za-z0-9._@-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(0, MAX_NAME)
      .replace(/-+$/, '');
    if (name !== '') return name;
  }
  return 'somebody';
}

/** By its whole name first: names of claims may be addresses, with points in them. */
function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  let at: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return undefined;
    at = (at as Claims)[part];
  }
  return at;
}

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return [];
  return value.slice(0, MAX_VALUES).filter((one) => typeof one === 'string');
}
