'use client';
/** The incident queue: newest activity first, updating while attacks run. */
import type { Incident } from '@netsentinel/contracts/incident';
import { MAX_FILTER_CHARS } from '@netsentinel/contracts/incident-words';
import { useEffect, useState } from 'react';
import { OthersUnheard } from '../components/others-unheard.tsx';
import { QueueTable } from '../components/queue-table.tsx';
import { Shell } from '../components/shell.tsx';
import type { IncidentQuery } from '../lib/api.ts';
import { SilentSources } from '../components/silent-sources.tsx';
import { useSettled } from '../lib/hooks.ts';
import { MAX_ROWS, rowsOf } from '../lib/queue.ts';
import { useQueue } from '../lib/use-queue.ts';
import { useStatus } from '../lib/live.ts';

const STATUSES: readonly Incident['status'][] = ['open', 'contained', 'closed', 'benign'];

const WHO = [
  ['none', 'No known scanners'],
  ['only', 'Known scanners'],
] as const;

/** The server is asked when nobody has typed for so long. */
const TYPING_MS = 250;

export default function QueuePage() {
  return (
    <Shell>
      <SilentSources />
      <OthersUnheard />
      <Queue />
    </Shell>
  );
}

function Queue() {
  const [status, setStatus] = useState<Incident['status']>();
  const [scanner, setScanner] = useState<IncidentQuery['scanner']>();
  const [filter, setFilter] = useState('');
  const text = filter.trim().toWellFormed();
  const { queue, answers, from, isLoading, error, more, newest } = useQueue({
    status,
    scanner,
    text: useSettled(text, TYPING_MS),
  });

  if (answers === undefined)
    return error === undefined ? <p className="centre">Loading…</p> : <Failure words={error} />;
  const isAnswered = answers.status === status && answers.scanner === scanner && answers.text === text;
  const isAll = status === undefined && scanner === undefined && text === '' && from === undefined;
  if (queue.byId.size === 0 && isAnswered && isAll) return <FirstSteps />;
  const rows = rowsOf(queue, filter);
  const isFull = queue.byId.size >= MAX_ROWS;
  return (
    <section>
      <div className="bar">
        <h1>Incidents</h1>
        <select
          aria-label="Status"
          value={status ?? ''}
          onChange={(e) => setStatus(STATUSES.find((s) => s === e.target.value))}
        >
          <option value="">Any status</option>
          {STATUSES.map((s) => (
            <option key={s} value={s}>
              {s}
            </option>
          ))}
        </select>
        <select
          aria-label="Who"
          value={scanner ?? ''}
          onChange={(e) => setScanner(WHO.find(([value]) => value === e.target.value)?.[0])}
        >
          <option value="">Everybody</option>
          {WHO.map(([value, name]) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
        <input
          type="search"
          placeholder="Filter: address, word, T1059…"
          aria-label="Filter"
          maxLength={MAX_FILTER_CHARS}
          value={filter}
          onChange={(e) => setFilter(e.target.value)}
        />
      </div>
      {error !== undefined && <Failure words={error} />}
      {from !== undefined && (
        <p className="notice">
          Older incidents.{' '}
          <button type="button" onClick={newest}>
            Back to the newest
          </button>
        </p>
      )}
      {rows.length > 0 ? (
        <QueueTable rows={rows} />
      ) : (
        <p className="centre">{isAnswered || error !== undefined ? 'No such incidents.' : 'Searching…'}</p>
      )}
      <p className="more dim">
        {rows.length.toLocaleString()} shown
        {queue.next !== undefined && (
          <button type="button" disabled={isLoading || !isAnswered} onClick={more}>
            {isFull ? 'Show older ones' : 'Load more'}
          </button>
        )}
      </p>
    </section>
  );
}

function Failure({ words }: { readonly words: string }) {
  return (
    <p className="notice bad" role="alert">
      {words}
    </p>
  );
}

/** What an empty install shows: how to attack it. */
function FirstSteps() {
  const status = useStatus();
  const ssh = status?.decoys.find((d) => d.type === 'ssh');
  const [host, setHost] = useState('localhost');
  useEffect(() => setHost(window.location.hostname), []);
  const port = ssh?.listen.split(':').at(-1) ?? '2222';
  return (
    <section className="first">
      <h1>Nobody has attacked yet</h1>
      <p>Your decoys are listening. Be the first: open a terminal and log in a few times with a weak password.</p>
      <pre>
        <code>
          ssh -p {port} root@{host}
        </code>
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
