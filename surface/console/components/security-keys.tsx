'use client';
/** One's security keys and passkeys: which there are, and another one. */
import { useState, type FormEvent } from 'react';
import { api, type SecurityKey } from '../lib/api.ts';
import { useNow } from '../lib/hooks.ts';
import { makeKey, proofOf } from '../lib/security-keys.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { ProofField } from './proof-field.tsx';
import { SecurityKeyRow } from './security-key-row.tsx';
import { TextField } from './text-field.tsx';

const words = text.access;

export function SecurityKeys({
  keys,
  hasCodes,
  canAsk,
  fault,
  onChange,
}: {
  readonly keys: readonly SecurityKey[];
  /** Codes of an application are asked for, too. */
  readonly hasCodes: boolean;
  /** One of the keys signs on this page. */
  readonly canAsk: boolean;
  /** Why no key can be used on this page. */
  readonly fault: string | undefined;
  /** With recovery codes where some were made. */
  readonly onChange: (recoveryCodes?: readonly string[]) => void;
}) {
  const now = useNow();
  return (
    <>
      {keys.length > 0 && (
        <table className="records">
          <thead>
            <tr>
              <th scope="col">{words.name}</th>
              <th scope="col">{words.added}</th>
              <th scope="col">{words.lastUsed}</th>
              <th scope="col">
                <span className="unseen">{words.changes}</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {keys.map((key) => (
              <SecurityKeyRow
                key={key.id}
                securityKey={key}
                canAsk={canAsk}
                hasCodes={hasCodes}
                now={now}
                onChange={() => onChange()}
              />
            ))}
          </tbody>
        </table>
      )}
      {fault === undefined ? (
        <NewKey canAsk={canAsk} needsProof={hasCodes || keys.length > 0} hasCodes={hasCodes} onAdded={onChange} />
      ) : (
        <p className="notice" data-testid="no-keys-here">
          {fault}
        </p>
      )}
    </>
  );
}

function NewKey({
  canAsk,
  needsProof,
  hasCodes,
  onAdded,
}: {
  readonly canAsk: boolean;
  readonly needsProof: boolean;
  readonly hasCodes: boolean;
  readonly onAdded: (recoveryCodes?: readonly string[]) => void;
}) {
  const { busy, error, attempt } = useAttempt();
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const add = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => {
      const proof = await proofOf(code, canAsk);
      const { options } = await api.beginSecurityKey({ body: { password, ...proof } });
      const credential = await makeKey(options);
      const { recoveryCodes } = await api.addSecurityKey({ body: { name: name.toWellFormed(), credential } });
      setName('');
      setPassword('');
      setCode('');
      onAdded(recoveryCodes);
    });
  };
  return (
    <form className="entry" onSubmit={add} aria-label={words.keys.add}>
      <TextField
        label={words.keys.newName}
        placeholder={words.keys.example}
        autoComplete="off"
        maxLength={64}
        value={name}
        onChange={(e) => setName(e.target.value)}
      />
      <TextField
        label={words.keys.passwordToAdd}
        type="password"
        autoComplete="current-password"
        maxLength={256}
        value={password}
        onChange={(e) => setPassword(e.target.value)}
      />
      {needsProof && <ProofField hasCodes={hasCodes} hasKeys={canAsk} value={code} onChange={setCode} />}
      <button type="submit" className="primary" disabled={busy || name.trim() === ''}>
        {words.keys.add}
      </button>
      <p className="dim said">{words.keys.where(window.location.hostname)}</p>
      <Failure words={error} />
    </form>
  );
}
