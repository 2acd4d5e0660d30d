'use client';
/** Questions to all stored events. */
import { Link } from '../../../components/link.tsx';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { TimeChart } from '../../../components/charts/time-chart.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Failure } from '../../../components/failure.tsx';
import { FieldPick } from '../../../components/hunt/field-pick.tsx';
import { Examples, Nothing } from '../../../components/hunt/nothing.tsx';
import { QueryBox } from '../../../components/hunt/query-box.tsx';
import { Results } from '../../../components/hunt/results.tsx';
import { SavedSearches } from '../../../components/hunt/saved-searches.tsx';
import { TimePick } from '../../../components/hunt/time-pick.tsx';
import { TopOf } from '../../../components/hunt/top-values.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Panel } from '../../../components/panel.tsx';
import { api, segment } from '../../../lib/api.ts';
import { wordsOf } from '../../../lib/hooks.ts';
import { askEvents, askHistogram, askTop, selectionOf, type EventPage, type Selection } from '../../../lib/hunt/ask.ts';
import { withCondition } from '../../../lib/hunt/complete.ts';
import { parseHunt } from '../../../lib/hunt/parse.ts';
import type { HuntQuery } from '../../../lib/hunt/query.ts';
import { timeOf, type TimeRange } from '../../../lib/hunt/time-range.ts';
import { useFields, type Fields } from '../../../lib/hunt/use-fields.ts';
import { useMay } from '../../../lib/session.ts';
import { oneOf, useView } from '../../../lib/url-view.ts';
import { useAnswer } from '../../../lib/use-answer.ts';
import * as text from '../../../text/index.ts';
import './hunt.css';

const words = text.hunt;
const DEFAULTS = {
  q: '',
  range: '24h',
  from: '',
  to: '',
  order: 'newest',
  columns: '@timestamp,source.ip,event.action,user.name,message',
  top: 'source.ip,event.action,user.name',
};
const ORDERS = ['newest', 'oldest'] as const;
const FORMATS = ['ndjson', 'csv', 'parquet'] as const;
const MAX_COLUMNS = 16;
const MAX_TOP = 8;
const LONGEST = '30d';
const NOTHING: HuntQuery = { conditions: [], words: [] };

export default function HuntPage() {
  const [view, change] = useView(DEFAULTS);
  const [fields, fetchFields] = useFields();
  // Who may not put a rule into force may see what it would find.
  const mayReadRules = useMay('rules:read');
  const parsed = useMemo(() => parseHunt(view.q), [view.q]);
  const query = parsed.ok ? parsed.query : NOTHING;
  const { range, from, to } = view;
  const rangeNow = useCallback(
    () => timeOf({ range, from, to }, query.lastMs, Date.now()),
    [range, from, to, query.lastMs],
  );
  // A range that ends now ends when it was asked: a page after the first is of the same time.
  const [asked, setAsked] = useState(0);
  const when = useMemo(rangeNow, [rangeNow, asked]);
  const selection = useMemo(() => (parsed.ok ? selectionOf(query, when) : undefined), [parsed.ok, query, when]);
  const faultOf = useCallback(
    (draft: string) => {
      const result = parseHunt(draft, fields.areAll ? fields.has : undefined);
      return result.ok ? undefined : result.fault;
    },
    [fields],
  );
  const pick = useCallback(
    (field: string, value: string | number | null, not: boolean) =>
      change({ q: withCondition(view.q, field, value, not) }, { remember: true }),
    [change, view.q],
  );
  return (
    <div className="hunt">
      <PageHead title={words.title} about={words.about}>
        <TimePick
          range={range}
          shown={when}
          isMarked={when.from === Number(from) && when.to === Number(to)}
          lastMs={query.lastMs}
          onRange={(chosen) => change({ range: chosen, from: '', to: '' }, { remember: true })}
          onMark={(marked) => change({ from: String(marked.from), to: String(marked.to) }, { remember: true })}
        />
      </PageHead>
      <QueryBox
        asked={view.q}
        fields={fields}
        rangeNow={rangeNow}
        onFocus={fetchFields}
        faultOf={faultOf}
        onAsk={(q) => {
          if (q === view.q) setAsked((n) => n + 1);
          else change({ q }, { remember: true });
        }}
      />
      <div className="hunt-begin">
        <Help />
        {view.q === '' && <Examples onAsk={(q) => change({ q }, { remember: true })} />}
      </div>
      {selection !== undefined && (
        <>
          <Over
            selection={selection}
            range={when}
            onBrush={(start, end) => change({ from: String(start), to: String(end) }, { remember: true })}
          />
          <div className="hunt-parts">
            <Events
              selection={selection}
              order={oneOf(view.order, ORDERS)}
              columns={listOf(view.columns, MAX_COLUMNS)}
              fields={fields}
              fetchFields={fetchFields}
              change={change}
              onPick={pick}
              rule={mayReadRules && query.conditions.length + query.words.length > 0 ? ruleHref(view) : undefined}
              onLonger={
                query.lastMs === undefined && (from !== '' || range !== LONGEST)
                  ? () => change({ range: LONGEST, from: '', to: '' }, { remember: true })
                  : undefined
              }
            />
            <div className="hunt-side">
              <Top
                selection={selection}
                of={view.top}
                fields={fields}
                fetchFields={fetchFields}
                onChange={(top) => change({ top })}
                onPick={pick}
              />
              <SavedSearches />
            </div>
          </div>
        </>
      )}
    </div>
  );
}

