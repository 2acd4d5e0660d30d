'use client';
/** Where a present second factor is asked for again: a code is typed, or a key is shown when nothing is. */
import * as text from '../text/index.ts';
import { TextField } from './text-field.tsx';

const words = text.access.factors;

export function ProofField({
  hasCodes,
  hasKeys,
  value,
  onChange,
}: {
  readonly hasCodes: boolean;
  /** That can be asked on this page. */
  readonly hasKeys: boolean;
  readonly value: string;
  readonly onChange: (code: string) => void;
}) {
  const code = hasCodes ? words.code : words.recoveryCode;
  return (
    <TextField
      label={hasKeys ? words.orKey(code) : code}
      autoComplete="one-time-code"
      spellCheck={false}
      required={!hasKeys}
      maxLength={64}
      value={value}
      onChange={(e) => onChange(e.target.value)}
    />
  );
}
