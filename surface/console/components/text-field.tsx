'use client';
/** A labelled field of a form that sends itself. */
import { useId, type ComponentProps } from 'react';

export function TextField({ label, ...input }: { readonly label: string } & Omit<ComponentProps<'input'>, 'id'>) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} required {...input} />
    </div>
  );
}
