'use client';
/** Yes or no with a reason. Escape puts it away where it can be. */
import { useEffect, useId, useRef, useState } from 'react';
import * as text from '../text/index.ts';

const words = text.measures;
const MAX_REASON = 256;

export function Word({
  about,
  mayApprove = true,
  busy,
  onWord,
  onCancel,
}: {
  /** For who hears the buttons without seeing what they stand under. */
  readonly about: string;
  readonly mayApprove?: boolean;
  readonly busy: boolean;
  readonly onWord: (word: 'approve' | 'deny', reason: string) => void;
  readonly onCancel?: () => void;
}) {
  const [reason, setReason] = useState('');
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const isAsked = onCancel !== undefined;
  useEffect(() => {
    if (isAsked) field.current?.focus();
  }, [isAsked]);
  const say = (word: 'approve' | 'deny'): void => onWord(word, reason.toWellFormed().trim());
  return (
    <div
      className="measure"
      role="group"
      aria-label={words.decideOn(about)}
      onKeyDown={(e) => {
        if (e.key === 'Escape') onCancel?.();
      }}
    >
      <label htmlFor={`${id}-reason`}>{words.why}</label>
      <input
        ref={field}
        id={`${id}-reason`}
        maxLength={MAX_REASON}
        autoComplete="off"
        value={reason}
        onChange={(e) => setReason(e.target.value)}
      />
      <p className="buttons">
        <button
          type="button"
          className="primary"
          aria-label={words.approveIt(about)}
          disabled={busy || !mayApprove}
          onClick={() => say('approve')}
        >
          {words.approve}
        </button>
        <button
          type="button"
          className="danger"
          aria-label={words.refuseIt(about)}
          disabled={busy}
          onClick={() => say('deny')}
        >
          {words.refuse}
        </button>
        {onCancel !== undefined && (
          <button type="button" onClick={onCancel}>
            {words.cancel}
          </button>
        )}
      </p>
    </div>
  );
}
