'use client';
import { Door } from '../../components/door.tsx';
import { api } from '../../lib/api.ts';

/** Where an invitation leads. The token stands behind the #, so it never reaches a log or a referrer. */
export default function JoinPage() {
  return (
    <Door
      title="You are invited"
      text="Choose a name and a password of at least 10 characters for your account."
      button="Create the account"
      isNew
      onSubmit={async (name, password) => {
        await api.join({ body: { token: window.location.hash.slice(1), name, password } });
        window.location.replace('/');
      }}
    />
  );
}
