'use client';
/** The form in front of the house: signing in and all that links open share it. */
import { useState, type FormEvent } from 'react';
import { ApiError } from '../lib/api.ts';
import { wordsOf } from '../lib/hooks.ts';
import { Mark } from './mark.tsx';

export function Door(props: {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly isNew: boolean;
  /** What stands in the name's field at first. */
  readonly name?: string;
  /** The link says who it is: no name is asked for. */
  readonly isKnown?: boolean;
  /** `code`: undefined until a refusal with `code-needed` asks for it. */
  readonly onSubmit: (name: string, password: string, code: string | undefined) => Promise<unknown>;
}) {
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [asksCode, setAsksCode] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    setBusy(true);
    const code = asksCode ? field(form, 'code') : undefined;
    props.onSubmit(field(form, 'name'), field(form, 'password'), code).catch((problem: unknown) => {
      setBusy(false);
      const isAsked = problem instanceof ApiError && problem.code === 'code-needed';
      if (isAsked) setAsksCode(true);
      setError(isAsked ? undefined : wordsOf(problem));
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
        {props.isKnown !== true && (
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
        )}
        <label>
          Password
          <input
            name="password"
            type="password"
            autoComplete={props.isNew ? 'new-password' : 'current-password'}
            required
            minLength={props.isNew ? 10 : 1}
            maxLength={256}
            autoFocus={props.isKnown === true}
          />
        </label>
        {asksCode && (
          <label>
            Code of your authenticator application, or a recovery code
            <input name="code" autoComplete="one-time-code" required maxLength={64} autoFocus spellCheck={false} />
          </label>
        )}
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
