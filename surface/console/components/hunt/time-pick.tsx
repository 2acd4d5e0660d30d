'use client';
/** For which time is asked: a range that ends now, or from one moment to another. */
import { useState, type FormEvent } from 'react';
import { duration, exactTime } from '../../lib/format.ts';
import { toLocal, type TimeRange } from '../../lib/hunt/time-range.ts';
import { RANGES, type Range } from '../../lib/ranges.ts';
import { oneOf } from '../../lib/url-view.ts';
import * as text from '../../text/index.ts';
import { RangeSelect } from '../range-select.tsx';

const words = text.hunt;

export function TimePick(props: {
  readonly range: string;
  readonly shown: TimeRange;
  /** Whether it is from one moment to another. */
  readonly isMarked: boolean;
  /** Of the question. */
  readonly lastMs: number | undefined;
  readonly onRange: (range: Range) => void;
  readonly onMark: (range: TimeRange) => void;
}) {
  const { range, shown, isMarked, lastMs, onRange, onMark } = props;
  const [isOpen, setOpen] = useState(false);
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  if (lastMs !== undefined) return <p className="dim">{words.byQuestion(duration(lastMs))}</p>;
  const send = (e: FormEvent): void => {
    e.preventDefault();
    const marked = { from: Date.parse(from), to: Date.parse(to) };
    if (!(marked.from < marked.to)) return;
    onMark(marked);
    setOpen(false);
  };
  return (
    <>
      {isMarked ? (
        <>
          <span>{words.marked(exactTime(shown.from), exactTime(shown.to))}</span>
          <button type="button" onClick={() => onRange(oneOf(range, RANGES))}>
            {words.unmark}
          </button>
        </>
      ) : (
        <RangeSelect value={oneOf(range, RANGES)} onChange={onRange} />
      )}
      <button
        type="button"
        aria-expanded={isOpen}
        onClick={() => {
          setFrom(toLocal(shown.from));
          setTo(toLocal(shown.to));
          setOpen(!isOpen);
        }}
      >
        {words.absolute}
      </button>
      {isOpen && (
        <form className="hunt-times" onSubmit={send}>
          <label>
            {words.from} <input type="datetime-local" required value={from} onChange={(e) => setFrom(e.target.value)} />
          </label>
          <label>
            {words.to}{' '}
            <input type="datetime-local" required min={from} value={to} onChange={(e) => setTo(e.target.value)} />
          </label>
          <button className="primary" type="submit">
            {words.apply}
          </button>
        </form>
      )}
    </>
  );
}
