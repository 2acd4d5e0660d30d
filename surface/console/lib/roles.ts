/** Roles in plain words, in the order in which they are offered. */
import type { Role } from '@netsentinel/contracts/permission';
import { isWithin } from '@netsentinel/contracts/role-permissions';

const WORDS: Readonly<Record<Role, string>> = {
  'read-only': 'Sees incidents, recordings and the response; changes nothing.',
  analyst: 'Works with incidents: says what is no attack, takes blocks back.',
  'red-team': 'Tests the defence: sees what it noticed, no recordings; changes nothing.',
  admin: 'Everything, people and tokens too.',
  sensor: 'A program that sends events; it reads nothing.',
};

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
