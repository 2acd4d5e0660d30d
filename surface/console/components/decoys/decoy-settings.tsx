'use client';
/** How a decoy is set, and the form that changes it for whoever may. */
import dynamic from 'next/dynamic';
import { useState } from 'react';
import { visibleLines } from '../../lib/format.ts';
import { useMay } from '../../lib/session.ts';
import * as text from '../../text/index.ts';
import { CopyButton } from '../copy-button.tsx';
import { Panel } from '../panel.tsx';
import { Told } from '../told.tsx';

const words = text.decoys.form;
/** YAML is read and written by it: it comes when somebody opens it. */
const DecoyForm = dynamic(() => import('./decoy-form.tsx'), {
  ssr: false,
  loading: () => <p className="dim">{text.frame.loading}</p>,
});

export function DecoySettings({
  id,
  config,
  onChange,
}: {
  readonly id: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly onChange: () => void;
}) {
  const mayChange = useMay('configuration:write');
  const [isOpen, setOpen] = useState(false);
  const [told, setTold] = useState<string>();
  const json = JSON.stringify(config, null, 2);
  return (
    <Panel
      title={words.title}
      tools={
        <span className="decoys-buttons">
          <CopyButton value={json} label={words.copy} />
          {mayChange && (
            <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
              {isOpen ? words.cancel : words.change}
            </button>
          )}
        </span>
      }
    >
      <Told words={told} />
      {isOpen ? (
        <DecoyForm
          id={id}
          onDone={(said) => {
            setTold(said);
            setOpen(false);
            onChange();
          }}
        />
      ) : (
        <>
          <p className="dim">{words.inForce}</p>
          <pre className="decoys-scan" tabIndex={0}>
            {visibleLines(json)}
          </pre>
        </>
      )}
    </Panel>
  );
}
