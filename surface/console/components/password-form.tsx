'use client';
/** Changing one's own password, which ends one's other sessions. */
import { useState, type FormEvent } from 'react';
import { api } from '../lib/api.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import { Failure } from './failure.tsx';
import { TextField } from './text-field.tsx';

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
    <form className="entry" onSubmit={(event) => void change(event)} aria-label="Change the password">
      <TextField
        label="Present password"
        type="password"
        autoComplete="current-password"
        maxLength={256}
        value={present}
        onChange={(e) => setPresent(e.target.value)}
      />
      <TextField
        label="New password, at least 10 characters"
        type="password"
        autoComplete="new-password"
        minLength={10}
        maxLength={256}
        value={next}
        onChange={(e) => setNext(e.target.value)}
      />
      <button type="submit" className="primary" disabled={busy}>
        Change the password
      </button>
      <p className="dim said" role="status">
        {isDone && 'It is changed. Your other sessions have ended.'}
      </p>
      <Failure words={error} />
    </form>
  );
}
