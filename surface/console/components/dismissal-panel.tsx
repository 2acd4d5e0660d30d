'use client';
/** A person's word that an incident is no attack: saying it, what it taught, and taking that back. */
import type { Exception } from '@netsentinel/contracts/exception';
import type { Incident } from '@netsentinel/contracts/incident';
import { useId, useState, type FormEvent } from 'react';
import { api } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { wordsOf } from '../lib/hooks.ts';
import { useMay } from '../lib/session.ts';
import { ExceptionCard } from './exception-card.tsx';

const TIMES: readonly (readonly [days: number, name: string])[] = [
  [1, 'one day'],
  [7, 'a week'],
  [30, '30 days'],
  [90, '90 days'],
  [365, 'a year'],
];
const MAX_REASON = 1000;

export function DismissalPanel({
  incident,
  exceptions,
  onChange,
}: {
  readonly incident: Incident;
  readonly exceptions: readonly Exception[];
  readonly onChange: () => void;
}) {
  const [isOpen, setOpen] = useState(false);
  const maySay = useMay('incidents:write');
  return (
    <section data-testid="dismissal">
      <h2>Is it an attack?</h2>
      {incident.status === 'benign' && <p>No, by a person’s word.</p>}
      {exceptions.map((one) => (
        <ExceptionCard key={one.id} exception={one} onChange={onChange} />
      ))}
      {incident.status !== 'benign' && !maySay && (
        <p className="dim">Analysts and admins can say that it is none; your role cannot.</p>
      )}
      {incident.status !== 'benign' && maySay && !isOpen && (
        <button type="button" onClick={() => setOpen(true)}>
          Not an attack…
        </button>
      )}
      {maySay && isOpen && (
        <DismissalForm
          incident={incident}
          onDone={() => {
            setOpen(false);
            onChange();
          }}
          onCancel={() => setOpen(false)}
        />
      )}
    </section>
  );
}

function DismissalForm({
  incident,
  onDone,
  onCancel,
}: {
  readonly incident: Incident;
  readonly onDone: () => void;
  readonly onCancel: () => void;
}) {
  const [reason, setReason] = useState('');
  const [days, setDays] = useState(30);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const id = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    const said = { reason: reason.toWellFormed(), days };
    api.dismissIncident({ id: incident.id, body: said }).then(onDone, (problem: unknown) => {
      setError(wordsOf(problem));
      setBusy(false);
    });
  };
  const titles = incident.detections.map(({ title }) => visible(title));
  return (
    <form className="dismissal" onSubmit={submit}>
      {error !== undefined && (
        <p className="notice bad" role="alert">
          {error}
        </p>
      )}
      <label htmlFor={`${id}-reason`}>Why it is none</label>
      <textarea
        id={`${id}-reason`}
        required
        rows={2}
        maxLength={MAX_REASON}
        placeholder="our nightly backup, the auditors, …"
        value={reason}
        onChange={(e) => setReason(e.target.value)}
      />
      <label htmlFor={`${id}-days`}>Leave it alone for</label>
      <select id={`${id}-days`} value={days} onChange={(e) => setDays(Number(e.target.value))}>
        {TIMES.map(([value, name]) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <p className="dim">
        Closes the incident and lifts its blocks and other measures.{' '}
        {titles.length > 0 && (
          <>
            For that time this is not told of <code>{visible(incident.actor)}</code> again:{' '}
            {titles.slice(0, 5).join(', ')}
            {titles.length > 5 ? ` and ${titles.length - 5} more` : ''}.{' '}
          </>
        )}
        Anything else it does is found as ever.
      </p>
      <p className="buttons">
        <button type="submit" className="primary" disabled={busy || reason.trim() === ''}>
          Not an attack
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </p>
    </form>
  );
}
