/** Who may do what: each route of the API names the permission that it needs, and a role is the permissions that it has. */
import { z } from 'zod';

/**
 * - `admin`: everything, accounts too.
 * - `analyst`: works with incidents and the response to them.
 * - `red-team`: who tests the defence sees what it noticed, and changes nothing; captured sessions are not theirs to see.
 * - `read-only`: sees, and changes nothing.
 * - `sensor`: a program that sends events; it reads nothing.
 */
export const Role = z
  .enum(['admin', 'analyst', 'red-team', 'read-only', 'sensor'])
  .describe('What an account or a token may do');
export type Role = z.infer<typeof Role>;

export const Permission = z.enum([
  'incidents:read',
  'incidents:write',
  'exceptions:read',
  'exceptions:write',
  'recordings:read',
  'response:read',
  'response:write',
  'system:read',
  'users:read',
  'users:write',
]);
export type Permission = z.infer<typeof Permission>;

const READS: readonly Permission[] = ['incidents:read', 'exceptions:read', 'response:read', 'system:read'];

const PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  admin: new Set(Permission.options),
  analyst: new Set([...READS, 'recordings:read', 'incidents:write', 'exceptions:write', 'response:write']),
  'red-team': new Set(READS),
  'read-only': new Set([...READS, 'recordings:read']),
  sensor: new Set(),
};

/** Whether `inner` may do nothing that `outer` may not. */
export function isWithin(inner: Role, outer: Role): boolean {
  return [...PERMISSIONS[inner]].every((permission) => PERMISSIONS[outer].has(permission));
}

export function mayDo(role: Role, permission: Permission): boolean {
  return PERMISSIONS[role].has(permission);
}
