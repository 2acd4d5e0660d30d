'use client';
/** One attacker's story: how far they came, what happened in order, the terminal live or replayed, what was done about it, and who else is like them. */
import type { Action } from '@netsentinel/contracts/action';
import type { Incident, IncidentSummary, TimelineEntry } from '@netsentinel/contracts/incident';
import { isRecorded } from '@netsentinel/contracts/recorded';
import { useSearchParams } from 'next/navigation';
import { useCallback, useState } from 'react';
import { ScannerBadge, SeverityBadge, StatusBadge, Techniques } from '../../../components/badges.tsx';
import { DismissalPanel } from '../../../components/dismissal-panel.tsx';
import { ExportButtons } from '../../../components/export-buttons.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Link } from '../../../components/link.tsx';
import { ResponsePanel } from '../../../components/response-panel.tsx';
import { RunsPanel } from '../../../components/runs-panel.tsx';
import { Evidence } from '../../../components/story/evidence.tsx';
import { NeighbourLinks } from '../../../components/story/neighbours.tsx';
import { Related } from '../../../components/story/related.tsx';
import { Sessions } from '../../../components/story/sessions.tsx';
import { TacticBand } from '../../../components/story/tactic-band.tsx';
import { stepId, Timeline } from '../../../components/story/timeline.tsx';
import type { Wish } from '../../../components/terminal.tsx';
import { RecordedBadge } from '../../../components/tour/recorded-badge.tsx';
import { WorkPanel } from '../../../components/work-panel.tsx';
import { api, type AttackNames } from '../../../lib/api.ts';
import { clockTime, duration, exactTime, isoTime, visible } from '../../../lib/format.ts';
import { loadAttackNames, useLoaded } from '../../../lib/hooks.ts';
import { useLive } from '../../../lib/live.ts';
import { usePageKeys } from '../../../lib/page-keys.ts';
import { usePageTitle } from '../../../lib/page-title.ts';
import { ANY } from '../../../lib/queue-query.ts';
import type { RecordingTimes } from '../../../lib/recording-times.ts';
import { useMay } from '../../../lib/session.ts';
import { useShortcuts } from '../../../lib/shortcuts.ts';
import { entryAt, recordedSessions, sessionOf } from '../../../lib/story.ts';
import { searchOf, useView, viewOf } from '../../../lib/url-view.ts';
import * as text from '../../../text/index.ts';
import './incident.css';

const words = text.incident;
const DEFAULTS = { session: '' };

export default function IncidentPage() {
  const address = useSearchParams();
  const id = address.get('id') ?? '';
  const filters = viewOf(new URLSearchParams(address.toString()), ANY);
  const search = searchOf(filters, ANY);
  return (
    <article className="story">
      <div className="story-way">
        <nav className="crumbs">
          <Link href={`/incidents/${search}`}>{words.incidents}</Link> / <code>{visible(id)}</code>
        </nav>
        <NeighbourLinks key={id} id={id} search={search} filters={filters} />
      </div>
      <Story key={id} id={id} />
    </article>
  );
}

/** All that the page shows at once, so that nothing moves what stands already. */
async function load(id: string) {
  const isOurs = !isRecorded(id);
  const [incident, { actions }, { exceptions }, work, runs, names] = await Promise.all([
    api.getIncident({ id }),
    api.listActions({ incident: id }),
    api.listExceptions({ incident: id }),
    isOurs ? api.getIncidentWork({ id }) : undefined,
    isOurs ? api.listPlaybookRuns({ incident: id, limit: 1000 }) : undefined,
    loadAttackNames().catch(() => undefined),
  ]);
  return { incident, actions, exceptions, work, runs, names };
}

function Story({ id }: { readonly id: string }) {
  const { value, error, reload } = useLoaded(useCallback(() => load(id), [id]));
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
  usePageTitle(value?.incident.title);
  usePageKeys(words.keyNames);

  if (value === undefined)
    return error === undefined ? (
      <p className="centre">{text.frame.loading}</p>
    ) : (
      <p className="notice bad" role="alert">
        {error} <Link href="/incidents/">{words.all}</Link>
      </p>
    );
  const { incident, actions, exceptions, work, runs, names } = value;
  return (
    <>
      <Headline incident={incident} actions={actions} />
      <TacticBand incident={incident} names={names} onChoose={(entry) => goTo(stepId(entry), 'center')} />
      <Failure words={error} />
      <div className="columns">
        <What incident={incident} names={names} />
        <aside>
          {work === undefined || runs === undefined ? (
            <p className="notice">{text.tour.noWork}</p>
          ) : (
            <>
              <WorkPanel incident={incident.id} first={work} />
              <ResponsePanel incident={incident} actions={actions} onChange={reload} />
              <RunsPanel incident={incident.id} first={runs} />
              <DismissalPanel incident={incident} exceptions={exceptions} onChange={reload} />
            </>
          )}
          {incident.techniques.length > 0 && (
            <section>
              <h2>{words.techniques}</h2>
              <Techniques ids={incident.techniques} names={names} />
            </section>
          )}
          <Evidence incident={incident} />
        </aside>
      </div>
    </>
  );
}

