'use client';
/** Which keys do what, and whether single keys do anything. */
import { useEffect, useId, useRef } from 'react';
import { useKeysOn } from '../lib/shortcuts.ts';
import * as text from '../text/index.ts';

export function KeysDialog(props: {
  readonly keys: readonly (readonly [keys: string, does: string])[];
  readonly onClose: () => void;
}) {
  const words = text.incidents;
  const dialog = useRef<HTMLDialogElement>(null);
  const [on, setOn] = useKeysOn();
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="keys" aria-labelledby={id} onClose={props.onClose}>
      <h2 id={id}>{words.keysTitle}</h2>
      <dl>
        {props.keys.map(([keys, does]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <label>
        <input type="checkbox" checked={on} onChange={(e) => setOn(e.target.checked)} /> {words.keysOn}
      </label>
      <button type="button" onClick={() => dialog.current?.close()}>
        {words.keysClose}
      </button>
    </dialog>
  );
}
