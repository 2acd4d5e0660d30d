/** Roles in plain words, in the order in which they are offered. */
import type { Role } from '@netsentinel/contracts/permission';
import { isWithin } from '@netsentinel/contracts/role-permissions';
import * as text from '../text/index.ts';

const WORDS: Readonly<Record<Role, string>> = text.access.roles;

const ROLES = Object.keys(WORDS) as readonly Role[];

/** Those that make sense for a person. */
export const PEOPLE_ROLES: readonly Role[] = ROLES.filter((role) => role !== 'sensor');

export function describeRole(role: Role): string {
  return WORDS[role];
}

/** What somebody of this role may hand on. */
export function rolesWithin(role: Role): readonly Role[] {
  return ROLES.filter((one) => isWithin(one, role));
}
