'use client';
/** Codes of an authenticator application that signing in asks for: setting them up, and turning them off. */
import { useState, type FormEvent } from 'react';
import { api } from '../lib/api.ts';
import { exactTime } from '../lib/format.ts';
import { proofOf } from '../lib/security-keys.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { ProofField } from './proof-field.tsx';
import { QrCode } from './qr-code.tsx';
import { ShownOnce } from './shown-once.tsx';
import { TextField } from './text-field.tsx';

const words = text.access.factors;

interface Enrolment {
  readonly secret: string;
  readonly uri: string;
}

interface OwnKeys {
  readonly hasKeys: boolean;
  /** One of them signs on this page. */
  readonly canAsk: boolean;
}

export function SecondFactor({
  since,
  onChange,
  ...keys
}: OwnKeys & {
  /** When codes were turned on; undefined where they are off. */
  readonly since: number | undefined;
  /** With recovery codes where some were made. */
  readonly onChange: (recoveryCodes?: readonly string[]) => void;
}) {
  const [begun, setBegun] = useState<Enrolment>();
  if (begun !== undefined)
    return (
      <Confirm
        enrolment={begun}
        onConfirmed={(codes) => {
          setBegun(undefined);
          onChange(codes);
        }}
      />
    );
  if (since === undefined) return <Begin {...keys} onBegun={setBegun} />;
  return (
    <>
      <p data-testid="second-factor-on">{words.on(exactTime(since))}</p>
      <End canAsk={keys.canAsk} onEnded={() => onChange()} />
    </>
  );
}

function Begin({ hasKeys, canAsk, onBegun }: OwnKeys & { readonly onBegun: (enrolment: Enrolment) => void }) {
  const { busy, error, attempt } = useAttempt();
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const begin = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => {
      const proof = await proofOf(code, canAsk);
      onBegun(await api.beginSecondFactor({ body: { password, ...proof } }));
    });
  };
  return (
    <form className="entry" onSubmit={begin} aria-label={words.setUp}>
      <TextField
        label={words.passwordForCodes}
        type="password"
        autoComplete="current-password"
        maxLength={256}
        value={password}
        onChange={(e) => setPassword(e.target.value)}
      />
      {hasKeys && <ProofField hasCodes={false} hasKeys={canAsk} value={code} onChange={setCode} />}
      <button type="submit" className="primary" disabled={busy}>
        {words.begin}
      </button>
      <Failure words={error} />
    </form>
  );
}

function Confirm({
  enrolment: { secret, uri },
  onConfirmed,
}: {
  readonly enrolment: Enrolment;
  readonly onConfirmed: (recoveryCodes: readonly string[]) => void;
}) {
  const { busy, error, attempt } = useAttempt();
  const [isHidden, setHidden] = useState(false);
  const [code, setCode] = useState('');
  const confirm = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => onConfirmed((await api.confirmSecondFactor({ body: { code } })).recoveryCodes));
  };
  return (
    <>
      {!isHidden && (
        <ShownOnce label={words.secret} text={secret} onDone={() => setHidden(true)}>
          <p className="dim">
            {words.scan} <a href={uri}>{words.openHere}</a>. {words.sixDigits}
          </p>
          <QrCode text={uri} label={words.picture} />
        </ShownOnce>
      )}
      <form className="entry" onSubmit={confirm} aria-label={words.confirm}>
        <TextField
          label={words.shownNow}
          autoComplete="one-time-code"
          spellCheck={false}
          maxLength={64}
          value={code}
          onChange={(e) => setCode(e.target.value)}
        />
        <button type="submit" className="primary" disabled={busy}>
          {words.confirm}
        </button>
        <Failure words={error} />
      </form>
    </>
  );
}

function End({ canAsk, onEnded }: { readonly canAsk: boolean; readonly onEnded: () => void }) {
  const { busy, error, attempt } = useAttempt();
  const [code, setCode] = useState('');
  const end = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await attempt(async () => api.endSecondFactor({ body: await proofOf(code, canAsk) }))) onEnded();
  };
  return (
    <form className="entry" onSubmit={(event) => void end(event)} aria-label={words.end}>
      <ProofField hasCodes hasKeys={canAsk} value={code} onChange={setCode} />
      <button type="submit" className="primary" disabled={busy}>
        {words.turnOff}
      </button>
      <Failure words={error} />
    </form>
  );
}
