'use client';
/** One setting of a decoy: what it is for, what it may be, and what is wrong with it. */
import { useId } from 'react';
import type { Draft, Field } from '../../lib/decoy-form.ts';
import { visible } from '../../lib/format.ts';
import * as text from '../../text/index.ts';

const words = text.decoys.form;

export function DecoyField({
  field: { path, schema, editor, isRequired },
  draft,
  fault,
  onChange,
}: {
  readonly field: Field;
  readonly draft: Draft;
  readonly fault: string | undefined;
  readonly onChange: (draft: Draft) => void;
}) {
  const id = useId();
  const name = path.at(-1) ?? '';
  const about = `${id}-about`;
  const common = {
    id,
    'aria-describedby': about,
    'aria-invalid': fault === undefined ? undefined : (true as const),
  };
  const written = typeof draft === 'string' ? draft : '';
  return (
    <div className="field">
      {editor === 'switch' ? (
        <label className="check" htmlFor={id}>
          <input {...common} type="checkbox" checked={draft === true} onChange={(e) => onChange(e.target.checked)} />
          {name}
        </label>
      ) : (
        <label htmlFor={id}>{name}</label>
      )}
      {editor === 'choice' && (
        <select {...common} value={written} onChange={(e) => onChange(e.target.value)}>
          {!isRequired && !schema.enum?.includes(written) && <option value="">{words.asDefault}</option>}
          {schema.enum?.map((one) => (
            <option key={String(one)} value={String(one)}>
              {String(one)}
            </option>
          ))}
        </select>
      )}
      {(editor === 'text' || editor === 'number') && (
        <input
          {...common}
          type={editor}
          min={schema.minimum}
          max={schema.maximum}
          value={written}
          onChange={(e) => onChange(e.target.value)}
        />
      )}
      {(editor === 'lines' || editor === 'json') && (
        <textarea {...common} spellCheck={false} value={written} onChange={(e) => onChange(e.target.value)} />
      )}
      <p id={about} className="dim">
        {schema.description} {editor === 'lines' && words.lines} {editor === 'json' && words.json}{' '}
        {schema.minimum !== undefined && schema.maximum !== undefined && words.between(schema.minimum, schema.maximum)}
        {fault !== undefined && (
          <strong className="decoys-fault" role="alert">
            {' '}
            {visible(fault)}
          </strong>
        )}
      </p>
    </div>
  );
}
