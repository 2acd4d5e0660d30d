'use client';
/** The incident queue: newest activity first, updating while attacks run. */
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { useCallback, useEffect, useState } from 'react';
import { SeverityBadge, StatusBadge } from '../components/badges.tsx';
import { Shell } from '../components/shell.tsx';
import { api } from '../lib/api.ts';
import { exactTime, relativeTime, visible } from '../lib/format.ts';
import { useAccount, useAttackNames, useLoaded, useNow } from '../lib/hooks.ts';
import { useLive, useStatus } from '../lib/live.ts';

const SHOWN = 300;

export default function QueuePage() {
  const account = useAccount();
  return account === undefined ? (
    <p className="centre">Loading…</p>
  ) : (
    <Shell account={account}>
      <Queue />
    </Shell>
  );
}

function Queue() {
  const load = useCallback(() => api.incidents(), []);
  const { value, error, reload } = useLoaded(load);
  const [changed, setChanged] = useState<ReadonlyMap<string, IncidentSummary>>(new Map());
  const [filter, setFilter] = useState('');
  const names = useAttackNames();
  const now = useNow();
  useEffect(() => setChanged(new Map()), [value]);
  const onIncident = useCallback(
    (incident: IncidentSummary) => setChanged((old) => new Map(old).set(incident.id, incident)),
    [],
  );
  useLive('incident', onIncident, reload);

  const all = new Map((value?.incidents ?? []).map((i) => [i.id, i]));
  for (const [id, incident] of changed) if ((all.get(id)?.version ?? -1) < incident.version) all.set(id, incident);
  const wanted = filter.trim().toLowerCase();
  const rows = [...all.values()]
    .filter((i) => wanted === '' || `${i.title} ${i.actor} ${i.severity} ${i.status}`.toLowerCase().includes(wanted))
    .sort((a, b) => b.lastSeen - a.lastSeen)
    .slice(0, SHOWN);

  if (error !== undefined) return <p className="notice bad">{error}</p>;
  if (value === undefined) return <p className="centre">Loading…</p>;
  if (all.size === 0) return <FirstSteps />;
  return (
    <section>
      <div className="bar">
        <h1>Incidents</h1>
        <input
          type="search"
          placeholder="Filter: address, word, severity…"
          aria-label="Filter incidents"
          value={filter}
          onChange={(e) => setFilter(e.target.value)}
        />
      </div>
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
          {rows.map((i) => (
            <tr key={i.id} data-testid="incident">
              <td className={`score severity-${i.severity}`}>{i.score}</td>
              <td>
                <SeverityBadge severity={i.severity} />
              </td>
              <td className="what">
                <a href={`/incident/?id=${encodeURIComponent(i.id)}`}>{visible(i.title)}</a>
              </td>
              <td>
                <code>{i.addresses[0] ?? i.actor}</code>
              </td>
              <td>{i.tactics.length === 0 ? '' : (names?.tactics[i.tactics.at(-1)!] ?? i.tactics.at(-1))}</td>
              <td>
                <StatusBadge status={i.status} />
              </td>
              <td>
                <time dateTime={new Date(i.lastSeen).toISOString()} title={exactTime(i.lastSeen)}>
                  {relativeTime(i.lastSeen, now)}
                </time>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length === 0 && <p className="centre">Nothing matches this filter.</p>}
    </section>
  );
}

/** What an empty install shows: how to attack it. */
function FirstSteps() {
  const status = useStatus();
  const ssh = status?.decoys.find((d) => d.type === 'ssh');
  const port = ssh?.listen.split(':').at(-1) ?? '2222';
  return (
    <section className="first">
      <h1>Nobody has attacked yet</h1>
      <p>Your decoys are listening. Be the first: open a terminal and log in a few times with a weak password.</p>
      <pre>
        <code>ssh -p {port} root@localhost</code>
      </pre>
      <p className="dim">
        Passwords such as <code>123456</code> or <code>admin</code> work sooner or later, as on any machine worth
        attacking. This page fills as you type.
      </p>
      <ul className="decoys">
        {status?.decoys.map((d) => (
          <li key={d.id}>
            <span className={d.healthy ? 'dot good' : 'dot bad'} /> {d.id} <code>{d.listen}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}
