'use client';
/** A text to write, and what is wrong with it: a fault leads to its line. */
import { useId, useRef } from 'react';
import { lineRange, type TextFault } from '../lib/text-faults.ts';
import { visible } from '../lib/format.ts';
import * as text from '../text/index.ts';
import './faulty-text.css';

const words = text.parts;
/** Lines above the one that a fault leads to. */
const LINES_ABOVE = 4;

export function FaultyText(props: {
  readonly label: string;
  readonly value: string;
  readonly faults: readonly TextFault[];
  readonly maxLength: number;
  readonly onChange: (value: string) => void;
  readonly isReadOnly?: boolean;
}) {
  const { label, value, faults, maxLength, onChange, isReadOnly = false } = props;
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const show = (line: number): void => {
    const area = field.current;
    if (area === null) return;
    area.focus();
    area.setSelectionRange(...lineRange(value, line));
    area.scrollTop = (area.scrollHeight / value.split('\n').length) * Math.max(0, line - LINES_ABOVE);
  };
  return (
    <>
      <label className="faulty-label" htmlFor={`${id}-text`}>
        {label}
      </label>
      <textarea
        ref={field}
        id={`${id}-text`}
        className="faulty-text"
        rows={24}
        maxLength={maxLength}
        spellCheck={false}
        autoCapitalize="off"
        readOnly={isReadOnly}
        aria-invalid={faults.length > 0}
        aria-describedby={faults.length > 0 ? `${id}-faults` : undefined}
        value={value}
        onChange={(e) => onChange(e.target.value)}
      />
      {faults.length > 0 && (
        <section id={`${id}-faults`} className="notice bad" role="alert" data-testid="faults">
          <strong>{words.faults(faults.length)}</strong>
          <ul className="faulty-list">
            {faults.map(({ line, words: said }, n) => (
              <li key={n}>
                {line !== undefined && (
                  <button type="button" className="small" onClick={() => show(line)}>
                    {words.line(line)}
                  </button>
                )}{' '}
                {visible(said)}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}
