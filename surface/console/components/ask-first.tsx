'use client';
/** A button that cannot be pressed by mistake: it asks in its place. Escape says no. */
import { useEffect, useRef, useState } from 'react';
import * as text from '../text/index.ts';

export function AskFirst({
  button,
  about,
  question,
  sure,
  busy,
  onSure,
}: {
  readonly button: string;
  /** What it is about, for who hears the button without seeing its row. */
  readonly about: string;
  readonly question: string;
  readonly sure: string;
  readonly busy: boolean;
  readonly onSure: () => void;
}) {
  const [isAsking, setAsking] = useState(false);
  const first = useRef<HTMLButtonElement>(null);
  const no = useRef<HTMLButtonElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (isAsking) no.current?.focus();
    else if (wasAsking.current) first.current?.focus();
    wasAsking.current = isAsking;
  }, [isAsking]);
  if (!isAsking)
    return (
      <button
        ref={first}
        type="button"
        aria-label={`${button}… ${about}`}
        disabled={busy}
        onClick={() => setAsking(true)}
      >
        {button}…
      </button>
    );
  return (
    <span
      className="asking"
      role="group"
      aria-label={question}
      onKeyDown={(e) => {
        if (e.key === 'Escape') setAsking(false);
      }}
    >
      <span>{question}</span>
      <button
        type="button"
        className="danger"
        onClick={() => {
          setAsking(false);
          onSure();
        }}
      >
        {sure}
      </button>
      <button ref={no} type="button" onClick={() => setAsking(false)}>
        {text.parts.cancel}
      </button>
    </span>
  );
}
