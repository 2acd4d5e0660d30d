'use client';
/** The end of the work on an incident: closed with a reason, or made a part of another. */
import type { IncidentWork } from '@netsentinel/contracts/casework';
import { useEffect, useId, useRef, useState, type FormEvent } from 'react';
import { api, tagOf } from '../lib/api.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import { Failure } from './failure.tsx';
import * as text from '../text/index.ts';

const words = text.incident.work;

const MAX_REASON = 1000;

export function WorkEnd({ work, onChange }: { readonly work: IncidentWork; readonly onChange: () => void }) {
  const [how, setHow] = useState<'close' | 'merge'>();
  const close = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (how === undefined && wasOpen.current) close.current?.focus();
    wasOpen.current = how !== undefined;
  }, [how]);
  if (how !== undefined)
    return <EndForm key={how} how={how} work={work} onChange={onChange} onCancel={() => setHow(undefined)} />;
  return (
    <p className="buttons">
      <button ref={close} type="button" onClick={() => setHow('close')}>
        {words.close}
      </button>
      <button type="button" onClick={() => setHow('merge')}>
        {words.merge}
      </button>
    </p>
  );
}

function EndForm({
  how,
  work: { incident, version },
  onChange,
  onCancel,
}: {
  readonly how: 'close' | 'merge';
  readonly work: IncidentWork;
  readonly onChange: () => void;
  readonly onCancel: () => void;
}) {
  const [into, setInto] = useState('');
  const [reason, setReason] = useState('');
  const { busy, error, attempt } = useAttempt();
  const id = useId();
  const why = reason.toWellFormed().trim();
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const seen = { id: incident, ifMatch: tagOf(version) };
    const end = (): Promise<unknown> =>
      how === 'merge'
        ? api.mergeIncident({ ...seen, body: { into: into.toWellFormed().trim(), reason: why } })
        : api.changeIncidentWork({ ...seen, body: { status: 'closed', reason: why } });
    await attempt(end);
    onChange();
  };
  return (
    <form
      className="measure"
      aria-label={how === 'merge' ? words.mergeForm : words.closeForm}
      onSubmit={(event) => void submit(event)}
      onKeyDown={(e) => {
        if (e.key === 'Escape') onCancel();
      }}
    >
      {how === 'merge' && (
        <>
          <label htmlFor={`${id}-into`}>{words.into}</label>
          <input
            id={`${id}-into`}
            required
            autoFocus
            maxLength={64}
            autoComplete="off"
            spellCheck={false}
            value={into}
            onChange={(e) => setInto(e.target.value)}
          />
        </>
      )}
      <label htmlFor={`${id}-reason`}>{words.why}</label>
      <textarea
        id={`${id}-reason`}
        rows={2}
        required={how === 'close'}
        autoFocus={how === 'close'}
        maxLength={MAX_REASON}
        value={reason}
        onChange={(e) => setReason(e.target.value)}
      />
      <p className="dim">
        {how === 'merge' ? words.mergeDoes : ''}
        {words.closeDoes}
      </p>
      <Failure words={error} />
      <p className="buttons">
        <button
          type="submit"
          className="primary"
          disabled={busy || (how === 'close' ? why === '' : into.trim() === '')}
        >
          {how === 'merge' ? words.mergeSure : words.closeSure}
        </button>
        <button type="button" onClick={onCancel}>
          {words.cancel}
        </button>
      </p>
    </form>
  );
}
