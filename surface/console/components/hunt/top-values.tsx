'use client';
/** The most frequent values of chosen fields; a click narrows the question. */
import { Minus, X } from 'lucide-react';
import { visible } from '../../lib/format.ts';
import type { TopValues } from '../../lib/hunt/ask.ts';
import * as text from '../../text/index.ts';

const words = text.hunt;

export function TopOf(props: {
  readonly of: TopValues;
  readonly onPick: (field: string, value: string | number | null, not: boolean) => void;
  readonly onRemove: (field: string) => void;
}) {
  const { field, values } = props.of;
  const most = Math.max(1, ...values.map(({ count }) => count));
  return (
    <section className="hunt-top" aria-label={field}>
      <div className="panel-head">
        <h3>
          <code>{visible(field)}</code>
        </h3>
        <button
          className="quiet icon"
          type="button"
          aria-label={words.removeTop(field)}
          title={words.removeTop(field)}
          onClick={() => props.onRemove(field)}
        >
          <X size={14} aria-hidden />
        </button>
      </div>
      {values.length === 0 ? (
        <p className="dim">{words.noTop}</p>
      ) : (
        <ol className="ranking">
          {values.map(({ value, count }) => (
            <li key={JSON.stringify(value)}>
              <span className="ranking-bar" style={{ width: `${(count / most) * 100}%` }} />
              <button
                className="hunt-value ranking-name"
                type="button"
                title={words.filterFor(field, sayValue(value))}
                onClick={() => props.onPick(field, value, false)}
              >
                {sayValue(value)}
              </button>
              <span className="ranking-count">{count.toLocaleString()}</span>
              <button
                className="quiet icon hunt-without"
                type="button"
                aria-label={words.filterOut(field, sayValue(value))}
                title={words.filterOut(field, sayValue(value))}
                onClick={() => props.onPick(field, value, true)}
              >
                <Minus size={14} aria-hidden />
              </button>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}

function sayValue(value: string | number | null): string {
  return value === null ? words.without : visible(String(value)) || '""';
}
