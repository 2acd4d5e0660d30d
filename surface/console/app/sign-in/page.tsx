'use client';
import { Door } from '../../components/door.tsx';
import { OpenIdButton } from '../../components/openid-button.tsx';
import { api } from '../../lib/api.ts';
import { ownPath } from '../../lib/own-path.ts';
import { showKey } from '../../lib/security-keys.ts';
import * as text from '../../text/index.ts';

export default function SignInPage() {
  return (
    <Door
      {...text.door.signIn}
      isNew={false}
      otherWay={<OpenIdButton />}
      onKey={async (name, password) => {
        const { options } = await api.askKeyForSignIn({ body: { name, password } });
        return { key: await showKey(options) };
      }}
      onSubmit={async (name, password, proof) => {
        await api.signIn({ body: { name, password, ...proof } });
        window.location.replace(ownPath(new URLSearchParams(window.location.search).get('then')));
      }}
    />
  );
}
