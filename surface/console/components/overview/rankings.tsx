'use client';
/** What attackers did, by technique, service and country, and who they were. */
import type { GetSeriesAnswer, ListAttackersAnswer } from '@netsentinel/client';
import { Link } from '../link.tsx';
import { segment, type AttackNames } from '../../lib/api.ts';
import { countryName } from '../../lib/country.ts';
import { visible } from '../../lib/format.ts';
import { nameOf } from '../../lib/hooks.ts';
import * as text from '../../text/index.ts';
import { Ranking, type Ranked } from '../charts/ranking.tsx';
import { Ago } from '../moment.tsx';
import { Empty, Panel } from '../panel.tsx';

const words = text.overview;
const SHOWN = 8;

function ranked(series: GetSeriesAnswer, name: (key: string) => string, href?: (key: string) => string): Ranked[] {
  return series.lines
    .map(({ key, points }) => ({
      key,
      name: name(key),
      count: points.reduce<number>((sum, n) => sum + (n ?? 0), 0),
      ...(href === undefined ? {} : { href: href(key) }),
    }))
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .slice(0, SHOWN);
}

export function Rankings(props: {
  readonly technique: GetSeriesAnswer;
  readonly service: GetSeriesAnswer;
  readonly country: GetSeriesAnswer;
  readonly names: AttackNames | undefined;
}) {
  const technique = (id: string): string => `${visible(id)} ${nameOf(props.names?.techniques, id) ?? ''}`;
  return (
    <>
      <Panel title={words.technique}>
        <Ranking
          label={words.technique}
          of={ranked(props.technique, technique, (id) => `/incidents/?text=${segment(id)}`)}
          empty={words.noTechnique}
        />
      </Panel>
      <Panel title={words.service}>
        <Ranking label={words.service} of={ranked(props.service, visible)} empty={words.noService} />
      </Panel>
      <Panel title={words.country}>
        <Ranking
          label={words.country}
          of={ranked(props.country, (code) => visible(countryName(code)))}
          empty={words.noCountry}
        />
      </Panel>
    </>
  );
}

export function TopAttackers({
  attackers,
  now,
}: {
  readonly attackers: ListAttackersAnswer['attackers'];
  readonly now: number;
}) {
  return (
    <Panel title={words.topAttackers}>
      {attackers.length === 0 ? (
        <Empty title={words.noAttackers} />
      ) : (
        <ul className="top-attackers">
          {attackers.slice(0, SHOWN).map(({ actor, score, incidents, open, lastSeen, latest }) => (
            <li key={actor}>
              <span className={`score severity-${latest.severity}`}>{score}</span>
              <span className="top-attackers-who">
                <Link href={`/incident/?id=${segment(latest.id)}`}>
                  <code>{visible(actor)}</code>
                </Link>
                <span className="dim">{visible(latest.title)}</span>
              </span>
              <span className="top-attackers-when dim">
                {words.attackerIncidents(incidents, open)}
                <br />
                <Ago at={lastSeen} now={now} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}
