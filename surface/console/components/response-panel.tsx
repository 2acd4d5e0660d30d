'use client';
/** What was done about the attacker, and taking it back. */
import type { Action } from '@netsentinel/contracts/action';
import { useState } from 'react';
import { api } from '../lib/api.ts';
import { duration, exactTime, visible } from '../lib/format.ts';
import { useNow, wordsOf } from '../lib/hooks.ts';
import { sayAction } from '../lib/say-action.ts';
import { useMay } from '../lib/session.ts';

export function ResponsePanel({
  actions,
  onChange,
}: {
  readonly actions: readonly Action[];
  readonly onChange: () => void;
}) {
  const now = useNow(1_000);
  const mayRevert = useMay('response:write');
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState<string>();
  const revert = (action: Action): void => {
    setBusy(action.id);
    api
      .revert(action.id)
      .then(
        () => {
          setError(undefined);
          onChange();
        },
        (problem: unknown) => setError(wordsOf(problem)),
      )
      .finally(() => setBusy(undefined));
  };
  return (
    <section data-testid="response">
      <h2>Response</h2>
      {actions.length === 0 && <p className="dim">Nothing was done about this attacker.</p>}
      {error !== undefined && (
        <p className="notice bad" role="alert">
          {error}
        </p>
      )}
      <ul className="actions">
        {actions.map((a) => {
          const inForce = a.status === 'applied' || a.status === 'verified';
          return (
            <li key={a.id} className={`action status-${a.status}`}>
              <p>
                <strong>{sayAction(a)}</strong> <code>{visible(a.target)}</code>
              </p>
              {a.detail !== undefined && <p className="dim">{visible(a.detail)}</p>}
              <p className="dim">{visible(a.reason)}</p>
              {inForce && (
                <p className="dim" title={exactTime(a.expiresAt)}>
                  {a.expiresAt > now ? `Lets go in ${duration(a.expiresAt - now)}` : 'Letting go'}
                </p>
              )}
              {inForce && mayRevert && (
                <button type="button" disabled={busy === a.id} onClick={() => revert(a)}>
                  Take back
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
