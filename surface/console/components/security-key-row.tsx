'use client';
/** One security key: when it was added and used, and the forms that change it. */
import { useState, type FormEvent } from 'react';
import { api, type SecurityKey } from '../lib/api.ts';
import { visible } from '../lib/format.ts';
import { proofOf } from '../lib/security-keys.ts';
import { useAttempt } from '../lib/use-attempt.ts';
import * as text from '../text/index.ts';
import { Failure } from './failure.tsx';
import { Ago } from './moment.tsx';
import { ProofField } from './proof-field.tsx';
import { TextField } from './text-field.tsx';

const words = text.access;

export function SecurityKeyRow({
  securityKey: { id, name, host, createdAt, lastUsedAt },
  canAsk,
  hasCodes,
  now,
  onChange,
}: {
  readonly securityKey: SecurityKey;
  /** There is a key, this one or another, that signs on this page. */
  readonly canAsk: boolean;
  readonly hasCodes: boolean;
  readonly now: number;
  readonly onChange: () => void;
}) {
  const [open, setOpen] = useState<'rename' | 'remove'>();
  const shown = visible(name);
  const done = (): void => {
    setOpen(undefined);
    onChange();
  };
  return (
    <tr data-testid="security-key">
      <th scope="row">
        {shown}
        {host !== window.location.hostname && <div className="dim words">{words.keys.signsUnder(visible(host))}</div>}
        {open === 'rename' && <Rename id={id} name={name} onDone={done} />}
        {open === 'remove' && <Remove id={id} hasCodes={hasCodes} canAsk={canAsk} onDone={done} />}
      </th>
      <td data-label={words.added}>
        <Ago at={createdAt} now={now} />
      </td>
      <td className="brief" data-label={words.lastUsed}>
        {lastUsedAt === undefined ? words.never : <Ago at={lastUsedAt} now={now} />}
      </td>
      <td className="act">
        {open === undefined ? (
          <>
            <button type="button" aria-label={words.keys.renameAbout(shown)} onClick={() => setOpen('rename')}>
              {words.keys.rename}…
            </button>{' '}
            <button type="button" aria-label={words.keys.removeAbout(shown)} onClick={() => setOpen('remove')}>
              {words.keys.remove}…
            </button>
          </>
        ) : (
          <button type="button" onClick={() => setOpen(undefined)}>
            {words.cancel}
          </button>
        )}
      </td>
    </tr>
  );
}

function Rename({ id, name, onDone }: { readonly id: string; readonly name: string; readonly onDone: () => void }) {
  const { busy, error, attempt } = useAttempt();
  const [wanted, setWanted] = useState(name);
  const [password, setPassword] = useState('');
  const rename = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    const body = { name: wanted.toWellFormed(), password };
    if (await attempt(() => api.renameSecurityKey({ id, body }))) onDone();
  };
  return (
    <form className="entry" onSubmit={(event) => void rename(event)} aria-label={words.keys.renameForm}>
      <TextField
        label={words.keys.anotherName}
        autoComplete="off"
        maxLength={64}
        autoFocus
        value={wanted}
        onChange={(e) => setWanted(e.target.value)}
      />
      <TextField
        label={words.keys.passwordToRename}
        type="password"
        autoComplete="current-password"
        maxLength={256}
        value={password}
        onChange={(e) => setPassword(e.target.value)}
      />
      <button type="submit" className="primary" disabled={busy || wanted.trim() === ''}>
        {words.keys.rename}
      </button>
      <Failure words={error} />
    </form>
  );
}

function Remove({
  id,
  hasCodes,
  canAsk,
  onDone,
}: {
  readonly id: string;
  readonly hasCodes: boolean;
  readonly canAsk: boolean;
  readonly onDone: () => void;
}) {
  const { busy, error, attempt } = useAttempt();
  const [code, setCode] = useState('');
  const remove = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (await attempt(async () => api.removeSecurityKey({ id, body: await proofOf(code, canAsk) }))) onDone();
  };
  return (
    <form className="entry" onSubmit={(event) => void remove(event)} aria-label={words.keys.removeForm}>
      <ProofField hasCodes={hasCodes} hasKeys={canAsk} value={code} onChange={setCode} />
      <button type="submit" className="primary" disabled={busy}>
        {words.keys.remove}
      </button>
      <Failure words={error} />
    </form>
  );
}