function Headline({ incident, actions }: { readonly incident: Incident; readonly actions: readonly Action[] }) {
  const { id, severity, score, status, addresses, scanner, sourceVerified, firstSeen, lastSeen, timeline } = incident;
  return (
    <header className="headline">
      <div className={`bigscore severity-${severity}`} role="img" aria-label={`${words.score} ${score}`}>
        {score}
      </div>
      <div className="story-title">
        <h1>{visible(incident.title)}</h1>
        <p className="facts-line">
          <SeverityBadge severity={severity} /> <StatusBadge status={status} /> <RecordedBadge id={id} />{' '}
          <code>{visible(addresses.join(', '))}</code> {scanner !== undefined && <ScannerBadge scanner={scanner} />}
          <span className="dim" title={words.proof[`${sourceVerified}`]}>
            {sourceVerified ? words.proven : words.notProven}
          </span>
          <span className="dim">
            {words.fromTo(exactTime(firstSeen), clockTime(lastSeen), duration(lastSeen - firstSeen))}
          </span>
        </p>
      </div>
      <ExportButtons
        name={`incident-${id.replaceAll(/[^\w~-]/g, '_')}`}
        head={words.columns}
        rows={() =>
          timeline.map((one) => [
            isoTime(one.time),
            one.kind,
            one.protocol,
            one.title,
            one.detail,
            one.severity,
            one.techniques?.join(' '),
          ])
        }
        json={() => ({ incident, actions })}
      />
    </header>
  );
}

/** The left side: tactics, terminal and timeline lead to each other. */
function What({ incident, names }: { readonly incident: Incident; readonly names: AttackNames | undefined }) {
  const { timeline, counts, omitted } = incident;
  const [view, change] = useView(DEFAULTS);
  const mayWatch = useMay('recordings:read');
  const sessions = mayWatch ? recordedSessions(incident) : [];
  const chosen = sessions.find(({ id }) => id === view.session) ?? sessions[0];
  const [wish, setWish] = useState<Wish>();
  const [playedAt, setPlayedAt] = useState<number>();
  const [known, setKnown] = useState<{ readonly id: string; readonly times: RecordingTimes }>();
  const chosenId = chosen?.id;
  const onTimes = useCallback(
    (times: RecordingTimes) => chosenId !== undefined && setKnown({ id: chosenId, times }),
    [chosenId],
  );
  const choose = (session: string): void => {
    setPlayedAt(undefined);
    setWish(undefined);
    change({ session });
  };
  const isShown = (entry: TimelineEntry): boolean => {
    const session = sessionOf(entry, sessions);
    return session !== undefined && (known?.id !== session.id || known.times.has(entry.time));
  };
  const show = (entry: TimelineEntry): void => {
    const session = sessionOf(entry, sessions);
    if (session === undefined) return;
    if (session.id !== chosenId) choose(session.id);
    setWish((old) => ({ at: entry.time, n: (old?.n ?? 0) + 1 }));
    goTo('story-terminal', 'nearest');
  };
  useShortcuts({ t: () => goTo('story-terminal', 'center') });
  const at = chosenId === undefined || playedAt === undefined ? undefined : entryAt(timeline, chosenId, playedAt);
  const older = omitted['timeline'];
  return (
    <div>
      {chosen !== undefined && (
        <Sessions
          sessions={sessions}
          chosen={chosen}
          onChoose={choose}
          wish={wish}
          onTimes={onTimes}
          onPlayed={setPlayedAt}
        />
      )}
      <section>
        <h2>
          {words.happened}
          <span className="dim">
            {words.amounts(counts.commands, counts.events)}
            {older === undefined ? '' : `, ${words.omitted(older)}`}
          </span>
        </h2>
        <Timeline entries={timeline} names={names} at={at} isShown={isShown} onShow={show} />
      </section>
      <Related incident={incident} />
    </div>
  );
}

function goTo(id: string, block: ScrollLogicalPosition): void {
  const element = document.getElementById(id);
  element?.scrollIntoView({ block });
  element?.focus({ preventScroll: true });
}
