'use client';
/** Incidents as rows; each row leads to its story. However many there are, only those in sight are drawn. */
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { Link } from './link.tsx';
import { memo, useEffect, useRef, useState } from 'react';
import { segment, type AttackNames } from '../lib/api.ts';
import { exactTime, isoTime, relativeTime, visible } from '../lib/format.ts';
import { nameOf, useAttackNames, useNow } from '../lib/hooks.ts';
import type { Selection } from '../lib/selection.ts';
import * as text from '../text/index.ts';
import { ScannerBadge, SeverityBadge, StatusBadge } from './badges.tsx';
import { RecordedBadge } from './tour/recorded-badge.tsx';

const words = text.incidents;
const COLUMNS = 8;
/** Of a row that was not drawn yet, in pixels. */
const ROW_PX = 38;
const OVERSCAN = 8;

interface Props {
  readonly rows: readonly IncidentSummary[];
  readonly hasMore: boolean;
  /** The end is near. */
  readonly onEnd: () => void;
  readonly selection: Selection;
  /** Its filters as an address has them. */
  readonly search: string;
  /** A column to choose rows with. */
  readonly mayChoose: boolean;
}

export function QueueTable({ rows, hasMore, onEnd, search, selection, mayChoose }: Props) {
  const names = useAttackNames();
  const now = useNow();
  const table = useRef<HTMLTableElement>(null);
  const [top, setTop] = useState(0);
  useEffect(() => setTop(table.current?.offsetTop ?? 0), []);
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: () => ROW_PX,
    overscan: OVERSCAN,
    scrollMargin: top,
    getItemKey: (index) => rows[index]!.id,
  });
  const items = virtual.getVirtualItems();
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => {
    if (hasMore && last >= rows.length - 30) onEnd();
  }, [hasMore, last, rows.length, onEnd]);
  const { at } = selection;
  useEffect(() => {
    const index = at === undefined ? -1 : rows.findIndex(({ id }) => id === at);
    if (index !== -1) virtual.scrollToIndex(index, { align: 'auto' });
    // Only where the keys have gone, not where rows move beneath them.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [at]);
  const before = (items[0]?.start ?? top) - top;
  const after = virtual.getTotalSize() - ((items.at(-1)?.end ?? top) - top);
  return (
    <table ref={table} className="queue" aria-label={words.label} aria-rowcount={hasMore ? -1 : rows.length + 1}>
      <thead>
        <tr aria-rowindex={1}>
          {mayChoose && (
            <th scope="col" className="wide">
              <span className="unseen">{words.columns.chosen}</span>
            </th>
          )}
          <th scope="col">{words.columns.score}</th>
          <th scope="col">{words.columns.severity}</th>
          <th scope="col">{words.columns.what}</th>
          <th scope="col">{words.columns.attacker}</th>
          <th scope="col">{words.columns.tactic}</th>
          <th scope="col">{words.columns.status}</th>
          <th scope="col">{words.columns.seen}</th>
        </tr>
      </thead>
      <tbody>
        <Space height={before} />
        {items.map(({ index }) => {
          const incident = rows[index]!;
          return (
            <Row
              key={incident.id}
              incident={incident}
              index={index}
              measure={virtual.measureElement}
              seen={relativeTime(incident.lastSeen, now)}
              names={names}
              search={search}
              isAt={incident.id === at}
              isChosen={selection.chosen.has(incident.id)}
              onToggle={mayChoose ? selection.toggle : undefined}
            />
          );
        })}
        <Space height={after} />
      </tbody>
    </table>
  );
}

/** Rows that are not drawn. */
function Space({ height }: { readonly height: number }) {
  if (height <= 0) return null;
  return (
    <tr aria-hidden className="space" style={{ height }}>
      <td colSpan={COLUMNS} />
    </tr>
  );
}

/** Drawn anew only when its incident or its words change, so that a long queue stays quick while one row lives. */
const Row = memo(function Row(props: {
  readonly incident: IncidentSummary;
  readonly index: number;
  readonly measure: (row: Element | null) => void;
  readonly seen: string;
  readonly names: AttackNames | undefined;
  readonly search: string;
  readonly isAt: boolean;
  readonly isChosen: boolean;
  readonly onToggle: ((id: string) => void) | undefined;
}) {
  const { incident, index, measure, seen, names, search, isAt, isChosen, onToggle } = props;
  const tactic = incident.tactics.at(-1);
  const title = visible(incident.title);
  return (
    <tr
      ref={measure}
      data-index={index}
      data-testid="incident"
      aria-rowindex={index + 2}
      className={isAt ? 'at' : undefined}
      aria-current={isAt || undefined}
    >
      {onToggle !== undefined && (
        <td className="wide">
          <input
            type="checkbox"
            aria-label={words.choose(title)}
            checked={isChosen}
            onChange={() => onToggle(incident.id)}
          />
        </td>
      )}
      <td className={`score severity-${incident.severity}`}>{incident.score}</td>
      <td className="wide">
        <SeverityBadge severity={incident.severity} />
      </td>
      <td className="what">
        <Link href={`/incident/?id=${segment(incident.id)}${search.replace('?', '&')}`}>{title}</Link>
      </td>
      <td>
        <code>{visible(incident.addresses[0] ?? incident.actor)}</code>
        {incident.scanner !== undefined && <ScannerBadge scanner={incident.scanner} />}
      </td>
      <td className="wide tactic">{tactic === undefined ? '' : (nameOf(names?.tactics, tactic) ?? tactic)}</td>
      <td>
        <StatusBadge status={incident.status} /> <RecordedBadge id={incident.id} />
      </td>
      <td className="seen">
        <time dateTime={isoTime(incident.lastSeen)} title={exactTime(incident.lastSeen)}>
          {seen}
        </time>
      </td>
    </tr>
  );
});
