'use client';
import { Door } from '../../components/door.tsx';
import { api } from '../../lib/api.ts';
import * as text from '../../text/index.ts';

/** First run: the token stands behind the #, so it never reaches a log or a referrer. */
export default function SetupPage() {
  return (
    <Door
      {...text.door.setup}
      isNew
      name="admin"
      onSubmit={async (name, password) => {
        await api.setUp({ body: { token: window.location.hash.slice(1), name, password } });
        window.location.replace('/');
      }}
    />
  );
}
