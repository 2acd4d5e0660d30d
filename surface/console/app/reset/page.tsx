'use client';
import { Door } from '../../components/door.tsx';
import { api } from '../../lib/api.ts';
import * as text from '../../text/index.ts';

/** Where a link for a new password leads. The token stands behind the #, so it never reaches a log or a referrer. */
export default function ResetPage() {
  return (
    <Door
      {...text.door.reset}
      isNew
      isKnown
      onSubmit={async (_, password) => {
        await api.resetPassword({ body: { token: window.location.hash.slice(1), password } });
        window.location.replace('/sign-in/');
      }}
    />
  );
}
