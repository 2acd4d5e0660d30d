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
import * as text from '../text/index.ts';

const words = text.incident.dismissal;

const TIMES = [1, 7, 30, 90, 365];
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
      <h2>{words.title}</h2>
      {incident.status === 'benign' && <p>{words.benign}</p>}
      {exceptions.map((one) => (
        <ExceptionCard key={one.id} exception={one} onChange={onChange} />
      ))}
      {incident.status !== 'benign' && !maySay && <p className="dim">{words.mayNot}</p>}
      {incident.status !== 'benign' && maySay && !isOpen && (
        <button type="button" onClick={() => setOpen(true)}>
          {words.open}
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
      <label htmlFor={`${id}-reason`}>{words.reason}</label>
      <textarea
        id={`${id}-reason`}
        required
        rows={2}
        maxLength={MAX_REASON}
        placeholder={words.reasonHint}
        value={reason}
        onChange={(e) => setReason(e.target.value)}
      />
      <label htmlFor={`${id}-days`}>{words.days}</label>
      <select id={`${id}-days`} value={days} onChange={(e) => setDays(Number(e.target.value))}>
        {TIMES.map((value) => (
          <option key={value} value={value}>
            {words.times[value]}
          </option>
        ))}
      </select>
      <p className="dim">
        {words.does}{' '}
        {titles.length > 0 && (
          <>
            {words.notTold} <code>{visible(incident.actor)}</code> {words.again} {titles.slice(0, 5).join(', ')}
            {titles.length > 5 ? words.more(titles.length - 5) : ''}.{' '}
          </>
        )}
        {words.else}
      </p>
      <p className="buttons">
        <button type="submit" className="primary" disabled={busy || reason.trim() === ''}>
          {words.sure}
        </button>
        <button type="button" onClick={onCancel}>
          {words.cancel}
        </button>
      </p>
    </form>
  );
}
