/** Roles, and the permissions that routes of the API name. What a role may do is in `role-permissions.ts`. */
import { z } from 'zod';

/**
 * - `admin`: everything, accounts too.
 * - `analyst`: works with incidents and the response to them.
 * - `red-team`: who tests the defence sees what it noticed, and changes nothing; captured sessions and events are not theirs to see.
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
  'events:read',
  'exceptions:read',
  'exceptions:write',
  'rules:read',
  'rules:write',
  'recordings:read',
  'decoys:read',
  'decoys:write',
  'response:read',
  'response:write',
  'system:read',
  'configuration:read',
  'configuration:write',
  'users:read',
  'users:write',
  'audit:read',
  'data:erase',
]);
export type Permission = z.infer<typeof Permission>;
