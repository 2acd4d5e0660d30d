'use client';
/** One's own account: the password, what else signing in asks for, and where one is signed in. */
import { OwnSessions } from './own-sessions.tsx';
import { PasswordForm } from './password-form.tsx';
import { SecondFactors } from './second-factors.tsx';

export function AccountPanel() {
  return (
    <section className="panel" data-testid="account" aria-labelledby="account">
      <h2 id="account">Your account</h2>
      <h3>Password</h3>
      <PasswordForm />
      <SecondFactors />
      <h3>Where you are signed in</h3>
      <OwnSessions />
    </section>
  );
}
