'use client';
/** Who attacks: the last seen or the worst first, and found by what is known of them. */
import { Link } from '../../../components/link.tsx';
import type { AttackerSummary } from '@netsentinel/client';
import { useCallback, useEffect, useState } from 'react';
import { AttackersFilters } from '../../../components/attackers-filters.tsx';
import { ScannerBadge } from '../../../components/badges.tsx';
import { ExportButtons } from '../../../components/export-buttons.tsx';
import { Failure } from '../../../components/failure.tsx';
import { Ago } from '../../../components/moment.tsx';
import { PageHead } from '../../../components/page-head.tsx';
import { Empty } from '../../../components/panel.tsx';
import { api, segment } from '../../../lib/api.ts';
import { ANY_ATTACKER, chosenAttackers, countriesOf, heldActors, type ListedAttacker } from '../../../lib/attackers.ts';
import { countryName } from '../../../lib/country.ts';
import { isoTime, visible } from '../../../lib/format.ts';
import { nameOf, useAttackNames, useLoaded, useNow } from '../../../lib/hooks.ts';
import { useLive } from '../../../lib/live.ts';
import { useMay } from '../../../lib/session.ts';
import { useView } from '../../../lib/url-view.ts';
import { useAtMost } from '../../../lib/use-at-most.ts';
import * as text from '../../../text/index.ts';
import '../../listing.css';
import './attackers.css';

const words = text.attackers;
const PAGE = 100;
const MAX_PAGES = 20;
const AGAIN_MS = 3_000;
const SHOWN_TECHNIQUES = 3;
const HEAD = ['actor', 'country', 'score', 'incidents', 'open', 'held', 'lastSeen', 'latest', 'techniques'];

/** The first pages of this order, and whether there are more. */
async function pagesOf(order: 'lastSeen' | 'score', pages: number) {
  const [held, attackers] = await Promise.all([
    api.listActions({ status: ['applied', 'verified'], limit: 500 }),
    (async () => {
      const all: AttackerSummary[] = [];
      let after: string | undefined;
      for (let n = 0; n < pages; n++) {
        const page = await api.listAttackers({ order, limit: PAGE, after });
        all.push(...page.attackers);
        after = page.next;
        if (after === undefined) break;
      }
      return { all, hasMore: after !== undefined };
    })(),
  ]);
  return { ...attackers, held: heldActors(held.actions, Date.now()) };
}

/** Countries of whoever is shown, asked for once each. */
function useCountries(attackers: readonly AttackerSummary[] | undefined): ReadonlyMap<string, string> {
  const maySee = useMay('events:read');
  const [known, setKnown] = useState<ReadonlyMap<string, string | undefined>>(new Map());
  useEffect(() => {
    const fresh = (attackers ?? []).map(({ actor }) => actor).filter((actor) => !known.has(actor));
    if (!maySee || fresh.length === 0) return;
    const learn = (found: ReadonlyMap<string, string>): void =>
      setKnown((was) => new Map([...was, ...fresh.map((actor) => [actor, found.get(actor)] as const)]));
    // The list is of use without them.
    countriesOf(fresh).then(learn, () => learn(new Map()));
  }, [attackers, known, maySee]);
  return new Map([...known].flatMap(([actor, code]) => (code === undefined ? [] : [[actor, code] as const])));
}

