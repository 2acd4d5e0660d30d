'use client';
/** One's own account: the password, what else signing in asks for, and where one is signed in. */
import { useCallback } from 'react';
import { api } from '../lib/api.ts';
import { useLoaded } from '../lib/hooks.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { OwnSessions } from './own-sessions.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactors } from './second-factors.tsx';

const words = text.access;

export function AccountPanel() {
  const { value, error } = useLoaded(useCallback(() => api.getAccount(), []));
  return (
    <section className="panel" data-testid="account" aria-labelledby="account">
      <h2 id="account">{words.account.title}</h2>
      <Failure words={error} />
      {value?.signsInBy === 'openid' && <p className="dim">{words.account.openId}</p>}
      {value?.signsInBy === 'password' && (
        <>
          <h3>{words.account.password}</h3>
          <PasswordForm />
          <SecondFactors />
        </>
      )}
      <h3>{words.account.sessions}</h3>
      <OwnSessions />
    </section>
  );
}
