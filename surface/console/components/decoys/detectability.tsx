'use client';
/** How easily decoys are told from the real thing: the score of the last test, each tell, and a button for the next test. */
import type { DecoyTell, DecoyTest } from '@netsentinel/contracts/decoy-test';
import { useCallback, useEffect } from 'react';
import { api } from '../../lib/api.ts';
import type { Decoy } from '../../lib/decoys.ts';
import { visible } from '../../lib/format.ts';
import { useLoaded, useNow } from '../../lib/hooks.ts';
import { useMay } from '../../lib/session.ts';
import { useAttempt } from '../../lib/use-attempt.ts';
import * as text from '../../text/index.ts';
import { Failure } from '../failure.tsx';
import { Ago } from '../moment.tsx';
import { Panel } from '../panel.tsx';

const words = text.decoys.detect;
/** While a test runs it is asked so often whether it is over. */
const AGAIN_MS = 2_000;
/** From these on, whoever looks will suspect it, and know it. */
const DOUBTFUL = 20;
const KNOWN = 60;

/** Of all decoys, or of one and what lies between the services of its machine. */
export function Detectability({ of }: { readonly of?: Pick<Decoy, 'id' | 'host'> | undefined }) {
  const { value: test, error, reload } = useLoaded(useCallback(() => api.getDecoyTest(), []));
  const mayTest = useMay('decoys:write');
  const { busy, error: refused, attempt } = useAttempt();
  const isRunning = test?.isRunning === true;
  useEffect(() => {
    if (!isRunning) return undefined;
    const timer = setInterval(reload, AGAIN_MS);
    return () => clearInterval(timer);
  }, [isRunning, reload]);
  return (
    <Panel
      title={words.title}
      tools={
        mayTest && (
          <button
            type="button"
            disabled={busy || test === undefined || isRunning}
            onClick={() => void attempt(() => api.testDecoys()).finally(reload)}
          >
            {isRunning ? words.testing : words.test}
          </button>
        )
      }
    >
      <div data-testid="detectability">
        <Failure words={error ?? refused} />
        {test !== undefined && <Found test={test} of={of} />}
      </div>
    </Panel>
  );
}

function Found({ test, of }: { readonly test: DecoyTest; readonly of: Pick<Decoy, 'id' | 'host'> | undefined }) {
  const { verdict, failed, isRunning, endedAt } = test;
  const now = useNow(15_000);
  const own = of === undefined ? undefined : verdict?.decoys.find(({ decoy }) => decoy === of.id);
  const score = of === undefined ? verdict?.score : own?.unseen === undefined ? own?.score : undefined;
  const tells = (verdict?.tells ?? []).filter(
    ({ decoy }) => of === undefined || decoy === of.id || (of.host !== '' && decoy === of.host),
  );
  const all = of === undefined ? (verdict?.decoys ?? []) : own === undefined ? [] : [own];
  const sum = (what: 'alike' | 'skipped'): number => all.reduce((before, one) => before + one[what], 0);
  const unseen = all.filter((one) => one.unseen !== undefined);
  return (
    <>
      {isRunning && <p role="status">{words.runs}</p>}
      <Failure words={failed === undefined ? undefined : words.failed(failed)} />
      {verdict === undefined && !isRunning && <p className="dim">{words.never}</p>}
      {verdict !== undefined && (
        <>
          {score !== undefined && (
            <p className="decoys-score">
              <strong className={`decoys-score-of ${rank(score)}`}>{words.score(score)}</strong>{' '}
              <span>{words.ranks[rank(score)]}</span>
            </p>
          )}
          {of !== undefined && own === undefined && <p className="dim">{words.notThen}</p>}
          <p className="dim">
            {words.counts(tells.length, sum('alike'), sum('skipped'))}
            {endedAt !== undefined && (
              <>
                {', '}
                <Ago at={endedAt} now={now} />
              </>
            )}
          </p>
          {tells.length > 0 && (
            <ul className="decoys-tells">
              {tells.map((tell, n) => (
                <Tell key={n} tell={tell} isNamed={of === undefined} />
              ))}
            </ul>
          )}
          {unseen.map(({ decoy, unseen: why }) => (
            <p key={decoy} className="dim">
              {words.unseen(visible(decoy), visible(why ?? ''))}
            </p>
          ))}
        </>
      )}
      <p className="dim">{words.about}</p>
    </>
  );
}

function Tell({
  tell: { decoy, title, tell, weight, mend },
  isNamed,
}: {
  readonly tell: DecoyTell;
  readonly isNamed: boolean;
}) {
  return (
    <li>
      <div>
        {isNamed && (
          <>
            <strong>{visible(decoy)}</strong>:{' '}
          </>
        )}
        {visible(tell)}
      </div>
      <div className="dim">
        {words.seenBy(visible(title), weight)} {mend === undefined ? words.ourFault : words.mend(visible(mend))}
      </div>
    </li>
  );
}

function rank(score: number): 'good' | 'doubtful' | 'known' {
  return score >= KNOWN ? 'known' : score >= DOUBTFUL ? 'doubtful' : 'good';
}
