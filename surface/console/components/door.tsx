'use client';
/** The form in front of the house: signing in and all that links open share it. */
import { useRef, useState, type FormEvent, type ReactNode } from 'react';
import { ApiError } from '../lib/api.ts';
import { wordsOf } from '../lib/hooks.ts';
import type { Proof } from '../lib/security-keys.ts';
import { Mark } from './mark.tsx';

/** What a refusal asks for besides the password. */
interface Asked {
  readonly code: boolean;
  readonly key: boolean;
}

const ASKED: Readonly<Record<string, Asked>> = {
  'code-needed': { code: true, key: false },
  'key-needed': { code: false, key: true },
  'code-or-key-needed': { code: true, key: true },
};

export function Door(props: {
  readonly title: string;
  readonly text: string;
  readonly button: string;
  readonly isNew: boolean;
  /** What stands in the name's field at first. */
  readonly name?: string;
  /** The link says who it is: no name is asked for. */
  readonly isKnown?: boolean;
  /** Stands below the form's own button. */
  readonly otherWay?: ReactNode;
  /** Shows a security key, where a refusal has asked for one. */
  readonly onKey?: (name: string, password: string) => Promise<Proof>;
  /** `proof`: empty until a refusal has asked for a second factor. */
  readonly onSubmit: (name: string, password: string, proof: Proof) => Promise<unknown>;
}) {
  const form = useRef<HTMLFormElement>(null);
  const [error, setError] = useState<string>();
  const [busy, setBusy] = useState(false);
  const [asked, setAsked] = useState<Asked>();
  const { onKey } = props;
  const enter = async (proofOf: (name: string, password: string, code: string) => Promise<Proof>): Promise<void> => {
    if (form.current === null) return;
    const data = new FormData(form.current);
    const [name, password] = [field(data, 'name'), field(data, 'password')];
    setBusy(true);
    try {
      await props.onSubmit(name, password, await proofOf(name, password, field(data, 'code')));
    } catch (problem) {
      setBusy(false);
      const needed = problem instanceof ApiError ? ASKED[problem.code] : undefined;
      if (needed !== undefined) setAsked(needed);
      setError(needed === undefined ? wordsOf(problem) : undefined);
    }
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void enter(async (_, __, code) => (code === '' ? {} : { code }));
  };
  return (
    <main className="door">
      <form ref={form} onSubmit={submit}>
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
        {asked?.key === true && onKey !== undefined && (
          <button type="button" autoFocus disabled={busy} onClick={() => void enter(onKey)}>
            Use a security key or passkey
          </button>
        )}
        {asked !== undefined && (
          <label>
            {asked.code ? 'Code of your authenticator application, or a recovery code' : 'Or a recovery code'}
            <input
              name="code"
              autoComplete="one-time-code"
              required
              maxLength={64}
              autoFocus={!asked.key}
              spellCheck={false}
            />
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
        {props.otherWay}
      </form>
    </main>
  );
}

function field(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}
