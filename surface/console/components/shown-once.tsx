'use client';
/** A secret that is shown this once, and its way into the clipboard. */
import { useEffect, useId, useRef, useState, type ReactNode } from 'react';
import { copyText } from '../lib/copy-text.ts';
import * as catalogue from '../text/index.ts';

const words = catalogue.access;

export function ShownOnce({
  label,
  text,
  children,
  onDone,
}: {
  readonly label: string;
  readonly text: string;
  readonly children: ReactNode;
  readonly onDone: () => void;
}) {
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<boolean>();
  const id = useId();
  useEffect(() => field.current?.select(), [text]);
  const copy = (): void => {
    if (field.current !== null) void copyText(field.current).then(setCopied);
  };
  return (
    <div className="notice once" data-testid="shown-once">
      <label htmlFor={id}>{label}</label>
      <p className="bar">
        <input ref={field} id={id} className="secret" readOnly value={text} onFocus={(e) => e.target.select()} />
        <button type="button" className="primary" onClick={copy}>
          {words.copy}
        </button>
        <button type="button" onClick={onDone}>
          {words.done}
        </button>
      </p>
      <p className="dim" role="status">
        {copied === true && words.copied}
        {copied === false && words.markedOnly}
      </p>
      {children}
    </div>
  );
}
