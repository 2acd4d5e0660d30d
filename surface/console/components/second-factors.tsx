'use client';
/** What signing in asks for besides the password: codes of an application, security keys, and recovery codes for either. */
import { useCallback, useState } from 'react';
import { api } from '../lib/api.ts';
import { useLoaded } from '../lib/hooks.ts';
import { whyNoKeys } from '../lib/why-no-keys.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';
import { SecondFactor } from './second-factor.tsx';
import { SecurityKeys } from './security-keys.tsx';

const words = text.access.factors;

export function SecondFactors() {
  const { value, error, reload } = useLoaded(
    useCallback(async () => {
      const [account, listed] = await Promise.all([api.getAccount(), api.listSecurityKeys()]);
      return { since: account.secondFactor?.since, ...listed };
    }, []),
  );
  const [recovery, setRecovery] = useState<readonly string[]>();
  if (value === undefined) return <Failure words={error} />;
  const { since, keys, recoveryCodesLeft } = value;
  const has = { codes: since !== undefined, keys: keys.length > 0 };
  // Whatever stands here is drawn in the browser only: what is loaded is not there before.
  const fault = whyNoKeys(window.location, globalThis.PublicKeyCredential);
  const canAsk = fault === undefined && keys.some(({ host }) => host === window.location.hostname);
  const changed = (codes?: readonly string[]): void => {
    if (codes !== undefined) setRecovery(codes);
    reload();
  };
  return (
    <>
      <h3>{words.codes}</h3>
      <Failure words={error} />
      <SecondFactor since={since} hasKeys={has.keys} canAsk={canAsk} onChange={changed} />
      <h3>{words.keys}</h3>
      <SecurityKeys keys={keys} hasCodes={has.codes} canAsk={canAsk} fault={fault} onChange={changed} />
      {(has.codes || has.keys) && (
        <>
          {recovery !== undefined && <RecoveryCodes codes={recovery} onDone={() => setRecovery(undefined)} />}
          <p className="dim" data-testid="recovery-left">
            {words.left(recoveryCodesLeft)}
          </p>
        </>
      )}
    </>
  );
}
