'use client';
/** Gives an incident to somebody else, for whoever may see which accounts there are. */
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { useCallback, useId } from 'react';
import { api } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useLoaded } from '../lib/hooks.ts';
import { useMay } from '../lib/session.ts';
import * as text from '../text/index.ts';

const words = text.incident.work;

export function GiveTo(props: {
  readonly assignee: string | undefined;
  readonly busy: boolean;
  readonly onGive: (name: string) => void;
}) {
  return useMay('users:read') ? <Choice {...props} /> : null;
}

function Choice({ assignee, busy, onGive }: Parameters<typeof GiveTo>[0]) {
  const { value } = useLoaded(useCallback(() => api.listUsers(), []));
  const id = useId();
  const names = (value?.users ?? []).filter(({ role }) => mayDo(role, 'incidents:write')).map(({ name }) => name);
  if (names.length < 2) return null;
  return (
    <>
      <label className="unseen" htmlFor={id}>
        {words.give}
      </label>
      <select
        id={id}
        aria-busy={busy}
        value={assignee !== undefined && names.includes(assignee) ? assignee : ''}
        onChange={(e) => {
          if (!busy && e.target.value !== '') onGive(e.target.value);
        }}
      >
        <option value="">{words.giveTo}</option>
        {names.map((name) => (
          <option key={name} value={name}>
            {visible(name)}
          </option>
        ))}
      </select>
    </>
  );
}
