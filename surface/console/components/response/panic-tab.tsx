'use client';
/** Takes back everything that is in force, after a word was typed. */
import { OctagonAlert } from 'lucide-react';
import { useId, useState, type FormEvent } from 'react';
import { api } from '../../lib/api.ts';
import { useStatus } from '../../lib/live.ts';
import { useMay } from '../../lib/session.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { Failure } from '../failure.tsx';

const words = text.response.panic;

export function PanicTab({ inForce, onChange }: { readonly inForce: number; readonly onChange: () => void }) {
  const mayRevert = useMay('response:write');
  const status = useStatus();
  const [typed, setTyped] = useState('');
  const [reverted, setReverted] = useState<number>();
  const { busy, error, attempt } = useAttempt();
  const id = useId();
  const now = Math.max(inForce, status?.blocksInForce ?? 0);
  const isSure = typed.trim().toUpperCase() === words.word;
  const panic = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!isSure) return;
    await attempt(async () => setReverted((await api.revertAllActions()).reverted));
    setTyped('');
    onChange();
  };
  return (
    <section className="panel panic" aria-labelledby={`${id}-title`} data-testid="panic">
      <h2 id={`${id}-title`}>
        <OctagonAlert size={20} aria-hidden /> {words.title}
      </h2>
      <p className="panic-count">{words.inForce(now)}</p>
      <p>{words.what}</p>
      <ul>
        {words.not.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      <Failure words={error} />
      {reverted !== undefined && (
        <p className="notice" role="status">
          {words.done(reverted)} <strong>{words.left(inForce)}</strong>
        </p>
      )}
      {mayRevert ? (
        <form className="panic-form" onSubmit={(e) => void panic(e)}>
          <label htmlFor={`${id}-word`}>{words.type(words.word)}</label>
          <input
            id={`${id}-word`}
            autoComplete="off"
            spellCheck={false}
            maxLength={20}
            value={typed}
            onChange={(e) => setTyped(e.target.value)}
          />
          <button type="submit" className="panic-button" disabled={!isSure || busy}>
            {busy ? words.busy : words.button}
          </button>
        </form>
      ) : (
        <p className="dim">{words.mayNot}</p>
      )}
      <p className="dim">
        {words.machine} <code>{words.command}</code> <CopyButton value={words.command} />
      </p>
    </section>
  );
}
