'use client';
/** Offers recorded attacks, and the guide with them to who has not seen it. */
import { GUIDE_KEY, SEEN } from '../../lib/guide-key.ts';
import { useKept } from '../../lib/kept.ts';
import { useMay } from '../../lib/session.ts';
import { useTourOrders } from '../../lib/tour.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Panel } from '../panel.tsx';

const words = text.firstMinutes.offer;

export function TakeTour() {
  const { take } = useTourOrders();
  const { busy, error, attempt } = useAttempt();
  const [guide, setGuide] = useKept(GUIDE_KEY);
  const mayTake = useMay('incidents:write');
  const onTake = async (): Promise<void> => {
    if ((await attempt(take)) && guide !== SEEN) setGuide('0');
  };
  return (
    <Panel title={words.title}>
      <p>{words.about}</p>
      {mayTake ? (
        <div>
          <button type="button" className="primary" disabled={busy} onClick={() => void onTake()}>
            {busy ? words.taking : words.take}
          </button>
        </div>
      ) : (
        <p className="dim">{words.mayNot}</p>
      )}
      <Failure words={error} />
    </Panel>
  );
}
