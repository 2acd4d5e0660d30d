'use client';
/** The form in front of the house: sign-in and first set-up share it. */
import { useState, type FormEvent } from 'react';
import { wordsOf } from '../lib/hooks.ts';
import { Mark } from './mark.tsx';

export function Door(props: {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly isNew: boolean;
  /** What stands in the name's field at first. */
  readonly name?: string;
  readonly onSubmit: (name: string, password: string) => Promise<unknown>;
}) {
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    props.onSubmit(field(form, 'name'), field(form, 'password')).catch((problem: unknown) => {
      setBusy(false);
      setError(wordsOf(problem));
    });
  };
  return (
    <main className="door">
      <form onSubmit={submit}>
        <p className="brand">
          <Mark /> NetSentinel
        </p>
        <h1>{props.title}</h1>
        <p className="dim">{props.text}</p>
        <label>
          Name
          <input
            name="name"
            autoComplete="username"
            required
            maxLength={64}
            autoFocus
            defaultValue={props.name ?? ''}
          />
        </label>
        <label>
          Password
          <input
            name="password"
            type="password"
            autoComplete={props.isNew ? 'new-password' : 'current-password'}
            required
            minLength={props.isNew ? 10 : 1}
            maxLength={256}
          />
        </label>
        {error !== undefined && (
          <p className="notice bad" role="alert">
            {error}
          </p>
        )}
        <button type="submit" disabled={busy}>
          {props.button}
        </button>
      </form>
    </main>
  );
}

function field(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