function Help() {
  return (
    <details className="hunt-help">
      <summary>{words.help}</summary>
      <dl>
        {words.helpRows.map(([example, meaning]) => (
          <div key={example}>
            <dt>
              <code>{example}</code>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function Over(props: {
  readonly selection: Selection;
  readonly range: TimeRange;
  readonly onBrush: (from: number, to: number) => void;
}) {
  const { selection, range, onBrush } = props;
  const ask = useCallback((signal: AbortSignal) => askHistogram(selection, range, signal), [selection, range]);
  const { value, error } = useAnswer(ask);
  return (
    <Panel title={words.histogram} tools={value && <span role="status">{words.found(value.total)}</span>}>
      <Failure words={error} />
      {value !== undefined && (
        <TimeChart
          label={words.histogramLabel}
          times={value.times}
          stepMs={value.stepMs}
          series={[{ name: words.events, values: value.counts }]}
          onBrush={onBrush}
        />
      )}
    </Panel>
  );
}

function Events(props: {
  readonly selection: Selection;
  readonly order: 'newest' | 'oldest';
  readonly columns: readonly string[];
  readonly fields: Fields;
  readonly fetchFields: () => void;
  readonly change: (parts: Partial<typeof DEFAULTS>) => void;
  readonly onPick: (field: string, value: string | number | null, not: boolean) => void;
  /** Where a rule is made of the question. */
  readonly rule: string | undefined;
  readonly onLonger: (() => void) | undefined;
}) {
  const { selection, order, columns, change } = props;
  const ask = useCallback((signal: AbortSignal) => askEvents(selection, order, undefined, signal), [selection, order]);
  const { value: first, error, isLoading } = useAnswer(ask);
  const [later, setLater] = useState<EventPage>();
  const [moreError, setMoreError] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  useEffect(() => {
    setLater(undefined);
    setMoreError(undefined);
  }, [first]);
  const events = useMemo(() => [...(first?.events ?? []), ...(later?.events ?? [])], [first, later]);
  const next = later === undefined ? first?.next : later.next;
  const more = (): void => {
    setBusy(true);
    const of = first;
    askEvents(selection, order, next).then(
      (page) => {
        setBusy(false);
        // Of a question that was changed meanwhile it is no page.
        setLater((was) => (of === first ? { events: [...(was?.events ?? []), ...page.events], next: page.next } : was));
      },
      (problem: unknown) => {
        setBusy(false);
        setMoreError(wordsOf(problem));
      },
    );
  };
  const setColumns = (all: readonly string[]): void => change({ columns: all.join(',') });
  return (
    <Panel
      title={words.events}
      tools={
        <span className="hunt-tools">
          <select
            aria-label={words.order}
            value={order}
            onChange={(e) => change({ order: oneOf(e.target.value, ORDERS) })}
          >
            {ORDERS.map((one) => (
              <option key={one} value={one}>
                {words.orders[one]}
              </option>
            ))}
          </select>
          <span role="group" aria-label={words.download} className="hunt-exports">
            {FORMATS.map((format) => (
              <a key={format} href={exportOf(selection, order, columns, format)} download>
                {words.downloads[format]}
              </a>
            ))}
          </span>
          <CopyButton value={typeof window === 'undefined' ? '' : window.location.href} label={words.link} />
          {props.rule !== undefined && (
            <Link href={props.rule} className="hunt-rule">
              {words.makeRule}
            </Link>
          )}
        </span>
      }
    >
      <div className="hunt-columns" role="group" aria-label={words.columns}>
        {columns.map((field) => (
          <button
            key={field}
            className="small"
            type="button"
            aria-label={words.removeColumn(field)}
            title={words.removeColumn(field)}
            disabled={columns.length === 1}
            onClick={() => setColumns(columns.filter((one) => one !== field))}
          >
            {field} ×
          </button>
        ))}
        <FieldPick
          label={words.addField}
          fields={props.fields}
          onFocus={props.fetchFields}
          onPick={(field) => setColumns([...new Set([...columns, field])].slice(0, MAX_COLUMNS))}
        />
      </div>
      <Failure words={error ?? moreError} />
      {events.length > 0 ? (
        <div aria-busy={isLoading}>
          <Results events={events} columns={columns} onPick={props.onPick} />
          <p className="more dim">
            {words.shown(events.length)}
            {next !== undefined && (
              <button type="button" disabled={isBusy || isLoading} onClick={more}>
                {words.more}
              </button>
            )}
          </p>
        </div>
      ) : isLoading ? (
        <p className="centre">{words.searching}</p>
      ) : (
        error === undefined && <Nothing onLonger={props.onLonger} />
      )}
    </Panel>
  );
}

function Top(props: {
  readonly selection: Selection;
  /** Names of fields with commas between. */
  readonly of: string;
  readonly fields: Fields;
  readonly fetchFields: () => void;
  readonly onChange: (of: string) => void;
  readonly onPick: (field: string, value: string | number | null, not: boolean) => void;
}) {
  const { selection, of, onChange } = props;
  const chosen = useMemo(() => listOf(of, MAX_TOP), [of]);
  const ask = useCallback((signal: AbortSignal) => askTop(selection, chosen, signal), [selection, chosen]);
  const { value = [], error } = useAnswer(ask);
  return (
    <Panel title={words.topValues}>
      <p className="dim">{words.topHint}</p>
      <Failure words={error} />
      {value.map((one) => (
        <TopOf
          key={one.field}
          of={one}
          onPick={props.onPick}
          onRemove={(field) => onChange(chosen.filter((other) => other !== field).join(','))}
        />
      ))}
      <FieldPick
        label={words.addField}
        fields={props.fields}
        onFocus={props.fetchFields}
        onPick={(field) => onChange([...new Set([...chosen, field])].slice(-MAX_TOP).join(','))}
      />
    </Panel>
  );
}

/** The rule is tried on the time that was asked for. */
function ruleHref({ q, range, from, to }: typeof DEFAULTS): string {
  const time = from === '' || to === '' ? `range=${segment(range)}` : `from=${segment(from)}&to=${segment(to)}`;
  return `/rule-editor/?q=${segment(q)}&${time}`;
}

/** Names that an address holds: what is none is left out. */
function listOf(names: string, most: number): readonly string[] {
  return [...new Set(names.split(','))].filter((name) => /^[@\w][\w.-]{0,127}$/.test(name)).slice(0, most);
}

function exportOf(
  selection: Selection,
  order: 'newest' | 'oldest',
  columns: readonly string[],
  format: (typeof FORMATS)[number],
): string {
  return api.urlOf('exportEvents', { ...selection, order, format, ...(format === 'csv' ? { field: columns } : {}) });
}
