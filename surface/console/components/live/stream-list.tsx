'use client';
/** The stream as rows; only those in sight are drawn. */
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { Activity, LogIn, LogOut, Radar, ShieldCheck, Siren, Unplug, type LucideIcon } from 'lucide-react';
import { memo, useEffect, useRef, useState } from 'react';
import { segment } from '../../lib/api.ts';
import { clockTime, exactTime, isoTime, visible } from '../../lib/format.ts';
import type { Row } from '../../lib/live-stream.ts';
import { said } from '../../lib/live-words.ts';
import { useSession } from '../../lib/session.ts';
import * as text from '../../text/index.ts';
import { SeverityBadge } from '../badges.tsx';
import { Link } from '../link.tsx';
import { hasPage } from '../page-list.tsx';
import { RecordedBadge } from '../tour/recorded-badge.tsx';

const words = text.live;
/** Of a row that was not drawn yet, in pixels. */
const ROW_PX = 41;
const OVERSCAN = 10;
const ICONS: Readonly<Record<Exclude<Row['kind'], 'session'>, LucideIcon>> = {
  incident: Siren,
  anomaly: Radar,
  action: ShieldCheck,
  event: Activity,
  gap: Unplug,
};

export function StreamList(props: {
  readonly rows: readonly Row[];
  readonly watched: string;
  /** Sessions whose terminal can be watched. */
  readonly watchable: ReadonlySet<string>;
  readonly onWatch: (session: string) => void;
}) {
  const { rows, watched, watchable, onWatch } = props;
  const mayHunt = hasPage('/hunt/', useSession().role);
  const list = useRef<HTMLOListElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => setTop(list.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: top,
    getItemKey: (index) => rows[index]!.n,
  });
  const items = virtual.getVirtualItems();
  return (
    <ol ref={list} className="live-stream" aria-label={words.label} style={{ height: virtual.getTotalSize() }}>
      {items.map(({ index, start }) => {
        const row = rows[index]!;
        const session = row.kind === 'session' ? row.body.id : undefined;
        return (
          <StreamRow
            key={row.n}
            row={row}
            index={index}
            y={start - top}
            measure={virtual.measureElement}
            mayHunt={mayHunt}
            isWatched={session !== undefined && session === watched}
            onWatch={session !== undefined && watchable.has(session) ? onWatch : undefined}
          />
        );
      })}
    </ol>
  );
}

function huntOf(address: string): string {
  return `/hunt/?q=${segment(`source.ip = ${JSON.stringify(address)}`)}`;
}

/** Drawn anew only when what it tells of changes. */
const StreamRow = memo(function StreamRow(props: {
  readonly row: Row;
  readonly index: number;
  /** Pixels from the list's top: rows are moved, not laid out anew, when others come. */
  readonly y: number;
  readonly measure: (row: Element | null) => void;
  readonly isWatched: boolean;
  readonly onWatch: ((session: string) => void) | undefined;
  readonly mayHunt: boolean;
}) {
  const { row, index, y, measure, isWatched, onWatch, mayHunt } = props;
  const { what, who, severity, incident } = said(row);
  const Icon = row.kind === 'session' ? (row.body.what === 'begun' ? LogIn : LogOut) : ICONS[row.kind];
  return (
    <li
      ref={measure}
      data-index={index}
      data-testid="news"
      data-kind={row.kind}
      style={{ transform: `translateY(${y}px)` }}
      className={`live-row live-${row.kind}${isWatched ? ' live-watched' : ''}`}
    >
      <time dateTime={isoTime(row.at)} title={exactTime(row.at)}>
        {clockTime(row.at)}
      </time>
      <span className={`live-kind severity-${severity ?? 'none'}`}>
        <Icon size={15} aria-hidden />
        <span className="unseen">{row.kind === 'gap' ? '' : words.one[row.kind]}</span>
      </span>
      <p className="live-what">
        {incident === undefined || row.kind === 'action' ? (
          visible(what)
        ) : (
          <Link href={`/incident/?id=${segment(incident)}`}>{visible(what)}</Link>
        )}{' '}
        {severity !== undefined && <SeverityBadge severity={severity} />}
        {row.kind === 'incident' && (
          <span className="dim">
            {' '}
            {words.score(row.body.score)}, {words.incidentStatus[row.body.status]}
          </span>
        )}
        <RecordedBadge id={row.body.id} />
      </p>
      <code className="live-who">
        {mayHunt && (row.kind === 'session' || row.kind === 'event') && who !== '' ? (
          <Link href={huntOf(who)} title={words.huntTitle}>
            {visible(who)}
          </Link>
        ) : (
          visible(who)
        )}
      </code>
      <span className="live-act">
        {onWatch !== undefined && row.kind === 'session' && (
          <button
            type="button"
            className="small"
            aria-pressed={isWatched}
            aria-label={words.watchLabel(visible(who))}
            onClick={() => onWatch(isWatched ? '' : row.body.id)}
          >
            {words.watch}
          </button>
        )}
        {row.kind === 'action' && incident !== undefined && (
          <Link href={`/incident/?id=${segment(incident)}`} aria-label={words.storyLabel(visible(what))}>
            {words.story}
          </Link>
        )}
      </span>
    </li>
  );
});
