'use client';
/** The other way in: by the OpenID provider, where one is configured. */
import { useCallback } from 'react';
import { keepWayBack } from '../lib/after-sign-in.ts';
import { api } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { useLoaded } from '../lib/hooks.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';

export function OpenIdButton() {
  const { value } = useLoaded(useCallback(() => api.getSession(), []));
  const { busy, error, attempt } = useAttempt();
  const provider = value?.openId;
  if (provider === undefined || provider === null) return null;
  const go = (): Promise<boolean> =>
    attempt(async () => {
      const { url } = await api.beginOpenId();
      keepWayBack();
      window.location.assign(url);
    });
  return (
    <>
      <p className="door-or">{text.door.or}</p>
      <button type="button" className="other" disabled={busy} onClick={() => void go()}>
        {text.door.signInWith(visible(provider.name))}
      </button>
      <Failure words={error} />
    </>
  );
}
