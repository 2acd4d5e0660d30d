'use client';
/** The form in front of the house: signing in and all that links open share it. */
import { Eye, EyeOff } from 'lucide-react';
import { useId, useRef, useState, type FormEvent, type ReactNode } from 'react';
import { ApiError } from '../lib/api.ts';
import { wordsOf } from '../lib/hooks.ts';
import type { Proof } from '../lib/security-keys.ts';
import * as text from '../text/index.ts';
import { Mark } from './mark.tsx';

const words = text.door;

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

/** The name of the house above what stands before it. */
export function DoorFrame({ children }: { readonly children: ReactNode }) {
  return (
    <main className="door">
      <div className="door-inside">
        <p className="door-brand">
          <Mark />
          <strong>{words.brand}</strong>
          <span className="dim">{words.tagline}</span>
        </p>
        {children}
      </div>
    </main>
  );
}

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
    <DoorFrame>
      <form ref={form} onSubmit={submit}>
        <h1>{props.title}</h1>
        <p className="dim">{props.text}</p>
        {props.isKnown !== true && (
          <label>
            {words.name}
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
        <Secret isNew={props.isNew} autoFocus={props.isKnown === true} />
        {asked?.key === true && onKey !== undefined && (
          <button type="button" autoFocus disabled={busy} onClick={() => void enter(onKey)}>
            {words.useKey}
          </button>
        )}
        {asked !== undefined && (
          <label>
            {asked.code ? words.code : words.recoveryCode}
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
    </DoorFrame>
  );
}

function field(form: FormData, name: string): string {
  const value = form.get(name);
  return typeof value === 'string' ? value : '';
}

/** A password, which can be looked at. */
function Secret({ isNew, autoFocus }: { readonly isNew: boolean; readonly autoFocus: boolean }) {
  const [isShown, setShown] = useState(false);
  const id = useId();
  const Icon = isShown ? EyeOff : Eye;
  return (
    <div className="door-label">
      <label htmlFor={id}>{words.password}</label>
      <div className="door-secret">
        <input
          id={id}
          name="password"
          type={isShown ? 'text' : 'password'}
          autoComplete={isNew ? 'new-password' : 'current-password'}
          required
          minLength={isNew ? 10 : 1}
          maxLength={256}
          autoFocus={autoFocus}
          spellCheck={false}
          aria-describedby={isNew ? `${id}-rule` : undefined}
        />
        <button type="button" aria-label={isShown ? words.hide : words.show} onClick={() => setShown(!isShown)}>
          <Icon size={18} aria-hidden />
        </button>
      </div>
      {isNew && <span id={`${id}-rule`}>{words.atLeast}</span>}
    </div>
  );
}
