'use client';
/** Inviting somebody by a link that is shown once, and the invitations that are open. */
import type { Role } from '@netsentinel/contracts/permission';
import { useState, type FormEvent } from 'react';
import { api, type OpenInvitation } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { PEOPLE_ROLES } from '../lib/roles.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { Until } from './moment.tsx';
import { RoleSelect } from './role-select.tsx';
import { ShownOnce } from './shown-once.tsx';

const words = text.access.invitations;

interface Props {
  readonly invitations: readonly OpenInvitation[];
  readonly mayChange: boolean;
  readonly now: number;
  readonly onChange: () => void;
}

export function Invitations({ invitations, mayChange, now, onChange }: Props) {
  const { busy, error, attempt } = useAttempt();
  const [made, setMade] = useState<{ readonly id: string; readonly link: string }>();
  const takeBack = async (id: string): Promise<void> => {
    if (!(await attempt(() => api.endInvitation({ id })))) return;
    if (made?.id === id) setMade(undefined);
    onChange();
  };
  return (
    <>
      {mayChange && (
        <InviteForm
          onMade={(id, path) => {
            setMade({ id, link: window.location.origin + path });
            onChange();
          }}
        />
      )}
      {made !== undefined && (
        <ShownOnce key={made.id} label={words.link} text={made.link} onDone={() => setMade(undefined)}>
          <p className="dim">{words.linkWhy}</p>
        </ShownOnce>
      )}
      <Failure words={error} />
      {invitations.length > 0 && (
        <>
          <h3>{words.open}</h3>
          <ul className="plain">
            {invitations.map(({ id, role, by, expiresAt }) => (
              <li key={id} data-testid="invitation">
                <span>
                  <strong>{role}</strong>{' '}
                  <span className="dim">
                    {words.by(visible(by))} <Until at={expiresAt} now={now} />
                  </span>
                </span>
                {mayChange && (
                  <button type="button" disabled={busy} onClick={() => void takeBack(id)}>
                    {words.takeBack}
                  </button>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function InviteForm({ onMade }: { readonly onMade: (id: string, path: string) => void }) {
  const { busy, error, attempt } = useAttempt();
  const [role, setRole] = useState<Role>('analyst');
  const invite = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => {
      const { id, path } = await api.invite({ body: { role } });
      onMade(id, path);
    });
  };
  return (
    <form className="entry" onSubmit={invite} aria-label={words.form}>
      <RoleSelect label={words.as} roles={PEOPLE_ROLES} value={role} onChange={setRole} />
      <button type="submit" className="primary" disabled={busy}>
        {words.invite}
      </button>
      <Failure words={error} />
    </form>
  );
}
