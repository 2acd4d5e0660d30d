'use client';
/** What is new since this person looked before. */
import type { Action } from '@netsentinel/contracts/action';
import type { IncidentSummary } from '@netsentinel/contracts/incident';
import { Link } from '../link.tsx';
import { segment } from '../../lib/api.ts';
import { exactTime, isoTime, relativeTime, visible } from '../../lib/format.ts';
import { useNow } from '../../lib/hooks.ts';
import { useLastLook } from '../../lib/last-look.ts';
import { useStatus } from '../../lib/live.ts';
import { useSession } from '../../lib/session.ts';
import * as text from '../../text/index.ts';

const words = text.overview;

/** @param incidents the newest of the queue */
export function SinceLast(props: {
  readonly incidents: readonly IncidentSummary[];
  readonly hasMore: boolean;
  readonly actions: readonly Action[];
}) {
  const { account } = useSession();
  const { before, seen } = useLastLook(account);
  const status = useStatus();
  const now = useNow();
  if (before === undefined) return null;
  const fresh = props.incidents.filter(({ firstSeen }) => firstSeen > before);
  const worst = fresh.toSorted((a, b) => b.score - a.score)[0];
  const blocks = props.actions.filter(({ createdAt }) => createdAt > before).length;
  const ill = status?.decoys.filter(({ healthy, stopped }) => !healthy && !stopped).length ?? 0;
  const isQuiet = fresh.length === 0 && blocks === 0 && ill === 0;
  return (
    <section className="notice since" aria-label={words.since(relativeTime(before, now))}>
      <p>
        <strong>
          <time dateTime={isoTime(before)} title={exactTime(before)}>
            {words.since(relativeTime(before, now))}
          </time>
        </strong>
        {': '}
        {isQuiet ? (
          words.sinceQuiet
        ) : (
          <>
            {words.sinceIncidents(fresh.length, fresh.length === props.incidents.length && props.hasMore)}
            {', '}
            {words.sinceBlocks(blocks)}
            {ill > 0 && `, ${words.sinceIll(ill)}`}
            {worst !== undefined && (
              <>
                {'; '}
                {words.sinceWorst} <Link href={`/incident/?id=${segment(worst.id)}`}>{visible(worst.title)}</Link>
              </>
            )}
          </>
        )}
      </p>
      <button className="quiet small" type="button" onClick={seen}>
        {words.sinceSeen}
      </button>
    </section>
  );
}
