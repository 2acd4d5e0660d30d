'use client';
/** Codes for when an application or a key is lost, as they are shown once. */
import * as text from '../text/index.ts';
import { ShownOnce } from './shown-once.tsx';

const words = text.access.factors;

export function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  return (
    <ShownOnce label={words.recovery} text={codes.join(' ')} onDone={onDone}>
      <p className="dim">{words.recoveryWhy}</p>
      <pre>{codes.join('\n')}</pre>
    </ShownOnce>
  );
}
