'use client';
/** Codes for when an application or a key is lost, as they are shown once. */
import { ShownOnce } from './shown-once.tsx';

export function RecoveryCodes({ codes, onDone }: { readonly codes: readonly string[]; readonly onDone: () => void }) {
  return (
    <ShownOnce label="Recovery codes" text={codes.join(' ')} onDone={onDone}>
      <p className="dim">
        Each lets you in once, should you lose the application or the key. They are not shown again: keep them apart
        from your password. Earlier ones are void.
      </p>
      <pre>{codes.join('\n')}</pre>
    </ShownOnce>
  );
}
