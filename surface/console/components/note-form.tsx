'use client';
/** A note for whoever works on the incident next. */
import { useId, useRef, useState, type FormEvent } from 'react';
import { api, newKey } from '../lib/api.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import { Failure } from './failure.tsx';

const MAX_NOTE = 4000;

export function NoteForm({ incident, onDone }: { readonly incident: string; readonly onDone: () => void }) {
  const [text, setText] = useState('');
  const { busy, error, attempt } = useAttempt();
  /** Of this text: an answer that was lost on its way leads to no second note. */
  const key = useRef<string>(undefined);
  const id = useId();
  const add = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    key.current ??= newKey();
    const note = { id: incident, body: { text: text.toWellFormed().trim() }, idempotencyKey: key.current };
    if (!(await attempt(() => api.noteIncident(note)))) return;
    key.current = undefined;
    setText('');
    onDone();
  };
  return (
    <form className="measure" aria-label="Add a note" onSubmit={(event) => void add(event)}>
      <label htmlFor={id}>Note</label>
      <textarea
        id={id}
        rows={2}
        maxLength={MAX_NOTE}
        value={text}
        onChange={(e) => {
          setText(e.target.value);
          key.current = undefined;
        }}
      />
      <Failure words={error} />
      <p className="buttons">
        <button type="submit" disabled={busy || text.trim() === ''}>
          Add the note
        </button>
      </p>
    </form>
  );
}
