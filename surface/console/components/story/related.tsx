'use client';
/** Other incidents and addresses that have something in common with this one. */
import type { Incident, IncidentSummary } from '@netsentinel/contracts/incident';
import { useCallback } from 'react';
import { segment } from '../../lib/api.ts';
import { visible } from '../../lib/format.ts';
import { useNow } from '../../lib/hooks.ts';
import { RELATED_DAYS, relatedTo, type Common } from '../../lib/related.ts';
import { useSession } from '../../lib/session.ts';
import { useAnswer } from '../../lib/use-answer.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Link } from '../link.tsx';
import { Ago } from '../moment.tsx';
import { hasPage } from '../page-list.tsx';

const words = text.incident.related;

export function Related({ incident }: { readonly incident: Incident }) {
  const { role } = useSession();
  const { id } = incident;
  const ask = useCallback(
    (signal: AbortSignal) => relatedTo(incident, role, signal),
    // Asked once: what the attacker does next does not change who they are.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [id, role],
  );
  const { value, error } = useAnswer(ask);
  const isNothing = value !== undefined && value.same.length + value.network.length + value.common.length === 0;
  return (
    <section data-testid="related">
      <h2>{words.title}</h2>
      <Failure words={error} />
      {value === undefined && error === undefined && <p className="dim">{words.asking}</p>}
      {isNothing && <p className="dim">{words.none}</p>}
      {value !== undefined && (
        <>
          <Incidents title={words.same} incidents={value.same} />
          <Incidents title={words.network(visible(value.prefix ?? ''))} incidents={value.network} />
          {value.common.map((one) => (
            <Addresses key={one.question} common={one} mayHunt={hasPage('/hunt/', role)} />
          ))}
        </>
      )}
    </section>
  );
}

function Incidents({ title, incidents }: { readonly title: string; readonly incidents: readonly IncidentSummary[] }) {
  const now = useNow();
  if (incidents.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="related-list">
        {incidents.map((one) => (
          <li key={one.id}>
            <span className={`score severity-${one.severity}`}>{one.score}</span>
            <Link href={`/incident/?id=${segment(one.id)}`}>{visible(one.title)}</Link>
            <code>{visible(one.addresses[0] ?? one.actor)}</code>
            <span className="dim">
              <Ago at={one.lastSeen} now={now} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Addresses({ common, mayHunt }: { readonly common: Common; readonly mayHunt: boolean }) {
  const { kind, name, question, addresses } = common;
  const title = words[kind](visible(name));
  return (
    <>
      <h3>
        {title} <span className="dim">{words.days(RELATED_DAYS)}</span>{' '}
        {mayHunt && (
          <Link href={`/hunt/?q=${segment(`${question} last 30d`)}`} aria-label={words.huntOf(title)}>
            {words.hunt}
          </Link>
        )}
      </h3>
      <ul className="chips">
        {addresses.map(({ address, events }) => (
          <li key={address} className="chip">
            <Link href={`/incidents/?text=${segment(address)}`}>
              <code>{visible(address)}</code>
            </Link>{' '}
            <span className="dim">{words.events(events)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
