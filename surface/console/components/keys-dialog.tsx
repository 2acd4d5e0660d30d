'use client';
/** Which keys do what, and whether single keys do anything. */
import { useEffect, useId, useRef } from 'react';
import type { KeyNames } from '../lib/page-keys.ts';
import { useKeysOn } from '../lib/shortcuts.ts';
import * as text from '../text/index.ts';

const words = text.frame;

export function KeysDialog(props: {
  readonly keys: KeyNames;
  readonly pages: readonly { readonly keys: string; readonly name: string }[];
  readonly onClose: () => void;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [on, setOn] = useKeysOn();
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} className="keys" aria-labelledby={id} onClose={props.onClose}>
      <h2 id={id}>{words.keysTitle}</h2>
      {props.keys.length > 0 && (
        <>
          <h3>{words.keysOfPage}</h3>
          <Keys keys={props.keys} />
        </>
      )}
      <h3>{words.keysOfAll}</h3>
      <Keys keys={[['?', words.keysShow]]} />
      <h3>{words.keysGo}</h3>
      <Keys keys={props.pages.map(({ keys, name }) => [keys, name])} className="goes" />
      <label>
        <input type="checkbox" checked={on} onChange={(e) => setOn(e.target.checked)} /> {words.keysOn}
      </label>
      <button type="button" onClick={() => dialog.current?.close()}>
        {words.keysClose}
      </button>
    </dialog>
  );
}

function Keys({ keys, className }: { readonly keys: KeyNames; readonly className?: string }) {
  return (
    <dl className={className}>
      {keys.map(([pressed, does]) => (
        <div key={pressed}>
          <dt>
            <kbd>{pressed}</kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  );
}
