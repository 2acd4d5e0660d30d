'use client';
/** The events: as many rows as are looked at are drawn; a row opens to all of its fields. */
import { useVirtualizer } from '@tanstack/react-virtual';
import type { Event } from '@netsentinel/contracts/event';
import { ChevronDown, ChevronRight, Minus, Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import { exactTime, visible } from '../../lib/format.ts';
import { fieldsOf, valuesAt, type FieldValue } from '../../lib/hunt/event-values.ts';
import * as text from '../../text/index.ts';
import { CopyButton } from '../copy-button.tsx';

const words = text.hunt;
const ROW_PX = 34;
/** Of longer values as much stands in a row; opened it stands whole. */
const MAX_CELL_CHARS = 400;

/** Their values are short. */
const NARROW = /(^|\.)(ip|port|action|outcome|category|kind|type|protocol|name|id|mac)$/;

export type OnPick = (field: string, value: string | number | null, not: boolean) => void;

export function Results(props: {
  readonly events: readonly Event[];
  readonly columns: readonly string[];
  readonly onPick: OnPick;
}) {
  const { events, columns, onPick } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const rows = useVirtualizer({
    count: events.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    getItemKey: (i) => idOf(events[i]!, i),
  });
  const toggle = (id: string): void => {
    const now = new Set(open);
    if (!now.delete(id)) now.add(id);
    setOpen(now);
  };
  const template = { gridTemplateColumns: `2.2rem ${columns.map(widthOf).join(' ')}` };
  return (
    <div className="hunt-rows" ref={scroller} tabIndex={0} role="region" aria-label={words.rows}>
      <div role="table" aria-label={words.events} aria-rowcount={events.length + 1} className="hunt-table">
        <div role="row" aria-rowindex={1} className="hunt-row hunt-head" style={template}>
          <span role="columnheader">
            <span className="unseen">{words.open}</span>
          </span>
          {columns.map((field) => (
            <span role="columnheader" key={field}>
              {visible(field)}
            </span>
          ))}
        </div>
        <div role="rowgroup" className="hunt-body" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, key, start }) => {
            const event = events[index]!;
            const id = String(key);
            const isOpen = open.has(id);
            return (
              <div
                key={id}
                ref={rows.measureElement}
                data-index={index}
                className="hunt-item"
                style={{ transform: `translateY(${start}px)` }}
                role="presentation"
              >
                <div role="row" aria-rowindex={index + 2} className="hunt-row" style={template} data-testid="event">
                  <span role="cell">
                    <button
                      className="quiet icon"
                      type="button"
                      aria-expanded={isOpen}
                      aria-label={words.open}
                      title={words.open}
                      onClick={() => toggle(id)}
                    >
                      {isOpen ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />}
                    </button>
                  </span>
                  {columns.map((field) => (
                    <span role="cell" key={field} className="hunt-cell">
                      {cellOf(event, field)}
                    </span>
                  ))}
                </div>
                {isOpen && <AllFields event={event} onPick={onPick} />}
              </div>
            );
          })}
        </div>
      </div>
    </div>
  );
}

function AllFields({ event, onPick }: { readonly event: Event; readonly onPick: OnPick }) {
  return (
    <div role="row" className="hunt-open">
      <div role="cell">
        <p>
          <CopyButton value={JSON.stringify(event, null, 2)} /> <span className="dim">JSON</span>
        </p>
        <dl>
          {fieldsOf(event).flatMap(([field, values]) =>
            values.map((value, i) => (
              // eslint-disable-next-line react/no-array-index-key
              <div key={`${field} ${i}`}>
                <dt>{visible(field)}</dt>
                <dd>
                  <span className="hunt-whole">{visible(String(value))}</span>
                  <FieldButtons field={field} value={value} onPick={onPick} />
                </dd>
              </div>
            )),
          )}
        </dl>
      </div>
    </div>
  );
}

function FieldButtons({
  field,
  value,
  onPick,
}: {
  readonly field: string;
  readonly value: FieldValue;
  readonly onPick: OnPick;
}) {
  const picked = typeof value === 'boolean' ? String(value) : value;
  const shown = visible(String(value)).slice(0, 80);
  return (
    <span className="hunt-buttons">
      <button
        className="quiet icon"
        type="button"
        aria-label={words.filterFor(field, shown)}
        title={words.filterFor(field, shown)}
        onClick={() => onPick(field, picked, false)}
      >
        <Plus size={14} aria-hidden />
      </button>
      <button
        className="quiet icon"
        type="button"
        aria-label={words.filterOut(field, shown)}
        title={words.filterOut(field, shown)}
        onClick={() => onPick(field, picked, true)}
      >
        <Minus size={14} aria-hidden />
      </button>
      <CopyButton value={String(value)} />
    </span>
  );
}

function cellOf(event: Event, field: string): string {
  const values = valuesAt(event, field);
  const [first] = values;
  if (field === '@timestamp' && typeof first === 'string') return exactTime(Date.parse(first));
  return visible(values.map(String).join(', ').slice(0, MAX_CELL_CHARS));
}

function widthOf(field: string): string {
  if (field === '@timestamp') return '11.5rem';
  if (NARROW.test(field)) return 'minmax(6.5rem, 0.7fr)';
  return field === 'message' || field.endsWith('command_line') ? 'minmax(16rem, 3fr)' : 'minmax(9rem, 1fr)';
}

function idOf(event: Event, index: number): string {
  return event.event?.id ?? String(index);
}