export default function AttackersPage() {
  const [filters, change] = useView(ANY_ATTACKER);
  const order = filters.order === 'score' ? 'score' : 'lastSeen';
  const [pages, setPages] = useState(1);
  const { value, error, reload } = useLoaded(useCallback(() => pagesOf(order, pages), [order, pages]));
  const again = useAtMost(reload, AGAIN_MS);
  useLive('incident', again, reload);
  useLive('action', again);
  const names = useAttackNames();
  const now = useNow();
  const countries = useCountries(value?.all);
  const all: ListedAttacker[] = (value?.all ?? []).map((one) => {
    const country = countries.get(one.actor);
    return { ...one, isHeld: value?.held.has(one.actor) === true, ...(country === undefined ? {} : { country }) };
  });
  const shown = chosenAttackers(all, filters);
  const codes = [...new Set(countries.values())].toSorted((a, b) => countryName(a).localeCompare(countryName(b)));
  const hasMore = value?.hasMore === true;
  return (
    <>
      <PageHead title={words.title} about={words.about}>
        {shown.length > 0 && (
          <ExportButtons name="attackers" head={HEAD} rows={() => shown.map(cellsOf)} json={() => shown} />
        )}
      </PageHead>
      <Failure words={error} />
      {value === undefined ? (
        error === undefined && <p className="centre">{text.frame.loading}</p>
      ) : all.length === 0 ? (
        <Empty title={words.none}>
          <p>{words.noneAbout}</p>
        </Empty>
      ) : (
        <>
          <AttackersFilters value={filters} countries={codes} onChange={change} />
          {shown.length === 0 ? (
            <Empty title={words.noMatch}>
              {hasMore && <p>{words.noMatchAbout}</p>}
              <button type="button" onClick={() => change({ ...ANY_ATTACKER, order: filters.order })}>
                {words.clear}
              </button>
            </Empty>
          ) : (
            <div className="panel attackers-list">
              <table className="listing">
                <thead>
                  <tr>
                    <th scope="col">{words.score}</th>
                    <th scope="col">{words.attacker}</th>
                    <th scope="col">{words.latest}</th>
                    <th scope="col">{words.techniques}</th>
                    <th scope="col">{words.incidents}</th>
                    <th scope="col">{words.lastSeen}</th>
                  </tr>
                </thead>
                <tbody>
                  {shown.map((one) => (
                    <Row
                      key={one.actor}
                      attacker={one}
                      now={now}
                      techniqueName={(id) => nameOf(names?.techniques, id) ?? ''}
                    />
                  ))}
                </tbody>
              </table>
            </div>
          )}
          <p className="more dim">
            <span role="status">{words.shown(shown.length, all.length, hasMore)}</span>
            {hasMore && pages < MAX_PAGES && (
              <button type="button" onClick={() => setPages(pages + 1)}>
                {words.more}
              </button>
            )}
          </p>
        </>
      )}
    </>
  );
}

function cellsOf({ actor, country, score, incidents, open, isHeld, lastSeen, latest }: ListedAttacker) {
  const held = isHeld ? 'yes' : 'no';
  return [actor, country, score, incidents, open, held, isoTime(lastSeen), latest.title, latest.techniques.join(' ')];
}

function Row({
  attacker: { actor, country, score, incidents, open, isHeld, lastSeen, latest },
  now,
  techniqueName,
}: {
  readonly attacker: ListedAttacker;
  readonly now: number;
  readonly techniqueName: (id: string) => string;
}) {
  const more = latest.techniques.length - SHOWN_TECHNIQUES;
  return (
    <tr data-testid="attacker">
      <td className={`score severity-${latest.severity}`}>{score}</td>
      <th scope="row">
        <span className="attackers-who">
          <Link href={`/attacker/?address=${segment(actor)}`}>
            <code>{visible(actor)}</code>
          </Link>
          {isHeld && (
            <span className="badge attackers-held" title={words.blockedAbout}>
              {words.blocked}
            </span>
          )}
          {latest.scanner !== undefined && <ScannerBadge scanner={latest.scanner} />}
        </span>
        {country !== undefined && <span className="dim">{visible(countryName(country))}</span>}
      </th>
      <td className="whole">
        <Link href={`/incident/?id=${segment(latest.id)}`}>{visible(latest.title)}</Link>
      </td>
      <td
        className="attackers-techniques dim whole"
        title={latest.techniques.map((id) => `${id} ${techniqueName(id)}`).join('\n')}
      >
        {latest.techniques.slice(0, SHOWN_TECHNIQUES).map(visible).join(', ')}
        {more > 0 && ` +${more}`}
      </td>
      <td className="brief" data-label={words.incidents}>
        {words.incidentsOf(incidents, open)}
      </td>
      <td className="brief" data-label={words.lastSeen}>
        <Ago at={lastSeen} now={now} />
      </td>
    </tr>
  );
}
