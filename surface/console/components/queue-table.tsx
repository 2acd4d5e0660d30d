'use client';
/** Incidents as rows; each row leads to its story. */
import Link from 'next/link';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { memo } from 'react';
import { segment, type AttackNames } from '../lib/api.ts';
import { exactTime, isoTime, relativeTime, visible } from '../lib/format.ts';
import { nameOf, useAttackNames, useNow } from '../lib/hooks.ts';
import { ScannerBadge, SeverityBadge, StatusBadge } from './badges.tsx';
import { RecordedBadge } from './tour/recorded-badge.tsx';

export function QueueTable({ rows }: { readonly rows: readonly IncidentSummary[] }) {
  const names = useAttackNames();
  const now = useNow();
  return (
    <table className="queue">
      <thead>
        <tr>
          <th scope="col">Score</th>
          <th scope="col">Severity</th>
          <th scope="col">What happened</th>
          <th scope="col">Attacker</th>
          <th scope="col">Last tactic</th>
          <th scope="col">Status</th>
          <th scope="col">Last seen</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((incident) => (
          <Row key={incident.id} incident={incident} seen={relativeTime(incident.lastSeen, now)} names={names} />
        ))}
      </tbody>
    </table>
  );
}

/** Drawn anew only when its incident or its words change, so that a long queue stays quick while one row lives. */
const Row = memo(function Row(props: {
  readonly incident: IncidentSummary;
  readonly seen: string;
  readonly names: AttackNames | undefined;
}) {
  const { incident, seen, names } = props;
  const tactic = incident.tactics.at(-1);
  return (
    <tr data-testid="incident">
      <td className={`score severity-${incident.severity}`}>{incident.score}</td>
      <td className="wide">
        <SeverityBadge severity={incident.severity} />
      </td>
      <td className="what">
        <Link href={`/incident/?id=${segment(incident.id)}`}>{visible(incident.title)}</Link>
      </td>
      <td>
        <code>{visible(incident.addresses[0] ?? incident.actor)}</code>
        {incident.scanner !== undefined && <ScannerBadge scanner={incident.scanner} />}
      </td>
      <td className="wide">{tactic === undefined ? '' : (nameOf(names?.tactics, tactic) ?? tactic)}</td>
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
