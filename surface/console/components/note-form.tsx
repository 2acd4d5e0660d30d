'use client';
/** A note for whoever works on the incident next. */
import { useId, useRef, useState, type FormEvent } from 'react';
import { api, newKey } from '../lib/api.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import { Failure } from './failure.tsx';
import * as text from '../text/index.ts';

const words = text.incident.work;

const MAX_NOTE = 4000;

export function NoteForm({ incident, onDone }: { readonly incident: string; readonly onDone: () => void }) {
  const [note, setNote] = useState('');
  const { busy, error, attempt } = useAttempt();
  /** Of this text: an answer that was lost on its way leads to no second note. */
  const key = useRef<string>(undefined);
  const id = useId();
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    key.current ??= newKey();
    const asked = { id: incident, body: { text: note.toWellFormed().trim() }, idempotencyKey: key.current };
    if (!(await attempt(() => api.noteIncident(asked)))) return;
    key.current = undefined;
    setNote('');
    onDone();
  };
  return (
    <form className="measure" aria-label={words.noteForm} onSubmit={(event) => void add(event)}>
      <label htmlFor={id}>{words.note}</label>
      <textarea
        id={id}
        rows={2}
        maxLength={MAX_NOTE}
        value={note}
        onChange={(e) => {
          setNote(e.target.value);
          key.current = undefined;
        }}
      />
      <Failure words={error} />
      <p className="buttons">
        <button type="submit" disabled={busy || note.trim() === ''}>
          {words.addNote}
        </button>
      </p>
    </form>
  );
}
