'use client';
/** One's own account: the password, what else signing in asks for, and where one is signed in. */
import { useCallback } from 'react';
import { api } from '../lib/api.ts';
import { useLoaded } from '../lib/hooks.ts';
import { Failure } from './failure.tsx';
import { OwnSessions } from './own-sessions.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactors } from './second-factors.tsx';

export function AccountPanel() {
  const { value, error } = useLoaded(useCallback(() => api.getAccount(), []));
  return (
    <section className="panel" data-testid="account" aria-labelledby="account">
      <h2 id="account">Your account</h2>
      <Failure words={error} />
      {value?.signsInBy === 'openid' && (
        <p className="dim">
          You sign in by the OpenID provider: it asks for your password and second factors, and says what you may do
          here.
        </p>
      )}
      {value?.signsInBy === 'password' && (
        <>
          <h3>Password</h3>
          <PasswordForm />
          <SecondFactors />
        </>
      )}
      <h3>Where you are signed in</h3>
      <OwnSessions />
    </section>
  );
}
