'use client';
/** Yes or no with a reason. Escape puts it away where it can be. */
import { useEffect, useId, useRef, useState } from 'react';

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
      aria-label={`Approve or refuse ${about}`}
      onKeyDown={(e) => {
        if (e.key === 'Escape') onCancel?.();
      }}
    >
      <label htmlFor={`${id}-reason`}>Why, for the audit</label>
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
          aria-label={`Approve ${about}`}
          disabled={busy || !mayApprove}
          onClick={() => say('approve')}
        >
          Approve
        </button>
        <button
          type="button"
          className="danger"
          aria-label={`Refuse ${about}`}
          disabled={busy}
          onClick={() => say('deny')}
        >
          Refuse
        </button>
        {onCancel !== undefined && (
          <button type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
      </p>
    </div>
  );
}
