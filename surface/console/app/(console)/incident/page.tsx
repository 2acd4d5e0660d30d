'use client';
/** One attacker's story: what happened in order, the terminal live or replayed, what was done about it. */
import { Link } from '../../../components/link.tsx';
import type { Action } from '@netsentinel/contracts/action';
import type { Incident, IncidentSession, IncidentSummary } from '@netsentinel/contracts/incident';
import { useSearchParams } from 'next/navigation';
import { useCallback, useEffect, useState } from 'react';
import { ScannerBadge, SeverityBadge, StatusBadge, TacticPath, Techniques } from '../../../components/badges.tsx';
import { DismissalPanel } from '../../../components/dismissal-panel.tsx';
import { Evidence } from '../../../components/evidence.tsx';
import { ResponsePanel } from '../../../components/response-panel.tsx';
import { RunsPanel } from '../../../components/runs-panel.tsx';
import { LiveTerminal, Replay } from '../../../components/terminal.tsx';
import { RecordedBadge } from '../../../components/tour/recorded-badge.tsx';
import { Timeline } from '../../../components/timeline.tsx';
import { WorkPanel } from '../../../components/work-panel.tsx';
import { api } from '../../../lib/api.ts';
import { clockTime, duration, exactTime, visible } from '../../../lib/format.ts';
import { useAttackNames, useLoaded } from '../../../lib/hooks.ts';
import { useLive } from '../../../lib/live.ts';
import { useMay } from '../../../lib/session.ts';
import * as text from '../../../text/index.ts';
import { isRecorded } from '@netsentinel/contracts/recorded';

export default function IncidentPage() {
  const id = useSearchParams().get('id') ?? '';
  return <Story key={id} id={id} />;
}

function Story({ id }: { readonly id: string }) {
  const load = useCallback(async () => {
    const [incident, { actions }, { exceptions }] = await Promise.all([
      api.getIncident({ id }),
      api.listActions({ incident: id }),
      api.listExceptions({ incident: id }),
    ]);
    return { incident, actions, exceptions };
  }, [id]);
  const { value, error, reload } = useLoaded(load);
  const names = useAttackNames();
  const onIncident = useCallback(
    (changed: IncidentSummary) => {
      if (changed.id === id) reload();
    },
    [id, reload],
  );
  const onAction = useCallback(
    (changed: Action) => {
      if (changed.incident === id) reload();
    },
    [id, reload],
  );
  useLive('incident', onIncident, reload);
  useLive('action', onAction, reload);
  useEffect(() => {
    if (value !== undefined) document.title = `${visible(value.incident.title).slice(0, 80)} – NetSentinel`;
  }, [value]);

  if (value === undefined)
    return error === undefined ? (
      <p className="centre">Loading…</p>
    ) : (
      <p className="notice bad" role="alert">
        {error} <Link href="/incidents/">All incidents</Link>
      </p>
    );
  const { incident, actions, exceptions } = value;
  return (
    <article className="story">
      <nav className="crumbs">
        <Link href="/incidents/">Incidents</Link> / <code>{incident.id}</code>
      </nav>
      <header className="headline">
        <div className={`bigscore severity-${incident.severity}`} aria-label="Score">
          {incident.score}
        </div>
        <div>
          <h1>{visible(incident.title)}</h1>
          <p className="facts-line">
            <SeverityBadge severity={incident.severity} /> <StatusBadge status={incident.status} />{' '}
            <RecordedBadge id={incident.id} /> <code>{visible(incident.addresses.join(', '))}</code>{' '}
            {incident.scanner !== undefined && <ScannerBadge scanner={incident.scanner} />}
            <span className="dim">
              {incident.sourceVerified ? 'address proven' : 'address not proven'} · {exactTime(incident.firstSeen)} to{' '}
              {clockTime(incident.lastSeen)} ({duration(incident.lastSeen - incident.firstSeen)})
            </span>
          </p>
          <TacticPath ids={incident.tactics} names={names} />
        </div>
      </header>
      {error !== undefined && (
        <p className="notice bad" role="alert">
          {error}
        </p>
      )}
      <div className="columns">
        <div>
          <Sessions incident={incident} />
          <section>
            <h2>
              What happened
              <span className="dim">
                {incident.counts.commands.toLocaleString()} commands, {incident.counts.events.toLocaleString()} events
                {incident.omitted['timeline'] === undefined
                  ? ''
                  : `, ${incident.omitted['timeline'].toLocaleString()} older steps left out`}
              </span>
            </h2>
            <Timeline entries={incident.timeline} names={names} />
          </section>
        </div>
        <aside>
          {isRecorded(incident.id) ? (
            <p className="notice">{text.tour.noWork}</p>
          ) : (
            <>
              <WorkPanel incident={incident.id} />
              <ResponsePanel incident={incident} actions={actions} onChange={reload} />
              <RunsPanel incident={incident.id} />
              <DismissalPanel incident={incident} exceptions={exceptions} onChange={reload} />
            </>
          )}
          {incident.techniques.length > 0 && (
            <section>
              <h2>Techniques</h2>
              <Techniques ids={incident.techniques} names={names} />
            </section>
          )}
          <Evidence incident={incident} />
        </aside>
      </div>
    </article>
  );
}

const RECORDING_ID = /^[A-Za-z0-9~_-]{1,128}$/;

/** The terminal of a recorded session: live while the newest one runs, replay otherwise. */
function Sessions({ incident }: { readonly incident: Incident }) {
  const recorded = incident.sessions
    .filter((s) => RECORDING_ID.test(s.recording ?? ''))
    .toSorted((a, b) => b.start - a.start);
  const [chosen, setChosen] = useState<string>();
  const mayWatch = useMay('recordings:read');
  const session = recorded.find((s) => s.id === chosen) ?? recorded[0];
  if (session === undefined || !mayWatch) return null;
  const isLive = session.end === undefined;
  return (
    <section>
      <div className="bar">
        <h2>Terminal {isLive ? <span className="badge on-air">live</span> : <span className="badge">replay</span>}</h2>
        {recorded.length > 1 && (
          <select aria-label="Session" value={session.id} onChange={(e) => setChosen(e.target.value)}>
            {recorded.map((s) => (
              <option key={s.id} value={s.id}>
                {sessionName(s)}
              </option>
            ))}
          </select>
        )}
        <a className="quiet" href={api.urlOf('getRecording', { session: session.recording! })} download>
          Download
        </a>
      </div>
      {isLive ? (
        <LiveTerminal key={session.id} session={session.recording!} />
      ) : (
        <Replay key={session.id} session={session.recording!} />
      )}
    </section>
  );
}

function sessionName(session: IncidentSession): string {
  return `${clockTime(session.start)} ${visible(session.user ?? '').slice(0, 40)} ${session.end === undefined ? '(live)' : `(${duration(session.end - session.start)})`}`;
}
