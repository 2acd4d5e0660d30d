'use client';
/** Where a question is typed: a combobox (ARIA APG, editable with list autocomplete) that offers fields, operators and values. */
import { Search } from 'lucide-react';
import { useEffect, useId, useLayoutEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react';
import { visible } from '../../lib/format.ts';
import { placeAt, withChoice, type Place } from '../../lib/hunt/complete.ts';
import type { HuntFault } from '../../lib/hunt/query.ts';
import type { TimeRange } from '../../lib/hunt/time-range.ts';
import type { Fields } from '../../lib/hunt/use-fields.ts';
import * as text from '../../text/index.ts';
import { useOptions } from './use-options.ts';

const words = text.hunt;
/** An address holds no more of it. */
const MAX_CHARS = 2_000;

export function QueryBox(props: {
  /** The question that is answered now. */
  readonly asked: string;
  readonly fields: Fields;
  readonly rangeNow: () => TimeRange;
  readonly onFocus: () => void;
  readonly onAsk: (question: string) => void;
  /** What is wrong with this draft. */
  readonly faultOf: (draft: string) => HuntFault | undefined;
}) {
  const { asked, fields, rangeNow, onAsk, faultOf } = props;
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(asked);
  const [place, setPlace] = useState<Place>();
  const [active, setActive] = useState(-1);
  const [isTold, setTold] = useState(false);
  const caret = useRef<number>(undefined);
  useEffect(() => {
    setDraft(asked);
    setPlace(undefined);
  }, [asked]);
  useLayoutEffect(() => {
    if (caret.current !== undefined) input.current?.setSelectionRange(caret.current, caret.current);
    caret.current = undefined;
  }, [draft]);
  const options = useOptions(place, fields, rangeNow);
  const isOpen = place !== undefined && options.length > 0;
  const fault = faultOf(draft);
  const open = (value: string, at: number): void => {
    setPlace(placeAt(value, at, fields.has));
    setActive(-1);
  };
  const type = (value: string, at: number): void => {
    setDraft(value);
    setTold(false);
    open(value, at);
  };
  const choose = (choice: string): void => {
    if (place === undefined) return;
    const chosen = withChoice(draft, place, choice);
    caret.current = chosen.caret;
    type(chosen.text, chosen.caret);
    input.current?.focus();
  };
  const send = (e: FormEvent): void => {
    e.preventDefault();
    setPlace(undefined);
    setTold(true);
    if (fault === undefined) onAsk(draft.trim());
  };
  const onKey = (e: KeyboardEvent<HTMLInputElement>): void => {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (!isOpen) return open(draft, e.currentTarget.selectionStart ?? draft.length);
      const step = e.key === 'ArrowDown' ? 1 : -1;
      setActive((active + step + options.length + (active < 0 && step < 0 ? 1 : 0)) % options.length);
    } else if (isOpen && e.key === 'Escape') {
      e.preventDefault();
      setPlace(undefined);
    } else if (isOpen && (e.key === 'Enter' || e.key === 'Tab') && options[active] !== undefined) {
      e.preventDefault();
      choose(options[active].value);
    }
  };
  // While somebody types the end of it is never right: it is told once they ask, and what is wrong before the end at once.
  const isShown = fault !== undefined && (isTold || fault.to < draft.trimEnd().length);
  return (
    <form className="hunt-ask" onSubmit={send}>
      <div className="hunt-line">
        <input
          ref={input}
          role="combobox"
          className="hunt-input"
          type="text"
          aria-label={words.query}
          aria-autocomplete="list"
          aria-expanded={isOpen}
          aria-controls={`${id}-options`}
          aria-activedescendant={isOpen && active >= 0 ? `${id}-${active}` : undefined}
          aria-invalid={isShown}
          aria-describedby={isShown ? `${id}-fault` : undefined}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          maxLength={MAX_CHARS}
          placeholder={words.placeholder}
          value={draft}
          onFocus={props.onFocus}
          onBlur={() => setPlace(undefined)}
          onChange={(e) => type(e.target.value, e.target.selectionStart ?? e.target.value.length)}
          onKeyDown={onKey}
        />
        <button className="primary" type="submit">
          <Search size={15} aria-hidden /> {words.run}
        </button>
        <ul id={`${id}-options`} role="listbox" aria-label={words.options} className="hunt-options" hidden={!isOpen}>
          {isOpen &&
            options.map(({ value, about }, i) => (
              <li
                key={value}
                id={`${id}-${i}`}
                role="option"
                aria-selected={i === active}
                // The field keeps the focus.
                onPointerDown={(e) => e.preventDefault()}
                onClick={() => choose(value)}
              >
                <code>{visible(value)}</code> <span className="dim">{about}</span>
              </li>
            ))}
        </ul>
        <span className="unseen" role="status">
          {isOpen ? words.optionCount(options.length) : ''}
        </span>
      </div>
      {isShown && <Wrong id={`${id}-fault`} question={draft} fault={fault} />}
    </form>
  );
}

function Wrong({ id, question, fault }: { readonly id: string; readonly question: string; readonly fault: HuntFault }) {
  const { from, to, why, found, field = '', expected } = fault;
  return (
    <div id={id} className="hunt-wrong" role="alert">
      <p className="hunt-echo" aria-hidden>
        <code>
          {visible(question.slice(0, from))}
          <mark>{visible(question.slice(from, to)) || '\u00a0\u00a0'}</mark>
          {visible(question.slice(to))}
        </code>
      </p>
      <p>
        {words.wrong}. {words.fault[why](visible(found), visible(field))} {words.expected(expected)}
      </p>
    </div>
  );
}
