'use client';
import { Door } from '../../components/door.tsx';
import { api } from '../../lib/api.ts';
import { ownPath } from '../../lib/own-path.ts';

export default function SignInPage() {
  return (
    <Door
      title="Sign in"
      text="The first account is made with the link that the terminal shows at the first start."
      button="Sign in"
      isNew={false}
      onSubmit={async (name, password, code) => {
        await api.signIn({ body: { name, password, code } });
        window.location.replace(ownPath(new URLSearchParams(window.location.search).get('then')));
      }}
    />
  );
}
