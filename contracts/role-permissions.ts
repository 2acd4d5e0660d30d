/** What each role may do. Apart from the schemas, which the console has no use for. */
import type { Permission, Role } from './permission.ts';

const READS: readonly Permission[] = ['incidents:read', 'exceptions:read', 'response:read', 'system:read'];

/** Which decoys there are and how they are set: whoever knows goes around them, so a test of the defence by one who does says little. */
const DECOYS: readonly Permission[] = ['decoys:read'];

/** What attackers typed, and whatever they presented, as it came. */
const CAPTURED: readonly Permission[] = ['events:read', 'recordings:read'];

/** What is looked for, and how. No red team's: whoever has read it knows how to pass unseen, and would test nothing. */
const RULES: Permission = 'rules:read';

/** A record, so that none can be forgotten. */
const EVERY: Readonly<Record<Permission, true>> = {
  'incidents:read': true,
  'incidents:write': true,
  'events:read': true,
  'exceptions:read': true,
  'exceptions:write': true,
  'rules:read': true,
  'rules:write': true,
  'recordings:read': true,
  'decoys:read': true,
  'decoys:write': true,
  'response:read': true,
  'response:write': true,
  'system:read': true,
  'configuration:read': true,
  'configuration:write': true,
  'users:read': true,
  'users:write': true,
  'audit:read': true,
  'data:erase': true,
};

const PERMISSIONS: Readonly<Record<Role, ReadonlySet<string>>> = {
  admin: new Set(Object.keys(EVERY)),
  analyst: new Set([
    ...READS,
    ...DECOYS,
    ...CAPTURED,
    RULES,
    'incidents:write',
    'exceptions:write',
    'rules:write',
    'response:write',
    'decoys:write',
  ]),
  'red-team': new Set(READS),
  'read-only': new Set([...READS, ...DECOYS, ...CAPTURED, RULES]),
  sensor: new Set(),
};

/** Whether `inner` may do nothing that `outer` may not. */
export function isWithin(inner: Role, outer: Role): boolean {
  return [...PERMISSIONS[inner]].every((permission) => PERMISSIONS[outer].has(permission));
}

/** What a program of `owner`'s may do that was given `role`: never more than its owner. */
export function cappedBy(role: Role, owner: Role): Role {
  return isWithin(role, owner) ? role : owner;
}

export function mayDo(role: Role, permission: Permission): boolean {
  return PERMISSIONS[role].has(permission);
}
