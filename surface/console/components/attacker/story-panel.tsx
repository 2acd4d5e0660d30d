'use client';
/** An attacker's incidents and visits in one line of time. */
import type { AttackerStory } from '@netsentinel/client';
import { Link } from '../link.tsx';
import { segment } from '../../lib/api.ts';
import { stepsOf, type StoryStep } from '../../lib/attackers.ts';
import { duration, exactTime, isoTime, visible } from '../../lib/format.ts';
import * as text from '../../text/index.ts';
import { SeverityBadge, StatusBadge } from '../badges.tsx';
import { Panel } from '../panel.tsx';

const words = text.attackers;
const SHOWN = 120;

export function StoryPanel({ story }: { readonly story: AttackerStory }) {
  const steps = stepsOf(story);
  return (
    <Panel title={words.story}>
      <p className="dim">{words.storyAbout}</p>
      <ol className="attackers-story" tabIndex={0} aria-label={words.story}>
        {steps.slice(0, SHOWN).map((step, i) => (
          <Step key={i} step={step} />
        ))}
      </ol>
      {steps.length > SHOWN && <p className="dim">{words.older(steps.length - SHOWN)}</p>}
    </Panel>
  );
}

function Step({ step: { at, incident, session } }: { readonly step: StoryStep }) {
  return (
    <li className={incident === undefined ? '' : `is-incident severity-${incident.severity}`}>
      <time dateTime={isoTime(at)}>{exactTime(at)}</time>
      {incident !== undefined && (
        <span className="said">
          <Link href={`/incident/?id=${segment(incident.id)}`}>{visible(incident.title)}</Link>{' '}
          <SeverityBadge severity={incident.severity} /> <StatusBadge status={incident.status} />
        </span>
      )}
      {session !== undefined && (
        <span className="said">
          {words.visited(visible(session.protocol), visible(session.decoy))}{' '}
          {session.user !== undefined && <code>{words.as(visible(session.user))}</code>}{' '}
          <span className="dim">
            {session.end === undefined ? words.goesOn : words.lasted(duration(session.end - session.start))}
            {session.client !== undefined && `, ${visible(session.client)}`}
          </span>
        </span>
      )}
    </li>
  );
}
