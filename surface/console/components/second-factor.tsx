'use client';
/** Codes of an authenticator application that signing in asks for: setting them up, and turning them off. */
import { useCallback, useState, type FormEvent } from 'react';
import { api } from '../lib/api.ts';
import { exactTime } from '../lib/format.ts';
import { useLoaded } from '../lib/hooks.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import { Failure } from './failure.tsx';
import { QrCode } from './qr-code.tsx';
import { ShownOnce } from './shown-once.tsx';
import { TextField } from './text-field.tsx';

interface Enrolment {
  readonly secret: string;
  readonly uri: string;
}

export function SecondFactor() {
  const { value, error, reload } = useLoaded(useCallback(() => api.getAccount(), []));
  const [begun, setBegun] = useState<Enrolment>();
  const [recovery, setRecovery] = useState<readonly string[]>();
  const factor = value?.secondFactor;
  return (
    <>
      <Failure words={error} />
      {factor === null && begun === undefined && <Begin onBegun={setBegun} />}
      {begun !== undefined && (
        <Confirm
          enrolment={begun}
          onConfirmed={(codes) => {
            setBegun(undefined);
            setRecovery(codes);
            reload();
          }}
        />
      )}
      {recovery !== undefined && (
        <ShownOnce label="Recovery codes" text={recovery.join(' ')} onDone={() => setRecovery(undefined)}>
          <p className="dim">
            Each lets you in once, should you lose the application. They are not shown again: keep them apart from your
            password.
          </p>
          <pre>{recovery.join('\n')}</pre>
        </ShownOnce>
      )}
      {factor !== undefined && factor !== null && (
        <>
          <p data-testid="second-factor-on">
            Signing in asks for a code since {exactTime(factor.since)}.{' '}
            <span className="dim">{factor.recoveryCodesLeft} of 10 recovery codes are left.</span>
          </p>
          <End
            onEnded={() => {
              setRecovery(undefined);
              reload();
            }}
          />
        </>
      )}
    </>
  );
}

function Begin({ onBegun }: { readonly onBegun: (enrolment: Enrolment) => void }) {
  const { busy, error, attempt } = useAttempt();
  const [password, setPassword] = useState('');
  const begin = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => onBegun(await api.beginSecondFactor({ body: { password } })));
  };
  return (
    <form className="entry" onSubmit={begin} aria-label="Set up a second factor">
      <TextField
        label="Password, to set up codes of an authenticator application"
        type="password"
        autoComplete="current-password"
        maxLength={256}
        value={password}
        onChange={(e) => setPassword(e.target.value)}
      />
      <button type="submit" className="primary" disabled={busy}>
        Set up
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
  const [isHidden, setHidden] = useState(false);
  return (
    <>
      {!isHidden && (
        <ShownOnce label="The secret, for your authenticator application" text={secret} onDone={() => setHidden(true)}>
          <p className="dim">
            Scan it, type it in, or <a href={uri}>open it on this device</a>. It makes time-based codes of six digits.
          </p>
          <QrCode text={uri} label="The secret as a QR code" />
        </ShownOnce>
      )}
      <CodeForm
        label="The code that it shows now"
        button="Turn on"
        onCode={async (code) => onConfirmed((await api.confirmSecondFactor({ body: { code } })).recoveryCodes)}
      />
    </>
  );
}

function End({ onEnded }: { readonly onEnded: () => void }) {
  return (
    <CodeForm
      label="A code, to turn it off"
      button="Turn off"
      onCode={async (code) => {
        await api.endSecondFactor({ body: { code } });
        onEnded();
      }}
    />
  );
}

function CodeForm({
  label,
  button,
  onCode,
}: {
  readonly label: string;
  readonly button: string;
  readonly onCode: (code: string) => Promise<void>;
}) {
  const { busy, error, attempt } = useAttempt();
  const [code, setCode] = useState('');
  const send = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(() => onCode(code));
  };
  return (
    <form className="entry" onSubmit={send} aria-label={button}>
      <TextField
        label={label}
        autoComplete="one-time-code"
        spellCheck={false}
        maxLength={64}
        value={code}
        onChange={(e) => setCode(e.target.value)}
      />
      <button type="submit" className="primary" disabled={busy}>
        {button}
      </button>
      <Failure words={error} />
    </form>
  );
}
