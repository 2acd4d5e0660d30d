'use client';
/** A role to choose, and what the chosen one may do. */
import type { Role } from '@netsentinel/contracts/permission';
import { useId } from 'react';
import { describeRole } from '../lib/roles.ts';

export function RoleSelect({
  label,
  roles,
  value,
  onChange,
}: {
  readonly label: string;
  readonly roles: readonly Role[];
  readonly value: Role;
  readonly onChange: (role: Role) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        aria-describedby={`${id}-words`}
        value={value}
        onChange={(e) => {
          const role = roles.find((one) => one === e.target.value);
          if (role !== undefined) onChange(role);
        }}
      >
        {roles.map((role) => (
          <option key={role} value={role}>
            {role}
          </option>
        ))}
      </select>
      <p className="dim" id={`${id}-words`}>
        {describeRole(value)}
      </p>
    </div>
  );
}
