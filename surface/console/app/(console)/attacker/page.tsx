'use client';
/** One attacker: all that they did here, what is known of them, and what holds them. */
import type { AttackerStory } from '@netsentinel/client';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { Download } from 'lucide-react';
import { Link } from '../../../components/link.tsx';
import { useCallback, useState, type ReactNode } from 'react';
import { ActionCard } from '../../../components/action-card.tsx';
import { Activity } from '../../../components/attacker/activity.tsx';
import { KnownOf } from '../../../components/attacker/known-of.tsx';
import { RelatedPanel } from '../../../components/attacker/related-panel.tsx';
import { StoryPanel } from '../../../components/attacker/story-panel.tsx';
import { TriedPanel } from '../../../components/attacker/tried-panel.tsx';
import { ScannerBadge, TacticPath, Techniques } from '../../../components/badges.tsx';
import { CopyButton } from '../../../components/copy-button.tsx';
import { Failure } from '../../../components/failure.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Panel } from '../../../components/panel.tsx';
import { RangeSelect } from '../../../components/range-select.tsx';
import { TakeMeasure } from '../../../components/take-measure.tsx';
import { Told } from '../../../components/told.tsx';
import { api } from '../../../lib/api.ts';
import { exactTime, visible } from '../../../lib/format.ts';
import { useAttackNames, useLoaded, useNow } from '../../../lib/hooks.ts';
import { useLive } from '../../../lib/live.ts';
import { RANGES } from '../../../lib/ranges.ts';
import { saveFile } from '../../../lib/save-file.ts';
import { useMay } from '../../../lib/session.ts';
import { oneOf, useView } from '../../../lib/url-view.ts';
import { useAtMost } from '../../../lib/use-at-most.ts';
import * as text from '../../../text/index.ts';
import '../../listing.css';
import '../attackers/attackers.css';

const words = text.attackers;
const DEFAULTS = { address: '', range: '24h' };
const AGAIN_MS = 2_000;

export default function AttackerPage() {
  const [view, change] = useView(DEFAULTS);
  const { address } = view;
  const { value, error, reload } = useLoaded(useCallback(() => api.getAttacker({ address }), [address]));
  const again = useAtMost(reload, AGAIN_MS);
  const actor = value?.actor;
  const onIncident = useCallback(
    (changed: IncidentSummary) => {
      if (changed.actor === actor) again();
    },
    [actor, again],
  );
  useLive('incident', onIncident, reload);
  const maySee = useMay('events:read');
  const range = oneOf(view.range, RANGES);
  const crumbs = (
    <nav className="crumbs">
      <Link href="/attackers/">{words.all}</Link> / <code>{visible(address)}</code>
    </nav>
  );
  if (value === undefined)
    return (
      <>
        {crumbs}
        <Failure words={error} />
        {error === undefined && <p className="centre">{text.frame.loading}</p>}
      </>
    );
  return (
    <>
      {crumbs}
      <Head story={value}>
        {maySee && <RangeSelect value={range} onChange={(chosen) => change({ range: chosen })} />}
      </Head>
      <Failure words={error} />
      <div className="attackers-page">
        <Figures story={value} />
        {maySee && <Activity actor={value.actor} range={range} />}
        <div className="columns">
          <div>
            <StoryPanel story={value} />
            <Worked story={value} />
            <TriedPanel logins={value.logins} />
          </div>
          <div>
            <Measures story={value} onChange={reload} />
            <KnownOf story={value} />
            {maySee && <RelatedPanel key={value.actor} story={value} />}
          </div>
        </div>
      </div>
    </>
  );
}

function Head({ story, children }: { readonly story: AttackerStory; readonly children: ReactNode }) {
  const { actor, scanner, score, firstSeen, lastSeen, incidents } = story;
  const name = actor.replace(/[^0-9a-f]+/g, '-').slice(0, 64);
  return (
    <PageHead
      title={visible(actor)}
      about={
        <span className="attackers-head">
          <strong className={`severity-${incidents[0]?.severity ?? 'info'}`}>{words.scoreOf(score)}</strong>
          {scanner !== undefined && <ScannerBadge scanner={scanner} />}
          <span>{words.seen(exactTime(firstSeen), exactTime(lastSeen))}</span>
          <CopyButton value={actor} label={words.copyAddress} />
        </span>
      }
    >
      {children}
      <button
        type="button"
        onClick={() => saveFile(`attacker-${name}.json`, 'application/json', `${JSON.stringify(story, null, 2)}\n`)}
      >
        <Download size={14} aria-hidden /> {words.export}
      </button>
    </PageHead>
  );
}

function Figures({ story: { incidents, sessions, counts, isWhole } }: { readonly story: AttackerStory }) {
  const { figures } = words;
  const said = {
    incidents: incidents.length,
    sessions: sessions.length,
    events: counts.events,
    failures: counts.failures,
    logins: counts.logins,
    commands: counts.commands,
  };
  return (
    <section className="panel" aria-label={words.figures.events}>
      <dl className="figures">
        {(Object.keys(said) as (keyof typeof said)[]).map((name) => (
          <div key={name}>
            <dt>{figures[name]}</dt>
            <dd>{said[name].toLocaleString()}</dd>
          </div>
        ))}
      </dl>
      {!isWhole && <p className="dim">{words.notWhole}</p>}
    </section>
  );
}

function Measures({ story, onChange }: { readonly story: AttackerStory; readonly onChange: () => void }) {
  const now = useNow(1_000);
  const [said, setSaid] = useState<string>();
  const newest = story.incidents[0]?.id;
  return (
    <Panel title={words.measures}>
      <Told words={said} />
      {story.measures.length === 0 && <p className="dim">{words.noMeasures}</p>}
      <ul className="actions">
        {story.measures.map((one) => (
          <ActionCard
            key={one.id}
            action={one}
            now={now}
            withIncident
            onChange={(told) => {
              setSaid(told);
              onChange();
            }}
          />
        ))}
      </ul>
      <TakeMeasure target={story.actor} {...(newest === undefined ? {} : { incident: newest })} onChange={onChange} />
    </Panel>
  );
}

function Worked({ story: { tactics, techniques } }: { readonly story: AttackerStory }) {
  const names = useAttackNames();
  if (techniques.length === 0) return null;
  return (
    <Panel title={words.techniques}>
      <TacticPath ids={tactics} names={names} />
      <Techniques ids={techniques} names={names} />
    </Panel>
  );
}
