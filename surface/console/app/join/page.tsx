'use client';
import { Door } from '../../components/door.tsx';
import { api } from '../../lib/api.ts';
import * as text from '../../text/index.ts';

/** Where an invitation leads. The token stands behind the #, so it never reaches a log or a referrer. */
export default function JoinPage() {
  return (
    <Door
      {...text.door.join}
      isNew
      onSubmit={async (name, password) => {
        await api.join({ body: { token: window.location.hash.slice(1), name, password } });
        window.location.replace('/');
      }}
    />
  );
}
