'use client';
/** Changing one's own password, which ends one's other sessions. */
import { useState, type FormEvent } from 'react';
import { api } from '../lib/api.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { TextField } from './text-field.tsx';

const words = text.access.passwordForm;

export function PasswordForm() {
  const { busy, error, attempt } = useAttempt();
  const [present, setPresent] = useState('');
  const [next, setNext] = useState('');
  const [isDone, setDone] = useState(false);
  const change = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setDone(false);
    if (!(await attempt(() => api.changePassword({ body: { password: present, newPassword: next } })))) return;
    setPresent('');
    setNext('');
    setDone(true);
  };
  return (
    <form className="entry" onSubmit={(event) => void change(event)} aria-label={words.title}>
      <TextField
        label={words.present}
        type="password"
        autoComplete="current-password"
        maxLength={256}
        value={present}
        onChange={(e) => setPresent(e.target.value)}
      />
      <TextField
        label={words.next}
        type="password"
        autoComplete="new-password"
        minLength={10}
        maxLength={256}
        value={next}
        onChange={(e) => setNext(e.target.value)}
      />
      <button type="submit" className="primary" disabled={busy}>
        {words.title}
      </button>
      <p className="dim said" role="status">
        {isDone && words.done}
      </p>
      <Failure words={error} />
    </form>
  );
}
