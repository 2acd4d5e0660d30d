'use client';
/** Adds one of the fields that events have. */
import { useId, useState } from 'react';
import type { Fields } from '../../lib/hunt/use-fields.ts';
import * as text from '../../text/index.ts';

export function FieldPick({
  label,
  fields,
  onFocus,
  onPick,
}: {
  readonly label: string;
  readonly fields: Fields;
  readonly onFocus: () => void;
  readonly onPick: (field: string) => void;
}) {
  const id = useId();
  const [name, setName] = useState('');
  return (
    <form
      className="hunt-pick"
      onSubmit={(e) => {
        e.preventDefault();
        if (!fields.has(name)) return;
        onPick(name);
        setName('');
      }}
    >
      <input
        aria-label={label}
        placeholder={label}
        list={id}
        value={name}
        maxLength={128}
        onFocus={onFocus}
        onChange={(e) => setName(e.target.value)}
      />
      <datalist id={id}>
        {fields.names.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
      <button className="small" type="submit" disabled={!fields.has(name)}>
        {text.hunt.add}
      </button>
    </form>
  );
}
