'use client';
import { Door } from '../../components/door.tsx';
import { api } from '../../lib/api.ts';

/** First run: the token stands behind the #, so it never reaches a log or a referrer. */
export default function SetupPage() {
  return (
    <Door
      title="Welcome"
      text="Choose a name and a password of at least 10 characters for the first account."
      button="Create the account"
      isNew
      name="admin"
      onSubmit={async (name, password) => {
        await api.setUp({ body: { token: window.location.hash.slice(1), name, password } });
        window.location.replace('/');
      }}
    />
  );
}
