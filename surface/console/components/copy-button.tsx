'use client';
import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import { copyText } from '../lib/copy-text.ts';
import * as text from '../text/index.ts';

/** For how long a page says that something was copied. */
const SAID_MS = 1_500;

/** Copies a text, as it is. */
export function CopyButton({ value, label = text.parts.copy }: { readonly value: string; readonly label?: string }) {
  const [said, setSaid] = useState<'copied' | 'failed'>();
  useEffect(() => {
    if (said === undefined) return undefined;
    const timer = setTimeout(() => setSaid(undefined), SAID_MS);
    return () => clearTimeout(timer);
  }, [said]);
  const name = said === 'copied' ? text.parts.copied : said === 'failed' ? text.parts.copyFailed : label;
  return (
    <button
      className="quiet icon"
      type="button"
      aria-label={name}
      title={name}
      onClick={() => void copied(value).then((done) => setSaid(done ? 'copied' : 'failed'))}
    >
      {said === 'copied' ? <Check size={14} aria-hidden /> : <Copy size={14} aria-hidden />}
      <span className="unseen" role="status">
        {said === undefined ? '' : name}
      </span>
    </button>
  );
}

async function copied(value: string): Promise<boolean> {
  const field = document.createElement('input');
  field.value = value;
  field.className = 'unseen';
  document.body.append(field);
  try {
    return await copyText(field);
  } finally {
    field.remove();
  }
}
