import { describe, expect, it } from 'vitest';
import { Permission, Role } from './permission.ts';
import { isWithin, mayDo } from './role-permissions.ts';

const withWord = (role: Role, word: string): readonly Permission[] =>
  Permission.options.filter((permission) => permission.endsWith(word) && mayDo(role, permission));

describe('roles', () => {
  it('let an admin do everything, and nobody else touch accounts or read who changed what', () => {
    expect(Permission.options.filter((permission) => !mayDo('admin', permission))).toEqual([]);
    const others = Role.options.filter((role) => role !== 'admin');
    for (const permission of ['users:read', 'users:write', 'audit:read'] as const)
      expect(others.filter((role) => mayDo(role, permission))).toEqual([]);
  });

  it('let those who look on change nothing, and red teams see neither recordings nor decoys', () => {
    for (const role of ['red-team', 'read-only', 'sensor'] as const) expect(withWord(role, ':write')).toEqual([]);
    for (const permission of ['recordings:read', 'decoys:read'] as const)
      expect(mayDo('red-team', permission)).toBe(false);
    expect(withWord('sensor', ':read')).toEqual([]);
  });

  it('hand on at most themselves', () => {
    const within = (outer: Role): readonly Role[] => Role.options.filter((inner) => isWithin(inner, outer));
    expect(within('admin')).toEqual(Role.options);
    expect(within('analyst')).toEqual(['analyst', 'red-team', 'read-only', 'sensor']);
    expect(within('read-only')).toEqual(['red-team', 'read-only', 'sensor']);
    expect(within('red-team')).toEqual(['red-team', 'sensor']);
    expect(within('sensor')).toEqual(['sensor']);
  });
});
