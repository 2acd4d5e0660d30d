'use client';
/** What was done about the attacker, and taking it back. */
import type { Action } from '@netsentinel/contracts/action';
import { useState } from 'react';
import { api, ApiError } from '../lib/api.ts';
import { duration, exactTime, visible } from '../lib/format.ts';
import { useNow } from '../lib/hooks.ts';

const WORDS: Readonly<Record<Action['status'], string>> = {
  planned: 'Being sent to the enforcer',
  simulated: 'Would be blocked (simulate mode)',
  applied: 'Blocked',
  verified: 'Blocked, seen in the kernel',
  refused: 'Refused by the enforcer',
  failed: 'Failed',
  expired: 'Let back in: the time was up',
  reverted: 'Taken back',
};

export function ResponsePanel({
  actions,
  onChange,
}: {
  readonly actions: readonly Action[];
  readonly onChange: () => void;
}) {
  const now = useNow(1_000);
  const [error, setError] = useState<string>();
  const revert = (action: Action): void => {
    api.revert(action.id).then(
      () => {
        setError(undefined);
        onChange();
      },
      (problem: unknown) => setError(problem instanceof ApiError ? problem.message : String(problem)),
    );
  };
  return (
    <section data-testid="response">
      <h2>Response</h2>
      {actions.length === 0 && <p className="dim">Nothing was done about this attacker.</p>}
      {error !== undefined && <p className="notice bad">{error}</p>}
      <ul className="actions">
        {actions.map((a) => {
          const inForce = a.status === 'applied' || a.status === 'verified';
          return (
            <li key={a.id} className={`action status-${a.status}`}>
              <p>
                <strong>{WORDS[a.status]}</strong> <code>{a.target}</code>
              </p>
              {a.detail !== undefined && <p className="dim">{visible(a.detail)}</p>}
              <p className="dim" title={exactTime(a.expiresAt)}>
                {a.expiresAt > now ? `ends in ${duration(a.expiresAt - now)}` : `ended ${exactTime(a.expiresAt)}`}
              </p>
              {inForce && (
                <button type="button" onClick={() => revert(a)}>
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
