'use client';
/** Where a present second factor is asked for again: a code is typed, or a key is shown when nothing is. */
import { TextField } from './text-field.tsx';

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
  const code = hasCodes ? 'A code' : 'A recovery code';
  return (
    <TextField
      label={hasKeys ? `${code} (empty: use a key)` : code}
      autoComplete="one-time-code"
      spellCheck={false}
      required={!hasKeys}
      maxLength={64}
      value={value}
      onChange={(e) => onChange(e.target.value)}
    />
  );
}
