'use client';
/** The button that begins a measure, for whoever may order one. */
import { useEffect, useRef, useState } from 'react';
import { useMay } from '../lib/session.ts';
import * as text from '../text/index.ts';
import { MeasureForm } from './measure-form.tsx';

/** `target`: the attacker, an address or an IPv6 /64; what is neither is not proposed. */
export function TakeMeasure({
  target = '',
  incident,
  onChange,
}: {
  readonly target?: string | undefined;
  readonly incident?: string;
  readonly onChange: () => void;
}) {
  const mayOrder = useMay('response:write');
  const [isOpen, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const wasOpen = useRef(false);
  useEffect(() => {
    if (!isOpen && wasOpen.current) button.current?.focus();
    wasOpen.current = isOpen;
  }, [isOpen]);
  if (!mayOrder) return null;
  if (!isOpen)
    return (
      <button ref={button} type="button" onClick={() => setOpen(true)}>
        {text.measures.take}…
      </button>
    );
  return (
    <MeasureForm
      target={/^[0-9a-fA-F:.]{2,45}(\/64)?$/.test(target) ? target : ''}
      {...(incident === undefined ? {} : { incident })}
      onDone={() => {
        setOpen(false);
        onChange();
      }}
      onCancel={() => setOpen(false)}
    />
  );
}
