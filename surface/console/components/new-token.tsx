'use client';
/** Making a token; its secret is shown once, with how a program shows it. */
import type { Role } from '@netsentinel/contracts/permission';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { useId, useState, type FormEvent } from 'react';
import { api } from '../lib/api.ts';
import { rolesWithin } from '../lib/roles.ts';
import { useSession } from '../lib/session.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { RoleSelect } from './role-select.tsx';
import { ShownOnce } from './shown-once.tsx';

const words = text.access.tokens;

const MAX_DAYS = 366;

export function NewToken({ onMade }: { readonly onMade: () => void }) {
  const roles = rolesWithin(useSession().role);
  const { busy, error, attempt } = useAttempt();
  const [name, setName] = useState('');
  const [wanted, setWanted] = useState<Role>('read-only');
  const [days, setDays] = useState('90');
  const [made, setMade] = useState<{ readonly id: string; readonly secret: string; readonly role: Role }>();
  const id = useId();
  const role = roles.includes(wanted) ? wanted : roles[0]!;
  const make = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => {
      const wish = { name: name.toWellFormed().trim(), role, days: Number(days) };
      const token = await api.makeToken({ body: wish });
      setMade(token);
      setName('');
      onMade();
    });
  };
  return (
    <>
      <form className="entry" onSubmit={make} aria-label={words.make}>
        <div className="field">
          <label htmlFor={`${id}-name`}>{words.what}</label>
          <input
            id={`${id}-name`}
            required
            maxLength={100}
            placeholder={words.example}
            autoComplete="off"
            value={name}
            onChange={(e) => setName(e.target.value)}
          />
        </div>
        <RoleSelect label={words.roleOf} roles={roles} value={role} onChange={setWanted} />
        <div className="field">
          <label htmlFor={`${id}-days`}>{words.days}</label>
          <input
            id={`${id}-days`}
            type="number"
            required
            min={1}
            max={MAX_DAYS}
            value={days}
            onChange={(e) => setDays(e.target.value)}
          />
        </div>
        <button type="submit" className="primary" disabled={busy || name.trim() === ''}>
          {words.make}
        </button>
        <Failure words={error} />
      </form>
      {made !== undefined && (
        <ShownOnce key={made.id} label={words.token} text={made.secret} onDone={() => setMade(undefined)}>
          <p className="dim">{words.keep}</p>
          {mayDo(made.role, 'incidents:read') && (
            <pre>
              <code>
                curl -H &quot;Authorization: Bearer {made.secret}&quot; {window.location.origin}
                {api.urlOf('listIncidents')}
              </code>
            </pre>
          )}
        </ShownOnce>
      )}
    </>
  );
}
