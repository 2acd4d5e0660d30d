'use client';
/** Says on every page that recorded attacks are among what it shows, and takes them away. */
import { useRouter } from 'next/navigation';
import { useSession } from '../../lib/session.ts';
import { mayDo } from '@netsentinel/contracts/role-permissions';
import { useTour, useTourOrders } from '../../lib/tour.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';

const words = text.tour.banner;

export function TourBanner() {
  const tour = useTour();
  const { role } = useSession();
  const { end } = useTourOrders();
  const { busy, error, attempt } = useAttempt();
  const router = useRouter();
  if (tour === undefined) return null;
  const onEnd = async (): Promise<void> => {
    // What it shows may be gone: from the page of a recorded incident there is nothing to go back to.
    if (await attempt(end)) router.push('/');
  };
  return (
    <section className="tour-banner" aria-label={words.label} data-testid="tour-banner">
      <p>
        <strong>{words.title}</strong> {words.words}
      </p>
      {mayDo(role, 'incidents:write') && (
        <button type="button" className="primary" disabled={busy} onClick={() => void onEnd()}>
          {busy ? words.ending : words.end}
        </button>
      )}
      <Failure words={error} />
    </section>
  );
}
